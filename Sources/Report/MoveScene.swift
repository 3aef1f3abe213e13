import Moves
import Streams
import Wire

/// What a drawing of one move shows: a lane for each place on the stream's way, with what passed it, the
/// dated events, and the packets that went no farther.
///
/// It locates in the records what the move tells of; the move's figures are the move's own.
struct MoveScene: Sendable {
  /// The way on which packets passed: through where the stream was, or where it went.
  enum Side: Sendable { case from, to }

  /// A place and what passed it around the move.
  struct Place {
    var point: Point
    var leg: Leg
    var passages: ArraySlice<Passage>
  }

  struct Bar: Sendable, Equatable {
    var start: Timestamp
    var end: Timestamp
    var side: Side?
  }

  struct Event: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      case last, first
      case bindingUpdate(sequence: Int?)
      case bindingAcknowledgement(sequence: Int?, status: Int?)
      case announce
    }

    var kind: Kind
    var time: Timestamp
  }

  struct Lane: Sendable {
    var point: Point
    /// How the stream is carried here, where that tells lanes of one point apart.
    var note: String?
    var leg: Leg?
    var isTunnelled: Bool
    var side: Side?
    var bars: [Bar] = []
    var events: [Event] = []

    var name: String { note.map { "\(point.name) \($0)" } ?? point.name }
  }

  /// Numbers in a row that were never delivered.
  struct Loss: Sendable, Equatable {
    /// The farthest lane that saw them; nil where no point did.
    var lane: Int?
    var numbers: ClosedRange<Int64>
    /// When the first and the last of them passed there, or between which moments they must have been
    /// sent.
    var start: Timestamp
    var end: Timestamp

    var count: Int { Int(numbers.upperBound &- numbers.lowerBound) &+ 1 }
  }

  /// One packet on its way, lane by lane.
  struct Trace: Sendable, Equatable {
    var number: Int64
    var side: Side
    var stops: [(lane: Int, time: Timestamp)]

    static func == (left: Trace, right: Trace) -> Bool {
      left.number == right.number && left.side == right.side
        && left.stops.elementsEqual(right.stops) { $0 == $1 }
    }
  }

  /// In the order of the way.
  private(set) var lanes: [Lane] = []
  private(set) var losses: [Loss] = []
  private(set) var traces: [Trace] = []
  /// Where delivery is seen, if anywhere, and the last packet delivered before and the first after.
  private(set) var deliveryLane: Int?
  private(set) var lastDelivered: Timestamp?
  private(set) var firstDelivered: Timestamp?
  /// What is drawn.
  private(set) var start: Timestamp
  private(set) var end: Timestamp

  /// - Parameters:
  ///   - places: the points that saw the stream, in any order.
  ///   - signs: marks of signalling and announcements.
  init(of move: Move, places: [Place], signs: [Mark]) {
    let before = min(move.lastBefore, move.firstAfter)
    let after = max(move.lastBefore, move.firstAfter)
    // Clocks may differ: what is looked at is wider than what will be drawn.
    let reach = max((after - before) * 2, .seconds(2))
    let tracks = MoveTracks(
      of: move, places: places, from: before - reach, to: after + reach)
    lanes = tracks.lanes
    losses = tracks.losses
    traces = tracks.traces
    deliveryLane = tracks.delivery
    lastDelivered = tracks.lastDelivered
    firstDelivered = tracks.firstDelivered
    (start, end) = (before, after)
    addSigns(signs, of: move, within: reach)
    let told = lanes.flatMap { $0.events.map(\.time) }
      .filter { $0 >= before - reach && $0 <= after + reach }
    start = min(before, told.min() ?? before)
    end = max(after, told.max() ?? after)
    let margin = max((end - start) / 6, .milliseconds(5))
    start = start - margin
    end = end + margin
    for lane in lanes.indices {
      lanes[lane].bars = tracks.bars(of: lane, from: start, to: end)
      lanes[lane].events.sort { $0.time < $1.time }
    }
    // Numbers of other servers' lanes that stand still here would only take up room.
    dropEmptyLanes()
  }

  /// Puts signalling that passed around the move on the lanes of the points that saw it, once a point.
  private mutating func addSigns(_ signs: [Mark], of move: Move, within reach: Duration) {
    let around = min(move.lastBefore, move.firstAfter)...max(move.lastBefore, move.firstAfter)
    let margin = min(reach, .seconds(10))
    var count = 0
    for sign in signs where count < 24 {
      guard sign.time >= around.lowerBound - .milliseconds(100),
        sign.time <= around.upperBound + margin,
        let lane = lanes.firstIndex(where: { $0.point.name == sign.point }),
        let kind = Event.Kind(sign)
      else { continue }
      lanes[lane].events.append(Event(kind: kind, time: sign.time))
      count += 1
    }
    add(move.bindingUpdate, of: move) {
      if case .bindingUpdate = $0 { true } else { false }
    } as: {
      .bindingUpdate(sequence: nil)
    }
    add(move.bindingAcknowledgement, of: move) {
      if case .bindingAcknowledgement = $0 { true } else { false }
    } as: {
      .bindingAcknowledgement(sequence: nil, status: nil)
    }
  }

  /// Adds a time that the move tells, where no mark did.
  private mutating func add(
    _ time: Timestamp?, of move: Move, ifNo isKind: (Event.Kind) -> Bool, as kind: () -> Event.Kind
  ) {
    guard let time,
      !lanes.contains(where: { $0.events.contains { $0.time == time && isKind($0.kind) } }),
      let lane = lanes.firstIndex(where: { $0.point.name == move.toPoint })
    else { return }
    lanes[lane].events.append(Event(kind: kind(), time: time))
  }

  private mutating func dropEmptyLanes() {
    let kept = lanes.indices.filter { !lanes[$0].bars.isEmpty || !lanes[$0].events.isEmpty }
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    lanes = kept.map { lanes[$0] }
    deliveryLane = deliveryLane.flatMap { places[$0] }
    for index in losses.indices { losses[index].lane = losses[index].lane.flatMap { places[$0] } }
    for index in traces.indices {
      traces[index].stops = traces[index].stops.compactMap { stop in
        places[stop.lane].map { ($0, stop.time) }
      }
    }
  }
}

extension MoveScene.Event.Kind {
  /// What a mark of signalling tells; nil for other marks.
  fileprivate init?(_ mark: Mark) {
    func integer(_ name: String) -> Int? {
      guard case .integer(let number)? = mark[name] else { return nil }
      return number
    }
    switch mark.kind {
    case .bindingUpdate: self = .bindingUpdate(sequence: integer("sequence"))
    case .bindingAcknowledgement:
      self = .bindingAcknowledgement(sequence: integer("sequence"), status: integer("status"))
    case .announce: self = .announce
    default: return nil
    }
  }
}
