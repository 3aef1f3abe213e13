import Wire

/// The minimum and the median of durations.
package struct Quantiles: Sendable {
  private let values: [Int64]
  private let lowest: Int64

  /// - Parameters:
  ///   - values: in nanoseconds, in any order; a sample of all where these are many.
  ///   - lowest: the lowest of those that are not among them, or more.
  package init(of values: [Int64], lowest: Int64 = .max) {
    self.values = values.sorted()
    self.lowest = min(lowest, self.values.first ?? lowest)
  }

  /// Nil without values.
  package var minimum: Duration? { values.isEmpty ? nil : .nanoseconds(lowest) }

  /// The lower median; nil without values.
  package var median: Duration? {
    values.isEmpty ? nil : .nanoseconds(values[(values.count - 1) / 2])
  }
}
