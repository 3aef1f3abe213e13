import Foundation

/// Whether values tend to be larger than others (Mann and Whitney 1947), one-sided.
enum RankTest {
  /// Up to so many ways to part the values, all of them are counted; above, the normal approximation
  /// with the correction for ties serves.
  private static let countable = 20_000.0

  /// The probability that values which are not larger look at least so much larger; nil where one side
  /// has none.
  static func probability(that values: [Double], exceed others: [Double]) -> Double? {
    guard !values.isEmpty, !others.isEmpty else { return nil }
    let all = (values + others).sorted()
    let ranks = ranks(of: all)
    let rank = { (value: Double) in ranks[value] ?? 0 }
    let sum = values.reduce(0) { $0 + rank($1) }
    if ways(values.count, of: all.count) <= countable {
      return exact(sum, choosing: values.count, from: all.map(rank))
    }
    return approximate(sum, values.count, others.count, all)
  }

  /// Equal values share the mean of their ranks.
  private static func ranks(of sorted: [Double]) -> [Double: Double] {
    var ranks: [Double: Double] = [:]
    var index = 0
    while index < sorted.count {
      var end = index
      while end + 1 < sorted.count, sorted[end + 1] == sorted[index] { end += 1 }
      ranks[sorted[index]] = Double(index + end) / 2 + 1
      index = end + 1
    }
    return ranks
  }

  private static func ways(_ count: Int, of all: Int) -> Double {
    (0..<min(count, all - count)).reduce(1.0) { $0 * Double(all - $1) / Double($1 + 1) }
  }

  /// The share of all ways to choose so many ranks that have at least this sum.
  private static func exact(_ sum: Double, choosing count: Int, from ranks: [Double]) -> Double {
    var reached = 0.0
    var all = 0.0
    func choose(_ left: Int, from index: Int, _ soFar: Double) {
      if left == 0 {
        all += 1
        if soFar >= sum - 1e-9 { reached += 1 }
        return
      }
      guard ranks.count - index >= left else { return }
      choose(left - 1, from: index + 1, soFar + ranks[index])
      choose(left, from: index + 1, soFar)
    }
    choose(count, from: 0, 0)
    return reached / all
  }

  private static func approximate(
    _ sum: Double, _ count: Int, _ others: Int, _ sorted: [Double]
  ) -> Double {
    let (n, m) = (Double(count), Double(others))
    let total = n + m
    let statistic = sum - n * (n + 1) / 2
    let ties = Dictionary(grouping: sorted) { $0 }.values.reduce(0.0) {
      let size = Double($1.count)
      return $0 + size * size * size - size
    }
    let variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 1 }
    // Half a step of continuity.
    let score = (statistic - n * m / 2 - 0.5) / variance.squareRoot()
    return 0.5 * erfc(score / 2.0.squareRoot())
  }
}
