import Moves
import Streams
import Wire

/// What the points have shown so far, as far back as the screen can look: an hour, or less where
/// very many streams share the memory.
struct History: Sendable {
  static let span = Duration.seconds(3600)
  /// Bins of all series together: 4 bytes each.
  static let binBudget = 8_000_000
  /// Marks kept, and moves.
  static let eventLimit = 5_000

  /// Every point that is known, in the order in which they were named or first seen.
  private(set) var points: [Point]
  private(set) var streams: [StreamKey: StreamHistory] = [:]
  /// In the order of their coming.
  private(set) var marks: [Mark] = []
  private(set) var moves: [Move] = []
  /// How many came before those.
  private(set) var forgottenMarks = 0
  private(set) var forgottenMoves = 0
  /// The moments before that the screen can go back to.
  private(set) var past = Past()
  private(set) var upTo: Timestamp?
  /// The length of a bin in the series; known with the first snapshot.
  private(set) var bin: Duration?
  private(set) var packets = 0
  private(set) var captureDrops = 0
  /// Bytes of all streams that passed, those that are forgotten among them.
  private(set) var passed = Series()
  /// Names of points whose captures see nothing, and since when: their interfaces are away, or who
  /// observes there tells nothing.
  private(set) var away: [Outage] = []
  private(set) var clocks = ClockAgreement.same
  /// What the points that decide saw of each protocol.
  private(set) var protocols: [DecodedPacket.Kind: (packets: Int, bytes: Int)] = [:]
  /// Packets of the newest interval at the points that decide.
  private(set) var newest: (start: Timestamp, length: Duration, packets: Int)?

  init(points: [Point]) {
    self.points = points
  }

  mutating func take(_ observed: Observed) {
    upTo = max(upTo ?? observed.upTo, observed.upTo)
    clocks = observed.clocks
    for snapshot in observed.snapshots where !points.contains(where: { $0 == snapshot.point }) {
      points.append(snapshot.point)
    }
    let starts = Set(observed.snapshots.map(\.start)).sorted()
    for start in starts { count(observed.snapshots.filter { $0.start == start }) }
    for mark in observed.marks { take(mark) }
    for move in observed.moves {
      moves.append(move)
      streams[move.stream]?.move(losing: move.lost ?? move.lostUnseen ?? 0)
    }
    forgetOld()
    keepMoment()
  }

