/// The numbers below the highest one that have not come: disjoint ranges in ascending order.
///
/// A stream without loss has none. The number of ranges is bounded: beyond the bound the oldest
/// range is settled, which means that its numbers stay missing for good.
struct MissingNumbers: Sendable {
  /// Why numbers are missing.
  enum Reason: Sendable {
    /// Jumped within a stay.
    case lost
    /// Jumped between two stays.
    case skipped
    /// Jumped over an absence too long to tell how many they were.
    case unknown
  }

  private struct Hole {
    var first: Int64
    var last: Int64
    var reason: Reason
  }

  /// How many ranges are kept at the most.
  static let capacity = 65_536

  private var holes: [Hole] = []

  var isEmpty: Bool { holes.isEmpty }

  /// Adds numbers above every number that is missing so far.
  mutating func append(_ numbers: ClosedRange<Int64>, reason: Reason) {
    if holes.count == Self.capacity { holes.removeFirst(Self.capacity / 4) }
    holes.append(Hole(first: numbers.lowerBound, last: numbers.upperBound, reason: reason))
  }

  /// Adds numbers below every number that is missing so far.
  mutating func prepend(_ numbers: ClosedRange<Int64>, reason: Reason) {
    guard holes.count < Self.capacity else { return }
    holes.insert(
      Hole(first: numbers.lowerBound, last: numbers.upperBound, reason: reason), at: 0)
  }

  /// Takes a number that came after all, and tells why it was missing; nil where it was not.
  mutating func remove(_ number: Int64) -> Reason? {
    var low = 0
    var high = holes.count
    while low < high {
      let middle = (low + high) / 2
      if holes[middle].last < number { low = middle + 1 } else { high = middle }
    }
    guard low < holes.count, holes[low].first <= number else { return nil }
    let hole = holes[low]
    switch (hole.first == number, hole.last == number) {
    case (true, true):
      holes.remove(at: low)
    case (true, false):
      holes[low].first += 1
    case (false, true):
      holes[low].last -= 1
    case (false, false):
      holes[low].last = number - 1
      holes.insert(Hole(first: number + 1, last: hole.last, reason: hole.reason), at: low + 1)
    }
    return hole.reason
  }

  mutating func removeAll() {
    holes.removeAll()
  }
}
