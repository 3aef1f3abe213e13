import Sequences
package import Wire

/// How a point's packets are counted.
package struct CountingOptions: Sendable, Equatable {
  /// The length of an interval: 10 ms at the least, aligned to the epoch.
  package var interval: Duration
  /// A stream has left after a silence of this, or of 20 of its spacings where that is longer.
  package var leftAfter: Duration
  /// A silence of this is a gap, or of 5 spacings where that is longer.
  package var gapOver: Duration
  /// The tunnels in UDP that are entered beside VXLAN.
  package var decapsulation: Decapsulation

  package init(
    interval: Duration = .seconds(1), leftAfter: Duration = .seconds(1),
    gapOver: Duration = .milliseconds(50), decapsulation: Decapsulation = []
  ) {
    self.interval = max(interval, .milliseconds(10))
    self.leftAfter = leftAfter
    self.gapOver = gapOver
    self.decapsulation = decapsulation
  }
}

/// The durations of the options in nanoseconds, in which each packet is reckoned with.
struct CountingTimes: Sendable {
  let interval: Int64
  private let leftAfter: Int64
  private let gapOver: Int64
  /// A silence shorter than this is neither a gap nor an absence, whatever the spacing.
  let shortest: UInt64

  init(_ options: CountingOptions) {
    interval = options.interval.wholeNanoseconds
    leftAfter = options.leftAfter.wholeNanoseconds
    gapOver = options.gapOver.wholeNanoseconds
    shortest = UInt64(max(min(leftAfter, gapOver, Int64(UInt32.max)), 0))
  }

  func leftAfter(spacing: Int64?) -> Int64 { max(leftAfter, Self.product(spacing ?? 0, 20)) }

  func gapOver(spacing: Int64?) -> Int64 { max(gapOver, Self.product(spacing ?? 0, 5)) }

  /// Whether a silence is neither a gap nor an absence, nor longer than a flow has room for.
  @inline(__always)
  func isShort(_ silence: Int64, mean spacing: Double, samples: UInt8) -> Bool {
    UInt64(bitPattern: silence) < shortest
      || isShortForItsBeat(silence, mean: spacing, samples: samples)
  }

  @inline(never)
  private func isShortForItsBeat(_ silence: Int64, mean spacing: Double, samples: UInt8) -> Bool {
    guard silence >= 0, silence <= Int64(UInt32.max) else { return false }
    // Two packets alone do not tell a gap from a slow beat.
    guard samples > 0 else { return silence < leftAfter }
    let beat = Int64(spacing)
    return silence < gapOver(spacing: beat) && silence < leftAfter(spacing: beat)
  }

  /// So many packets of a flow in an interval are its first, at whose silences runs end early: after a move a guest does
  /// not keep its rhythm at once.
  static let firstPackets: UInt32 = 16

  /// Whether a silence among a flow's first packets is longer than its rhythm has, by four of its spacings and 1 ms.
  @inline(__always)
  static func isStumble(_ silence: Int64, mean spacing: Double, samples: UInt8) -> Bool {
    samples > 0 && silence > 1_000_000 && Double(silence) > 4 * spacing
  }

  /// When a stay ends whose last packet came at this time.
  func due(after time: Int64, spacing: Spacing) -> Int64 {
    let (due, overflow) = time.addingReportingOverflow(leftAfter(spacing: spacing.nanoseconds))
    return overflow ? .max : due
  }

  /// A first silence shorter than this may be a stream's beat.
  var longestBeat: Int64 { Self.product(leftAfter, 10) }

  /// Clamped to what 64 bits hold. No spacing is negative.
  private static func product(_ span: Int64, _ factor: Int64) -> Int64 {
    let (product, overflow) = span.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
