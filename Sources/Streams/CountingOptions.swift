import Wire

/// How a point's packets are counted.
package struct CountingOptions: Sendable, Equatable {
  /// The length of an interval: 10 ms at the least, aligned to the epoch.
  package var interval: Duration
  /// A stream has left after a silence of this, or of 20 of its spacings where that is longer.
  package var leftAfter: Duration
  /// A silence of this is a gap, or of 5 spacings where that is longer.
  package var gapOver: Duration

  package init(
    interval: Duration = .seconds(1), leftAfter: Duration = .seconds(1),
    gapOver: Duration = .milliseconds(50)
  ) {
    self.interval = max(interval, .milliseconds(10))
    self.leftAfter = leftAfter
    self.gapOver = gapOver
  }
}

/// The durations of the options in nanoseconds, in which each packet is reckoned with.
struct CountingTimes: Sendable {
  let interval: Int64
  private let leftAfter: Int64
  private let gapOver: Int64

  init(_ options: CountingOptions) {
    interval = options.interval.wholeNanoseconds
    leftAfter = options.leftAfter.wholeNanoseconds
    gapOver = options.gapOver.wholeNanoseconds
  }

  func leftAfter(spacing: Int64?) -> Int64 { max(leftAfter, Self.product(spacing ?? 0, 20)) }

  func gapOver(spacing: Int64?) -> Int64 { max(gapOver, Self.product(spacing ?? 0, 5)) }

  /// A first silence shorter than this may be a stream's beat.
  var longestBeat: Int64 { Self.product(leftAfter, 10) }

  /// Clamped to what 64 bits hold. No spacing is negative.
  private static func product(_ span: Int64, _ factor: Int64) -> Int64 {
    let (product, overflow) = span.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