  /// The points that decide where a stream is: those of the first of these roles that there are.
  var decidingPoints: [Point] {
    for role in Point.Role.deciding {
      let found = points.filter { $0.role == role }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// Bins kept of one series.
  var depth: Int {
    let bin = max((bin ?? .seconds(1)).wholeNanoseconds, 1)
    let inHour = Int((Self.span + .seconds(Self.longestRate)).wholeNanoseconds / bin)
    let least = Int(60_000_000_000 / bin) + 1
    let series = streams.count * (points.count + 1)
    return max(min(inHour, Self.binBudget / max(series, 1)), least)
  }

  /// The bin that holds a moment.
  func number(of time: Timestamp) -> Int64 {
    guard let size = bin?.wholeNanoseconds else { return 0 }
    return time.aligned(to: .nanoseconds(size)).nanoseconds / size
  }

  /// Mean bytes per second of a series over the last whole bins.
  func rate(_ series: Series, over seconds: Double) -> Double {
    guard let upTo, let size = bin?.wholeNanoseconds, size > 0 else { return 0 }
    let count = max(Int64((seconds * 1e9 / Double(size)).rounded()), 1)
    let end = number(of: upTo)
    return series.sum(end - count..<end) * 1e9 / (Double(size) * Double(count))
  }

  /// Counts the snapshots of all points over one interval.
  private mutating func count(_ snapshots: [Snapshot]) {
    guard let start = snapshots.first?.start, let length = snapshots.first?.length else { return }
    if bin == nil {
      // Ten bins a second are as many as a screen can show.
      let size = max(length.wholeNanoseconds, 1)
      bin = .nanoseconds(size * max((100_000_000 + size - 1) / size, 1))
    }
    let deciding = Set(decidingPoints.map(\.name))
    let number = number(of: start)
    let depth = depth
    var total = 0
    var passages: [StreamKey: Passage] = [:]
    for snapshot in snapshots {
      captureDrops.add(clamping: snapshot.captureDrops)
      take(snapshot.captureEvents, at: snapshot.point.name)
      if deciding.contains(snapshot.point.name) {
        for seen in snapshot.totals {
          total += seen.packets
          protocols[seen.kind, default: (0, 0)].packets.add(clamping: seen.packets)
          protocols[seen.kind, default: (0, 0)].bytes.add(clamping: seen.wireBytes)
        }
      }
      // The legs of one stream are neighbours.
      var rest = snapshot.streams[...]
      while let stream = rest.first?.stream {
        let legs = rest.prefix { $0.stream == stream }
        rest = rest.dropFirst(legs.count)
        guard let sight = Sight(legs) else { continue }
        streams[stream, default: StreamHistory()].count(
          sight, at: snapshot.point, over: length, bin: number, keeping: depth)
        passages[stream, default: Passage()].add(sight, at: snapshot.point.role)
      }
    }
    var bytes = 0
    for (stream, passage) in passages {
      bytes.add(clamping: streams[stream]?.pass(passage, bin: number, keeping: depth) ?? 0)
    }
    passed.add(bytes, to: number, keeping: depth)
    packets += total
    // Late ones are of the past.
    if start >= newest?.start ?? start { newest = (start, length, total) }
  }

  private mutating func take(_ events: [CaptureEvent], at point: String) {
    for event in events {
      away.removeAll { $0.point == point }
      if case .ended(let reason) = event.kind {
        away.append(Outage(point: point, since: event.time, reason: reason))
      }
    }
  }

  /// Packets per second of the newest interval at the points that decide; nil before the first.
  var packetRate: Double? {
    guard let newest, let upTo else { return nil }
    let isOver = upTo - newest.start >= newest.length * 2
    return isOver ? 0 : Double(newest.packets) * 1000 / newest.length.milliseconds
  }

  /// The length of the intervals.
  var interval: Duration { newest?.length ?? .seconds(1) }

  private mutating func take(_ mark: Mark) {
    // Of clocks, only what contradicts is news; the header has the rest.
    guard ClockReading(mark) == nil else { return }
    marks.append(mark)
    guard let stream = mark.stream, let point = mark.point else { return }
    switch mark.kind {
    case .left: streams[stream]?.leave(point, at: mark.time)
    case .appeared: streams[stream]?.arrive(point)
    case .gap: streams[stream]?.gap(mark, at: point)
    default: break
    }
  }

  private mutating func forgetOld() {
    guard let upTo else { return }
    let horizon = upTo - Self.span
    let oldMarks = Self.surplus(marks) { $0.time < horizon }
    marks.removeFirst(oldMarks)
    forgottenMarks += oldMarks
    let oldMoves = Self.surplus(moves) { $0.firstAfter < horizon }
    moves.removeFirst(oldMoves)
    forgottenMoves += oldMoves
    guard streams.contains(where: { $0.value.lastTime < horizon }) else { return }
    streams = streams.filter { $0.value.lastTime >= horizon }
  }

  /// How many of the first are old, or more than there is room for.
  private static func surplus<Event>(_ events: [Event], _ isOld: (Event) -> Bool) -> Int {
    let excess = events.count > eventLimit * 5 / 4 ? events.count - eventLimit : 0
    return max(excess, events.prefix(while: isOld).count)
  }

  /// Keeps what is known now, where the moment kept last is far enough away.
  private mutating func keepMoment() {
    guard let upTo, let bin else { return }
    let stride = stride
    let last = past.moments.last.map { number(of: $0.upTo) / stride } ?? .min
    guard number(of: upTo) / stride > last, let moment else { return }
    // A moment is of use as long as the bins that its rates are made from are there.
    let reach = .nanoseconds(bin.wholeNanoseconds) * depth - .seconds(Self.longestRate)
    past.keep(moment, since: upTo - reach)
  }

  /// Forgets the moments that the screen could go back to.
  mutating func forgetPast() { past = Past() }

  mutating func goBack(to moment: Past.Moment) {
    let known = streams
    past = Past()
    upTo = moment.upTo
    points = Array(points.prefix(moment.points))
    marks = Array(marks.prefix(max(moment.marks - forgottenMarks, 0)))
    moves = Array(moves.prefix(max(moment.moves - forgottenMoves, 0)))
    packets = moment.packets
    captureDrops = moment.captureDrops
    away = moment.away
    clocks = moment.clocks
    protocols = moment.protocols
    newest = moment.newest
    streams = [:]
    var sights = moment.sights[...]
    var unevenness = moment.unevenness[...]
    for stream in moment.streams {
      let own = sights.prefix(stream.sights)
      sights = sights.dropFirst(stream.sights)
      streams[stream.key] = known[stream.key]?.back(
        to: stream.figures,
        at: own.map { sight in
          (points[Int(sight.point)], sight.figures, sight.isJudge ? unevenness.popFirst() : nil)
        })
    }
  }
}

/// A point of which nothing is seen.
struct Outage: Sendable, Equatable {
  var point: String
  var since: Timestamp
  var reason: String
}
