package import Moves
package import Records
import Streams
import Wire

/// Gathers a report's content out of what is observed, step by step.
///
/// What is kept grows with the number of intervals, streams and moves, not with that of packets: of the
/// numbers, those of the last ten minutes are kept, and of each move that is drawn, its drawing.
package struct ReportBuilder: Sendable {
  /// How many moves are drawn at the most: the longest.
  static let mostScenes = 48
  /// How many marks of one kind are listed at the most.
  static let mostMarks = 2000
  /// A move's drawing shows what came after it: so long it waits.
  private static let patience = Duration.seconds(2)

  fileprivate struct Record: Sendable {
    var payload = PayloadKind.unknown
    var passings: [ReportContent.Passing] = []
    var recent: [RecentPassages] = []
  }

  private var content: ReportContent
  private var records: [StreamKey: Record] = [:]
  /// Moves that wait to be drawn, by their place in the list.
  private var waiting: [Int] = []
  private var signs: [Mark] = []

  package init(points: [RecordedPoint]) {
    content = ReportContent(points: points)
  }

  /// Takes a step.
  package mutating func take(_ observed: Observed) {
    for snapshot in observed.snapshots { take(snapshot) }
    for mark in observed.marks { take(mark) }
    for move in observed.moves {
      waiting.append(content.moves.count)
      content.moves.append(move)
    }
    draw { $0.firstAfter + Self.patience <= observed.upTo }
  }

  /// What the report tells; nothing more is taken.
  package mutating func finish() -> ReportContent {
    draw { _ in true }
    content.streams = records.map { key, record in
      ReportContent.Stream(
        key: key, payload: record.payload,
        passings: record.passings.sorted { ($0.point, $0.leg) < ($1.point, $1.leg) })
    }
    let moves = Dictionary(content.moves.map { ($0.stream, 1) }, uniquingKeysWith: +)
    content.streams.sort { left, right in
      let (leftMoves, rightMoves) = (moves[left.key] ?? 0, moves[right.key] ?? 0)
      return (rightMoves, right.packets, left.key) < (leftMoves, left.packets, right.key)
    }
    content.marks.sort { $0.time < $1.time }
    content.moves.completeMigrations(by: content.marks)
    return content
  }

  private mutating func take(_ snapshot: Snapshot) {
    guard let point = content.point(named: snapshot.point.name) else { return }
    content.start = min(content.start ?? snapshot.start, snapshot.start)
    content.end = max(content.end ?? snapshot.end, snapshot.end)
    content.totals[point].take(snapshot)
    if snapshot.isBlind { noteBlindness(of: snapshot, at: point) }
    for interval in snapshot.streams {
      records[interval.stream, default: Record()].take(
        interval, at: point, length: snapshot.length)
    }
  }

  private mutating func noteBlindness(of snapshot: Snapshot, at point: Int) {
    if let last = content.blindness.lastIndex(where: { $0.point == point }),
      content.blindness[last].end >= snapshot.start
    {
      content.blindness[last].end = max(content.blindness[last].end, snapshot.end)
      content.blindness[last].captureDrops.add(clamping: snapshot.captureDrops)
      content.blindness[last].truncated.add(clamping: snapshot.truncated)
    } else {
      content.blindness.append(
        ReportContent.BlindSpell(
          point: point, start: snapshot.start, end: snapshot.end,
          captureDrops: snapshot.captureDrops, truncated: snapshot.truncated))
    }
  }

  private mutating func take(_ mark: Mark) {
    let count = content.markCounts[mark.kind, default: 0]
    content.markCounts[mark.kind] = count + 1
    switch mark.kind {
    case .appeared, .left:
      guard let stream = mark.stream, let leg = mark.leg,
        let point = mark.point.flatMap({ content.point(named: $0) })
      else { return }
      records[stream]?.note(mark.kind, at: mark.time, point: point, leg: leg)
    case .bindingUpdate, .bindingAcknowledgement, .announce:
      signs.append(mark)
      if signs.count > 4096 { signs.removeFirst(2048) }
      if count < Self.mostMarks { content.marks.append(mark) }
    case .user, .clock, .blind, .cut, .restored, .renamed:
      if count < Self.mostMarks { content.marks.append(mark) }
    case .moved, .gap:
      break
    }
  }

  /// Draws the moves whose time has come.
  private mutating func draw(_ isDue: (Move) -> Bool) {
    guard !waiting.isEmpty else { return }
    let due = waiting.filter { isDue(content.moves[$0]) }
    waiting.removeAll { due.contains($0) }
    for index in due {
      let move = content.moves[index]
      guard let record = records[move.stream] else { continue }
      let places = zip(record.passings, record.recent).map { passing, recent in
        MoveScene.Place(
          point: content.points[passing.point].point, leg: passing.leg, passages: recent.all)
      }
      let scene = MoveScene(of: move, places: places, signs: signs)
      if !scene.lanes.isEmpty { content.scenes[index] = scene }
    }
    if content.scenes.count > 2 * Self.mostScenes || waiting.isEmpty { dropShortScenes() }
  }

  private mutating func dropShortScenes() {
    guard content.scenes.count > Self.mostScenes else { return }
    let longest = content.scenes.keys.sorted {
      (content.moves[$0].length, $1) > (content.moves[$1].length, $0)
    }
    for index in longest.dropFirst(Self.mostScenes) { content.scenes[index] = nil }
  }
}

