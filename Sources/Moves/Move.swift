package import Streams
package import Wire

/// A handover: a stream that goes on at another site, or on another leg of equal depth at the same
/// point. What could not be decided is nil, never 0.
package struct Move: Sendable, Equatable {
  /// How much of the move the points could tell.
  package enum Verdict: String, Sendable, CaseIterable {
    case explained, partial, undetermined, blind
  }

  package var stream: StreamKey
  package var fromPoint: String
  package var fromLeg: Leg
  package var toPoint: String
  package var toLeg: Leg
  /// Time of the last packet before, where the stream was.
  package var lastBefore: Timestamp
  /// Time of the first packet after, where the stream went; the move's time.
  package var firstAfter: Timestamp
  /// What the clock of the new point is known to show beyond that of the old one.
  package var clockOffset = Duration.zero
  /// The silence that the receiver saw over the move.
  package var receiverGap: Duration?
  package var lastNumber: Int64?
  package var firstNumber: Int64?
  package var lost: Int?
  package var lostUnseen: Int?
  package var lostServer: Int?
  package var lostBehind: Int?
  package var unbound: Int?
  package var lostPath: Int?
  package var beforeAcknowledgement: Int?
  package var duplicates: Int?
  package var reordered: Int?
  package var paused: Duration?
  package var held: Duration?
  package var pathChange: Duration?
  package var residual: Duration?
  package var pausedPlusPath: Duration?
  package var unboundTime: Duration?
  package var uncertainty: Duration?
  /// Times of the Binding Update and the Acknowledgement that belong to the move.
  package var bindingUpdate: Timestamp?
  package var bindingAcknowledgement: Timestamp?
  /// What the hypervisor told of the migration behind it, where anything.
  package var migration = MigrationFigures()
  /// Names of the points that decided.
  package var decidedBy: [String]
  package var verdict: Verdict

  package init(
    stream: StreamKey, fromPoint: String, fromLeg: Leg, toPoint: String, toLeg: Leg,
    lastBefore: Timestamp, firstAfter: Timestamp, decidedBy: [String] = [],
    verdict: Verdict = .undetermined
  ) {
    self.stream = stream
    self.fromPoint = fromPoint
    self.fromLeg = fromLeg
    self.toPoint = toPoint
    self.toLeg = toLeg
    self.lastBefore = lastBefore
    self.firstAfter = firstAfter
    self.decidedBy = decidedBy
    self.verdict = verdict
  }

  /// The silence between the two legs where they were observed; negative where they overlapped.
  package var gap: Duration {
    get { firstAfter - lastBefore - clockOffset }
    set { clockOffset = firstAfter - lastBefore - newValue }
  }
}
