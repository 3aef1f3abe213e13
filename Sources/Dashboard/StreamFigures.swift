import Streams
import Wire

/// The figures of a stream, over all points, as they are at one moment.
struct StreamFigures: Sendable {
  var payload = PayloadKind.unknown
  var packets = 0
  /// Bytes that passed, each counted once however many points saw it.
  var bytes = 0
  var lastTime = Timestamp(nanoseconds: .min)
  var moves = 0
  var lostInMoves = 0
  /// The rank of the role whose points decide where it is.
  var decidingRank = Int.max
}

/// The figures of a stream at one point, as they are at one moment.
struct PointFigures: Sendable {
  var lastTime = Timestamp(nanoseconds: .min)
  /// Mean time between packets in the newest interval that had any.
  var spacing = Duration.zero
  /// Of the smallest depth, the form nearest the receiver; nil without numbers.
  var numbers: (depth: Int, lost: Int?, skipped: Int?)?
  var jitter: Duration?
  /// How the stream came, the newest last.
  var legs: [Leg] = []
  /// The stay that the last packet belongs to is over.
  var hasLeft = false
}
