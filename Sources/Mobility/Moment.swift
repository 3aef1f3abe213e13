package import Wire

/// When something happens, as the state machines are told it.
package struct Moment: Sendable, Hashable {
  /// Since any one moment, on a clock that never jumps: what timers go by.
  package var elapsed: Duration
  /// The time of day: what sequence numbers and timestamps are made from.
  package var wall: Timestamp

  package init(elapsed: Duration, wall: Timestamp) {
    self.elapsed = elapsed
    self.wall = wall
  }
}
