/// Numbers in a row that have not come.
struct Hole: Sendable, Equatable {
  /// Why they are missing.
  enum Reason: Sendable {
    /// Jumped within a stay.
    case lost
    /// Jumped between two stays.
    case skipped
    /// Jumped over an absence too long to tell how many they were.
    case unknown
  }

  var first: Int64
  var last: Int64
  var reason: Reason
  /// The earliest packet with a higher number, counted among the first copies.
  var opener: Int64
  /// When that packet came, in nanoseconds; nil where that is not kept.
  var time: Int64?

  var numbers: ClosedRange<Int64> { first...last }
}

/// The numbers below the highest one that have not come, but may.
///
/// A stream without loss has none, and holes that are further behind than any packet can be late are
/// given up, so that there are no more than the last numbers have. Beyond a bound the oldest ones are
/// given up too: their numbers stay missing for good.
struct MissingNumbers: Sendable {
  /// How many holes of a kind are kept at the most.
  static let capacity = 65_536

  private var lost = HoleList()
  private var elsewhere = HoleList()
  /// The highest number that was lost for good.
  private var lastLost: Int64?

  init() {}

  /// How many holes are kept.
  var count: Int { lost.holes.count + elsewhere.holes.count }

  /// Whether nothing was ever lost, and no number from this one on is missing.
  func isEmpty(from number: Int64) -> Bool {
    lost.holes.isEmpty && lastLost == nil && elsewhere.holes.last.map { $0.last < number } ?? true
  }

  /// Adds a hole above all others.
  ///
  /// - Parameter reach: lower numbers cannot come any more.
  mutating func append(_ hole: Hole, reach: Int64, pattern: inout LossPattern) {
    guard hole.reason == .lost else {
      _ = elsewhere.append(hole, reach: reach)
      return
    }
    pattern.add(hole.numbers, between: lost.holes.last?.last ?? lastLost, and: nil)
    lastLost = lost.append(hole, reach: reach) ?? lastLost
  }

  /// Adds a hole below all others.
  mutating func prepend(_ hole: Hole, pattern: inout LossPattern) {
    pattern.add(hole.numbers, between: nil, and: lost.holes.first?.first)
    lost.prepend(hole)
  }

  /// Takes a number that came after all.
  ///
  /// - Returns: the hole that it was in; nil where it was not missing.
  mutating func remove(_ number: Int64, pattern: inout LossPattern) -> Hole? {
    if let index = lost.index(of: number) {
      let hole = lost.holes[index]
      pattern.remove(
        number, of: hole.numbers, between: index > 0 ? lost.holes[index - 1].last : lastLost,
        and: index + 1 < lost.holes.count ? lost.holes[index + 1].first : nil)
      lost.remove(number, at: index)
      return hole
    }
    guard let index = elsewhere.index(of: number) else { return nil }
    let hole = elsewhere.holes[index]
    elsewhere.remove(number, at: index)
    return hole
  }
}

/// Holes in ascending order.
private struct HoleList: Sendable {
  private(set) var holes: [Hole] = []
  /// At so many it is worth looking for holes to give up.
  private var limit = 16

  /// - Returns: the highest number that was given up.
  mutating func append(_ hole: Hole, reach: Int64) -> Int64? {
    defer { holes.append(hole) }
    guard holes.count >= limit else { return nil }
    var useless = holes.prefix { $0.last < reach }.count
    if useless == 0, holes.count >= MissingNumbers.capacity { useless = holes.count / 4 }
    limit = min(max(2 * (holes.count - useless), 16), MissingNumbers.capacity)
    guard useless > 0 else { return nil }
    let last = holes[useless - 1].last
    holes.removeFirst(useless)
    return last
  }

  mutating func prepend(_ hole: Hole) {
    if holes.count < MissingNumbers.capacity { holes.insert(hole, at: 0) }
  }

  /// Of the hole that has the number.
  func index(of number: Int64) -> Int? {
    var low = 0
    var high = holes.count
    while low < high {
      let middle = (low + high) / 2
      if holes[middle].last < number { low = middle + 1 } else { high = middle }
    }
    return low < holes.count && holes[low].first <= number ? low : nil
  }

  mutating func remove(_ number: Int64, at index: Int) {
    let hole = holes[index]
    switch (hole.first == number, hole.last == number) {
    case (true, true):
      holes.remove(at: index)
    case (true, false):
      holes[index].first += 1
    case (false, true):
      holes[index].last -= 1
    case (false, false):
      holes[index].last = number - 1
      var above = hole
      above.first = number + 1
      holes.insert(above, at: index + 1)
    }
  }
}
