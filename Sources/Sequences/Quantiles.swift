import Wire

/// The minimum and the median of an interval's durations.
///
/// Exact up to `capacity` values; beyond, the median is that of every second, fourth, … value.
package struct Quantiles: Sendable {
  package static let capacity = 4096

  private var values: [Int64] = []
  private var stride = 1
  private var untilNext = 0

  private var lowest: Int64?

  package init() {}

  package var minimum: Duration? { lowest.map { .nanoseconds($0) } }

  package mutating func take(_ value: Duration) {
    take(nanoseconds: value.wholeNanoseconds)
  }

  /// Takes a duration in nanoseconds.
  package mutating func take(nanoseconds value: Int64) {
    lowest = min(lowest ?? value, value)
    guard untilNext == 0 else {
      untilNext -= 1
      return
    }
    if values.count == Self.capacity {
      values = Swift.stride(from: 0, to: values.count, by: 2).map { values[$0] }
      stride *= 2
    }
    values.append(value)
    untilNext = stride - 1
  }

  /// The lower median; nil without values.
  package var median: Duration? {
    values.isEmpty ? nil : .nanoseconds(values.sorted()[(values.count - 1) / 2])
  }
}