extension ReportBuilder.Record {
  fileprivate mutating func take(
    _ interval: StreamInterval, at point: Int, length: Duration
  ) {
    if interval.payload != .unknown { payload = interval.payload }
    let place: Int
    if let known = index(point, interval.leg) {
      place = known
    } else {
      place = passings.count
      passings.append(
        ReportContent.Passing(
          point: point, leg: interval.leg, first: interval.firstTime, last: interval.lastTime))
      recent.append(RecentPassages())
    }
    passings[place].take(interval)
    passings[place].traffic.take(interval, length: length)
    recent[place].take(interval)
  }

  fileprivate mutating func note(
    _ kind: Mark.Kind, at time: Timestamp, point: Int, leg: Leg
  ) {
    guard let place = index(point, leg) else { return }
    if kind == .appeared {
      passings[place].stays.append(ReportContent.Stay(start: time))
    } else if let last = passings[place].stays.indices.last, passings[place].stays[last].end == nil
    {
      passings[place].stays[last].end = max(time, passings[place].stays[last].start)
    }
  }

  private func index(_ point: Int, _ leg: Leg) -> Int? {
    passings.firstIndex { $0.point == point && $0.leg == leg }
  }
}

extension ReportContent.Passing {
  fileprivate mutating func take(_ interval: StreamInterval) {
    packets.add(clamping: interval.packets)
    ipBytes.add(clamping: interval.ipBytes)
    wireBytes.add(clamping: interval.wireBytes)
    first = min(first, interval.firstTime)
    last = max(last, interval.lastTime)
    if let figures = interval.sequence {
      let isFirst = duplicates == nil
      lost = Self.sum(isFirst ? 0 : lost, figures.lost)
      skipped = Self.sum(isFirst ? 0 : skipped, figures.skipped)
      duplicates = Self.sum(duplicates ?? 0, figures.duplicates)
      reordered = Self.sum(reordered ?? 0, figures.reordered)
    }
    if let gap = interval.maximumGap { maximumGap = max(maximumGap ?? gap, gap) }
    jitter = interval.jitter ?? jitter
  }

  /// What is not known of an interval is not known of the sum.
  private static func sum(_ sum: Int?, _ figure: Int?) -> Int? {
    guard var sum, let figure else { return nil }
    sum.add(clamping: figure)
    return sum
  }
}

extension ReportContent.Stream {
  var packets: Int {
    passings.reduce(into: 0) { $0.add(clamping: $1.packets) }
  }
}

extension ReportContent.PointTotals {
  fileprivate mutating func take(_ snapshot: Snapshot) {
    for total in snapshot.totals {
      packets.add(clamping: total.packets)
      if total.kind == .malformed { malformed.add(clamping: total.packets) }
      if total.kind == .esp { opaque.add(clamping: total.packets) }
    }
    captureDrops.add(clamping: snapshot.captureDrops)
    first = min(first ?? snapshot.start, snapshot.start)
    last = max(last ?? snapshot.end, snapshot.end)
  }
}
