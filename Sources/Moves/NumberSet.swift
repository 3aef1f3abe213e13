/// A set of numbers as disjoint ranges in ascending order.
struct NumberSet: Sendable, Equatable {
  private(set) var ranges: [ClosedRange<Int64>] = []

  init() {}

  /// The union of ranges in any order.
  init(_ unordered: some Sequence<ClosedRange<Int64>>) {
    for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last,
        last.upperBound == .max || range.lowerBound <= last.upperBound + 1
      {
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

  /// The numbers that are not in the other set.
  func subtracting(_ other: NumberSet) -> NumberSet {
    var result = NumberSet()
    var index = 0
    for range in ranges {
      var lower: Int64? = range.lowerBound
      while index < other.ranges.count, other.ranges[index].upperBound < range.lowerBound {
        index += 1
      }
      var next = index
      while let begin = lower, next < other.ranges.count,
        other.ranges[next].lowerBound <= range.upperBound
      {
        let hole = other.ranges[next]
        if hole.lowerBound > begin { result.ranges.append(begin...hole.lowerBound - 1) }
        lower = hole.upperBound < range.upperBound ? hole.upperBound + 1 : nil
        next += 1
      }
      if let lower { result.ranges.append(lower...range.upperBound) }
    }
    return result
  }

  func union(_ other: NumberSet) -> NumberSet {
    other.ranges.isEmpty ? self : ranges.isEmpty ? other : NumberSet(ranges + other.ranges)
  }

  func contains(_ number: Int64) -> Bool {
    let index = ranges.partitioningIndex { $0.upperBound >= number }
    return index < ranges.count && ranges[index].lowerBound <= number
  }

  /// Adds numbers, mostly above all others.
  mutating func insert(_ range: ClosedRange<Int64>) {
    guard let last = ranges.last else {
      ranges = [range]
      return
    }
    if range.lowerBound > last.upperBound {
      if range.lowerBound == last.upperBound &+ 1 {
        ranges[ranges.count - 1] = last.lowerBound...range.upperBound
      } else {
        ranges.append(range)
      }
      return
    }
    // The first that touches it, and the first that lies above.
    let low = ranges.partitioningIndex {
      $0.upperBound == .max || $0.upperBound + 1 >= range.lowerBound
    }
    var high = low
    var joined = range
    while high < ranges.count,
      range.upperBound == .max || ranges[high].lowerBound <= range.upperBound + 1
    {
      joined =
        min(
          joined.lowerBound, ranges[high].lowerBound)...max(
          joined.upperBound, ranges[high].upperBound)
      high += 1
    }
    ranges.replaceSubrange(low..<high, with: [joined])
  }

  /// How many of the numbers are not in the other set.
  func count(without other: NumberSet) -> Int { count - intersection(other).count }

  /// The numbers above this one.
  func above(_ number: Int64) -> NumberSet {
    guard number < .max else { return NumberSet() }
    return intersection(NumberSet([number + 1 ... .max]))
  }
}

extension Array {
  /// The index of the first element that fulfils a condition that all after it fulfil too.
  fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
