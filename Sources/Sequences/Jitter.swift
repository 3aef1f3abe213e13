import Wire

/// Interarrival jitter as RFC 3550 section 6.4.1 defines it and appendix A.8 computes it.
public struct Jitter: Sendable {
  /// The last packet's transit in nanoseconds; nil at the begin and after a break.
  public var last: Int64?
  /// In nanoseconds; nil before the second packet.
  public var mean: Double?

  package init() {}

  /// Goes on from a former state: the last transit and the jitter, in nanoseconds.
  @inlinable
  public init(lastTransit: Int64?, mean: Double?) {
    last = lastTransit
    self.mean = mean
  }

  /// The jitter; nil before the second packet.
  package var value: Duration? { mean.map { .nanoseconds(Int64(clamping: $0)) } }

  /// Takes a packet's transit: arrival minus the sender's clock; any constant offset cancels.
  package mutating func take(transit: Duration) {
    take(transitNanoseconds: transit.wholeNanoseconds)
  }

  /// Takes a packet's transit in nanoseconds.
  @inlinable
  @inline(__always)
  public mutating func take(transitNanoseconds now: Int64) {
    if let last {
      let step = now.subtractingReportingOverflow(last).partialValue.magnitude
      mean = Self.mean(mean ?? 0, taking: Double(step))
    }
    last = now
  }

  /// The jitter after a further step between two transits, both in nanoseconds.
  @inlinable
  @inline(__always)
  public static func mean(_ mean: Double, taking step: Double) -> Double {
    mean + (step - mean) / 16
  }

  /// Goes on after a break, over which the transit of two packets tells nothing.
  package mutating func breakOff() {
    last = nil
  }
}
