package import Streams
package import Wire

/// What all points together saw in one step of time: the one value that screens, logs, reports and
/// exporters are fed with, live and replayed.
package struct Observed: Sendable {
  /// Everything up to this moment has been handed over.
  package var upTo: Timestamp
  /// Snapshots of the step, in the order of the points; none of a point that saw nothing.
  package var snapshots: [Snapshot]
  /// In time order.
  package var marks: [Mark]
  /// Moves that became final in this step.
  package var moves: [Move]
  /// Of a step that came late: everything up to this moment had been handed over before it, and no move
  /// is judged by it. Nil where it came in time.
  package var lateAfter: Timestamp?
  /// How sure it is how far the points' clocks are apart.
  package var clocks = ClockAgreement.same

  package init(
    upTo: Timestamp, snapshots: [Snapshot] = [], marks: [Mark] = [], moves: [Move] = []
  ) {
    self.upTo = upTo
    self.snapshots = snapshots
    self.marks = marks
    self.moves = moves
  }
}

/// How sure it is how far the clocks of all points are apart.
package enum ClockAgreement: Sendable, Equatable {
  /// All points have one clock.
  case same
  /// Nothing tells of some of them.
  case unknown
  /// What is known of any two is wrong by so much at the most.
  case within(Duration)
}
