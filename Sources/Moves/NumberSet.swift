/// A set of numbers as disjoint ranges in ascending order.
struct NumberSet: Sendable, Equatable {
  private(set) var ranges: [ClosedRange<Int64>] = []

  init() {}

  /// The union of ranges in any order.
  init(_ unordered: some Sequence<ClosedRange<Int64>>) {
    for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound &+ 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  /// The numbers between two others, both left out.
  init(between lower: Int64, and upper: Int64) {
    if upper > lower, upper - lower > 1 { ranges = [lower + 1...upper - 1] }
  }

  var count: Int { ranges.reduce(0) { $0 &+ Int($1.upperBound &- $1.lowerBound) &+ 1 } }
  var first: Int64? { ranges.first?.lowerBound }
  var last: Int64? { ranges.last?.upperBound }

  func intersection(_ other: NumberSet) -> NumberSet {
    var result = NumberSet()
    var left = 0
    var right = 0
    while left < ranges.count, right < other.ranges.count {
      let lower = max(ranges[left].lowerBound, other.ranges[right].lowerBound)
      let upper = min(ranges[left].upperBound, other.ranges[right].upperBound)
      if lower <= upper { result.ranges.append(lower...upper) }
      if ranges[left].upperBound < other.ranges[right].upperBound { left += 1 } else { right += 1 }
    }
    return result
  }

  /// How many of the numbers are not in the other set.
  func count(without other: NumberSet) -> Int { count - intersection(other).count }

  /// The numbers above this one.
  func above(_ number: Int64) -> NumberSet {
    guard number < .max else { return NumberSet() }
    return intersection(NumberSet([number + 1 ... .max]))
  }
}
