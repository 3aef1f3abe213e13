/// Whether losses come alone or in bursts, close together or far apart (RFC 3357).
///
/// A loss period is a stretch of numbers that were all lost, with one that was not before it (RFC 3357
/// section 4). A loss distance is how far a lost number lies above the one lost before it; the first
/// one has none (section 5.4.1). A late number takes its loss back, so that what an interval changes
/// may be negative, and the intervals add up to the run.
package struct LossPattern: Sendable, Equatable {
  /// The loss constraint of RFC 3357's example (section 6.1).
  package static let noticeableDistance = 99

  /// The loss periods by their length (section 6.3).
  package var periods = Tally()
  /// The losses by their distance.
  package var distances = Tally()

  package init() {}

  package init(periods: Tally, distances: Tally) {
    self.periods = periods
    self.distances = distances
  }

  package var isEmpty: Bool { periods.isEmpty && distances.isEmpty }
  package var wasCut: Bool { periods.wasCut || distances.wasCut }

  /// The losses.
  package var lost: Int { periods.sum }

  /// The part of the losses whose distance is no more than the loss constraint, 0…1
  /// (Type-P-One-Way-Loss-Noticeable-Rate, section 6.1); nil without losses.
  package func noticeableRate(within distance: Int = Self.noticeableDistance) -> Double? {
    lost > 0 ? Double(distances.count(upTo: distance)) / Double(lost) : nil
  }

  package static func += (left: inout Self, right: Self) {
    left.periods += right.periods
    left.distances += right.distances
  }

  /// Takes numbers that are lost between two lost ones, where there are any.
  mutating func add(_ numbers: ClosedRange<Int64>, between lower: Int64?, and upper: Int64?) {
    let further = Int(numbers.upperBound &- numbers.lowerBound)
    periods.add(further &+ 1)
    distances.add(1, further)
    add(numbers.lowerBound, above: lower)
    if let upper {
      distances.add(Int(upper &- numbers.upperBound))
      if let lower { distances.add(Int(upper &- lower), -1) }
    }
  }

  /// Takes a number back that came after all: one of these, which lie between two lost ones, where
  /// there are any.
  mutating func remove(
    _ number: Int64, of numbers: ClosedRange<Int64>, between lower: Int64?, and upper: Int64?
  ) {
    let below = Int(number &- numbers.lowerBound)
    let above = Int(numbers.upperBound &- number)
    periods.add(below &+ above &+ 1, -1)
    if below > 0 { periods.add(below) }
    if above > 0 { periods.add(above) }
    let lower = below > 0 ? number &- 1 : lower
    let upper = above > 0 ? number &+ 1 : upper
    if let lower { distances.add(Int(number &- lower), -1) }
    if let upper { distances.add(Int(upper &- number), -1) }
    if let upper { add(upper, above: lower) }
  }

  private mutating func add(_ number: Int64, above lower: Int64?) {
    if let lower { distances.add(Int(number &- lower)) }
  }
}
