import Sequences
import Wire

extension ReceptionText {
  /// What a sum says beyond its columns: how the losses lie together, how late packets were, how the
  /// delay varies.
  static func details(of figures: ReceptionFigures) -> [String] {
    [
      figures.pattern.flatMap(losses), figures.reordering.flatMap(reordering),
      figures.variation.map(variation),
    ]
    .compactMap(\.self).map { String(repeating: " ", count: 14) + $0 }
  }

  private static func losses(_ pattern: LossPattern) -> String? {
    guard let longest = pattern.periods.largest, let rate = pattern.noticeableRate() else {
      return nil
    }
    let periods = pattern.periods.total
    let mean = Quantity.decimal(Double(pattern.lost) / Double(periods), places: 2)
    let near = Quantity.decimal(rate * 100, places: 2)
    return "lost in \(periods) \(periods == 1 ? "period" : "periods"), mean \(mean),"
      + " longest \(longest); \(near)% within \(LossPattern.noticeableDistance) of the one before"
  }

  private static func reordering(_ reordering: Reordering) -> String? {
    guard let largest = reordering.extents.largest else { return nil }
    let mean = Double(reordering.extents.sum) / Double(reordering.extents.total)
    return "reordered by \(Quantity.decimal(mean, places: 2)) packets in the mean,"
      + " \(largest) at the most; \(milliseconds(reordering.latest)) late at the most"
  }

  private static func variation(_ variation: DelayVariation) -> String {
    let quantiles = [
      ("p50", variation.p50), ("p95", variation.p95), ("p99", variation.p99),
      ("p99.9", variation.p999), ("max", variation.maximum),
    ]
    return "delay variation: "
      + quantiles.map { name, value in "\(name) \(milliseconds(value))" }.joined(separator: ", ")
  }
}
