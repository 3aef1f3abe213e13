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

  func leftAfter(spacing: Duration?) -> Duration { max(leftAfter, (spacing ?? .zero) * 20) }

  func gapOver(spacing: Duration?) -> Duration { max(gapOver, (spacing ?? .zero) * 5) }
}
