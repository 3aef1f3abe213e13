package import Moves
package import Records
import Streams
package import Wire

/// All that a report tells: what the records say, and where in them the events of each move are.
package struct ReportContent: Sendable {
  /// A stream on one leg at one point, over the whole time.
  struct Passing: Sendable {
    var point: Int
    var leg: Leg
    var packets = 0
    var ipBytes = 0
    var wireBytes = 0
    var first: Timestamp
    var last: Timestamp
    /// Nil where the numbers do not tell.
    var lost: Int?
    var skipped: Int?
    var duplicates: Int?
    var reordered: Int?
    var maximumGap: Duration?
    var jitter: Duration?
    var traffic = Traffic()
    var stays: [Stay] = []
  }

  /// A time in which a stream was at a place; without an end, to the end of what was observed.
  struct Stay: Sendable, Equatable {
    var start: Timestamp
    var end: Timestamp?
  }

  struct Stream: Sendable {
    var key: StreamKey
    var payload: PayloadKind
    /// In the order of the points.
    var passings: [Passing]
  }

  /// What one point's interface saw as a whole.
  struct PointTotals: Sendable, Equatable {
    var packets = 0
    var malformed = 0
    var captureDrops = 0
    /// Packets that may hide streams.
    var opaque = 0
    var first: Timestamp?
    var last: Timestamp?
  }

  /// Intervals one after another in which a point was blind.
  struct BlindSpell: Sendable, Equatable {
    var point: Int
    var start: Timestamp
    var end: Timestamp
    var captureDrops: Int
    var truncated: Int
  }

  /// In the order of the sources.
  package internal(set) var points: [RecordedPoint]
  /// When the first interval began and the last ended; nil where there is none.
  package internal(set) var start: Timestamp?
  package internal(set) var end: Timestamp?
  /// In the order in which they became final.
  package internal(set) var moves: [Move] = []
  var streams: [Stream] = []
  var totals: [PointTotals] = []
  var blindness: [BlindSpell] = []
  /// Marks that are shown one by one, in the order of time, and how many there were of each kind.
  var marks: [Mark] = []
  var markCounts: [Mark.Kind: Int] = [:]
  /// The drawn ones of the moves, by their place in the list.
  var scenes: [Int: MoveScene] = [:]

  init(points: [RecordedPoint]) {
    self.points = points
    totals = points.map { _ in PointTotals() }
  }

  /// The interval's length, where all points have the same.
  var interval: Duration? {
    let lengths = Set(points.map(\.interval))
    return lengths.count == 1 ? lengths.first : nil
  }

  /// The servers, in the order of their colours: their outer interfaces, else those of the guest on them.
  var servers: [Int] {
    let external = points.indices.filter { points[$0].point.role == .external }
    return external.isEmpty
      ? points.indices.filter { points[$0].point.role == .access } : external
  }

  func point(named name: String) -> Int? { points.firstIndex { $0.point.name == name } }

  /// Whether any point stands at one of these places.
  func has(_ roles: Point.Role...) -> Bool {
    points.contains { roles.contains($0.point.role) }
  }
}

extension Move {
  /// How long it took, as far as that is known: by it the moves are picked that are drawn.
  var length: Duration { max(receiverGap ?? .zero, gap) }
}
