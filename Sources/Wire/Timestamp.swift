/// A moment as whole nanoseconds since the Unix epoch, in UTC without leap seconds.
///
/// Its text form is RFC 3339 with nine decimals and `Z`, as the records carry it.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Nanoseconds since 1970-01-01T00:00:00Z; negative before.
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The moment that seconds and nanoseconds since the epoch name, clamped to what 64 bits hold.
  package init(seconds: Int64, nanoseconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment `span` later, clamped to what 64 bits hold.
  package static func + (moment: Timestamp, span: Duration) -> Timestamp {
    let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(span.wholeNanoseconds)
    return Timestamp(nanoseconds: overflow ? (span.wholeNanoseconds < 0 ? .min : .max) : sum)
  }

  package static func - (moment: Timestamp, span: Duration) -> Timestamp {
    moment + .nanoseconds(0 &- span.wholeNanoseconds)
  }

  /// The time from `earlier` to `later`; negative where `later` is the earlier one.
  package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .nanoseconds(later.nanoseconds(since: earlier))
  }

  /// The time from `earlier` to this moment, clamped to what 64 bits hold. What is done for each
  /// packet reckons in these, since a `Duration` has 128 bits and costs ten times as much.
  @inlinable
  public func nanoseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return overflow ? (nanoseconds < earlier.nanoseconds ? .min : .max) : difference
  }

  /// The start of the interval of this length that holds the moment, counted from the epoch.
  package func aligned(to length: Duration) -> Timestamp {
    let size = max(length.wholeNanoseconds, 1)
    let remainder = nanoseconds % size
    let excess = remainder < 0 ? remainder &+ size : remainder
    let (start, overflow) = nanoseconds.subtractingReportingOverflow(excess)
    return Timestamp(nanoseconds: overflow ? .min : start)
  }

  /// The start of the first interval of this length that begins at the moment or later.
  package func alignedUp(to length: Duration) -> Timestamp {
    let start = aligned(to: length)
    return start == self ? start : start + length
  }
}

extension Duration {
  /// The whole nanoseconds of the duration, clamped to what 64 bits hold.
  package var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in milliseconds.
  package var milliseconds: Double {
    Double(wholeNanoseconds) / 1e6
  }
}
