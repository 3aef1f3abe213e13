/// How often each value came. Counts may be negative: the change from one state to another is a tally
/// too, and changes add up.
package struct Tally: Sendable, Equatable {
  /// How many different values are kept. Values that add up to a stretch of numbers, as distances do,
  /// have this many different ones in eight million numbers at the least.
  package static let capacity = 4096

  /// No count is 0.
  package private(set) var counts: [Int: Int] = [:]
  /// Values were left out for want of room: the tally tells nothing.
  package private(set) var wasCut = false

  package init() {}

  package init(_ counts: [Int: Int]) {
    for (value, count) in counts { add(value, count) }
  }

  package var isEmpty: Bool { counts.isEmpty && !wasCut }

  /// How many values came.
  package var total: Int { counts.values.reduce(0, &+) }

  /// What the values add up to.
  package var sum: Int { counts.reduce(0) { $0 &+ $1.key &* $1.value } }

  /// The largest value that came; nil without any.
  package var largest: Int? { counts.lazy.filter { $0.value > 0 }.map(\.key).max() }

  /// How many values came that are no larger than this one.
  package func count(upTo value: Int) -> Int {
    counts.reduce(0) { $1.key <= value ? $0 &+ $1.value : $0 }
  }

  package mutating func add(_ value: Int, _ count: Int = 1) {
    let sum = (counts[value] ?? 0) &+ count
    if sum == 0 {
      counts[value] = nil
    } else if counts.count < Self.capacity || counts[value] != nil {
      counts[value] = sum
    } else {
      wasCut = true
    }
  }

  package static func += (left: inout Self, right: Self) {
    for (value, count) in right.counts { left.add(value, count) }
    left.wasCut = left.wasCut || right.wasCut
  }

  /// Begins anew.
  package mutating func removeAll() {
    self = Tally()
  }
}
