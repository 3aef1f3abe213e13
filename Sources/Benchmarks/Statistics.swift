extension [Double] {
  /// The middle one; of an even number of values the mean of the two in the middle.
  ///
  /// - Precondition: There is one at least.
  var median: Double {
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// The smallest value that at least this share of all does not exceed (nearest rank).
  ///
  /// - Precondition: There is one at least.
  func quantile(_ share: Double) -> Double {
    let rank = Int((share * Double(count)).rounded(.up))
    return sorted()[Swift.min(Swift.max(rank, 1), count) - 1]
  }
}
