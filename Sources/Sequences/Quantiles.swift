import Wire

/// The minimum and the median of an interval's durations.
///
/// Exact up to `capacity` values; beyond, the median is that of every second, fourth, … value.
public struct Quantiles: Sendable {
  public static var capacity: Int { 4096 }

  @usableFromInline var values: [Int64] = []
  @usableFromInline var stride = 1
  @usableFromInline var untilNext = 0

  @usableFromInline var lowest: Int64?

  package init() {}

  /// Begins anew, and keeps the room that it has.
  package mutating func removeAll() {
    values.removeAll(keepingCapacity: values.count < Self.capacity)
    stride = 1
    untilNext = 0
    lowest = nil
  }

  /// How many values it holds; those that were left out for want of room do not count.
  package var count: Int { values.count }

  package var minimum: Duration? { lowest.map { .nanoseconds($0) } }

  package mutating func take(_ value: Duration) {
    take(nanoseconds: value.wholeNanoseconds)
  }

  /// Takes a duration in nanoseconds.
  @inlinable
  @inline(__always)
  public mutating func take(nanoseconds value: Int64) {
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
