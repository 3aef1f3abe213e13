import Wire

/// Interarrival jitter as RFC 3550 section 6.4.1 defines it and appendix A.8 computes it.
package struct Jitter: Sendable {
  private var last: Int64?
  private var mean: Double = 0

  package init() {}

  /// The jitter; nil before the second packet.
  package private(set) var value: Duration?

  /// Takes a packet's transit: arrival minus the sender's clock; any constant offset cancels.
  package mutating func take(transit: Duration) {
    let now = transit.wholeNanoseconds
    if let last {
      mean += (Double(now.subtractingReportingOverflow(last).partialValue.magnitude) - mean) / 16
      value = .nanoseconds(Int64(mean.rounded()))
    }
    last = now
  }

  /// Goes on after a break, over which the transit of two packets tells nothing.
  package mutating func breakOff() {
    last = nil
  }
}
