import Moves
import Streams
import Wire

/// Puts records together again as the steps that they were written in.
///
/// A step begins with the first interval or total of another time, or where it is said to be late, and
/// also ends where the writer says so. Marks of the changes and the signalling at a point become events
/// and signals of its snapshot again.
struct StepAssembler {
  private var points: [RecordedPoint]
  private var time: Timestamp?
  private var snapshots: [Snapshot] = []
  private var marks: [Mark] = []
  private var moves: [Move] = []
  private var lateAfter: Timestamp?
  /// The streams whose packets are not dated.
  private var undated: [(snapshot: Int, stream: Int)] = []

  init(points: [RecordedPoint]) {
    self.points = points
  }

  /// Takes a record, and gives the step that ended before it, if one did.
  mutating func take(_ record: Record) -> Observed? {
    switch record {
    case .meta(let point):
      points.append(point)
      return nil
    case .interval(let row):
      let ended = begin(row.time)
      let index = index(of: row.point, at: row.time)
      if row.isUndated { undated.append((index, snapshots[index].streams.count)) }
      snapshots[index].streams.append(row.interval)
      return ended
    case .total(let row):
      let ended = begin(row.time)
      let index = index(of: row.point, at: row.time)
      if let kind = row.kind {
        snapshots[index].totals.append(
          ProtocolTotal(kind: kind, packets: row.packets, wireBytes: row.wireBytes))
      }
      snapshots[index].captureDrops.add(clamping: row.captureDrops)
      return ended
    case .mark(let mark):
      marks.append(mark)
      return nil
    case .move(let move):
      moves.append(move)
      return nil
    case .late(let late):
      let ended = finish()
      lateAfter = late.time
      return ended
    case .answer(let answer):
      // Nothing more of a step comes once its writer says that all of it was written.
      let end = snapshots.map(\.end).max() ?? time
      return answer.upTo.map { upTo in end.map { $0 <= upTo } ?? true } ?? false ? finish() : nil
    }
  }

  /// The step as far as it has come; nil where there is nothing in it.
  mutating func finish() -> Observed? {
    guard !(snapshots.isEmpty && marks.isEmpty && moves.isEmpty) else { return nil }
    let start = time ?? marks.last?.time ?? moves.last?.firstAfter ?? Timestamp(nanoseconds: 0)
    for mark in marks { place(mark, at: start) }
    for (snapshot, stream) in undated { Self.date(stream, in: &snapshots[snapshot]) }
    let order = points.map(\.point.name)
    snapshots.sort {
      order.firstIndex(of: $0.point.name) ?? .max < order.firstIndex(of: $1.point.name) ?? .max
    }
    for index in snapshots.indices { snapshots[index].lateAfter = lateAfter }
    var observed = Observed(
      upTo: snapshots.map(\.end).max() ?? start, snapshots: snapshots, marks: marks, moves: moves)
    observed.lateAfter = lateAfter
    lateAfter = nil
    (time, snapshots, marks, moves, undated) = (nil, [], [], [], [])
    return observed
  }

  private mutating func begin(_ start: Timestamp) -> Observed? {
    let ended = time.map { $0 != start } ?? false ? finish() : nil
    time = start
    return ended
  }

  private mutating func index(of name: String, at start: Timestamp) -> Int {
    if let index = snapshots.firstIndex(where: { $0.point.name == name }) { return index }
    let recorded = points.first { $0.point.name == name }
    snapshots.append(
      Snapshot(
        point: recorded?.point ?? Point(name: name), start: start,
        length: recorded?.interval ?? .seconds(1)))
    return snapshots.count - 1
  }

  private mutating func place(_ mark: Mark, at start: Timestamp) {
    guard let point = mark.point else { return }
    if let event = StreamEvent(mark) {
      snapshots[index(of: point, at: start)].events.append(event)
    } else if let signal = Signal(mark) {
      snapshots[index(of: point, at: start)].signals.append(signal)
    } else if let announcement = HeardAnnouncement(mark) {
      snapshots[index(of: point, at: start)].announcements.append(announcement)
    } else if let reading = ClockReading(mark) {
      snapshots[index(of: point, at: start)].clockReadings.append(reading)
    } else if let event = CaptureEvent(mark) {
      snapshots[index(of: point, at: start)].captureEvents.append(event)
    } else if mark.kind == .blind {
      snapshots[index(of: point, at: start)].takeBlindness(of: mark)
    }
  }

  /// CSV does not date the packets of streams without numbers: they are taken to fill the interval,
  /// from where the stream appeared to where it left.
  private static func date(_ index: Int, in snapshot: inout Snapshot) {
    let interval = snapshot.streams[index]
    if interval.packets > 1 {
      snapshot.streams[index].lastTime = snapshot.end - .nanoseconds(1)
    }
    for event in snapshot.events
    where event.stream == interval.stream && event.leg == interval.leg
      && event.time >= snapshot.start && event.time < snapshot.end
    {
      switch event.kind {
      case .appeared: snapshot.streams[index].firstTime = event.time
      case .left: snapshot.streams[index].lastTime = event.time
      case .gap: continue
      }
    }
  }
}
