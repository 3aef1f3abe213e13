/// How values are spread, with how sure their median is.
package struct Distribution: Sendable, Equatable {
  package let count: Int
  package let minimum: Double
  package let median: Double
  package let p95: Double
  package let maximum: Double
  /// The 95 % confidence interval of the median: percentiles of the medians of resamples (Efron and
  /// Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Nil below three values.
  package let confidence: ClosedRange<Double>?

  private static let resamples = 2000

  /// - Returns: nil without values.
  package init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    count = sorted.count
    minimum = first
    maximum = last
    median = Self.quantile(0.5, of: sorted)
    p95 = Self.quantile(0.95, of: sorted)
    confidence = Self.confidence(of: sorted)
  }

  /// The quantile between the two nearest values (Hyndman and Fan 1996, type 7).
  ///
  /// - Parameter sorted: one value at the least, ascending.
  package static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }

  private static func confidence(of sorted: [Double]) -> ClosedRange<Double>? {
    guard sorted.count > 2 else { return nil }
    // The same values give the same interval.
    var random = Dice(state: UInt64(sorted.count))
    let medians = (0..<resamples).map { _ in
      let sample = sorted.map { _ in sorted[Int.random(in: sorted.indices, using: &random)] }
      return quantile(0.5, of: sample.sorted())
    }.sorted()
    return quantile(0.025, of: medians)...quantile(0.975, of: medians)
  }

  /// SplitMix64.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}
