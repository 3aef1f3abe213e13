package import Streams
package import Wire

/// Correlates the snapshots of all points: marks, and the moves of every stream.
///
/// It is pure: the same snapshots in the same order give the same marks and moves, live or replayed.
package struct Correlator: Sendable {
  private struct Pending: Sendable {
    var transition: StreamPath.Transition
    /// The stay that began, as it ended; nil while it lasts.
    var after: Stay?
    /// Until then what else the points saw of it may still come.
    var settled: Timestamp
    var deadline: Timestamp
  }

  private struct Heard {
    var stream: StreamKey
    var place: Place
    var activity: Activity
  }

  /// How long a move waits for its first delivered number before it is told without.
  static let patience = Duration.seconds(30)

  private let points: [Point]
  private let options: CountingOptions
  private var paths: [StreamKey: StreamPath] = [:]
  /// Streams that were heard at more than one place: only these can move.
  private var contested: Set<StreamKey> = []
  private var pending: [StreamKey: [Pending]] = [:]
  /// When, if nothing more is heard, there may be something to tell; nil where there will not be.
  package private(set) var due: Timestamp?
  private var signalling: Signalling
  private var announcements: Announcements
  private var blindness: Blindness
  private var clocks: Clocks
  private var reachabilities: [StreamKey: Reachability] = [:]
  private var renaming = Renaming()
  /// Where streams end for those who watch: the receivers, else the home agents, else the servers' outer interfaces.
  private let ends: Set<Int>
  /// The points between which a contradiction of the clocks was told.
  private var contradicted: Set<[Int]> = []
  /// By stream, where that was asked for.
  private var ledgers: [StreamKey: LossLedger]?
  private var end = Timestamp(nanoseconds: .max)

  /// - Parameters:
  ///   - bootIdentifiers: Of the points' hosts, in their order; nil where it is not known.
  ///   - clockBound: The most that clocks of different hosts are apart, where the user states it.
  ///   - keepsLosses: Keeps what became of every number, for `accounts`.
  package init(
    points: [Point], options: CountingOptions, bootIdentifiers: [String?] = [],
    clockBound: Duration? = nil, keepsLosses: Bool = false
  ) {
    self.points = points
    self.options = options
    signalling = Signalling(points: points)
    announcements = Announcements(points: points)
    blindness = Blindness(points: points)
    clocks = Clocks(points: points, bootIdentifiers: bootIdentifiers, bound: clockBound)
    ledgers = keepsLosses ? [:] : nil
    let role = [Point.Role.receiver, .anchor, .external].first { role in
      points.contains { $0.role == role }
    }
    ends = Set(points.indices.filter { points[$0].role == role })
  }

  /// Takes the snapshots of one interval, in the order of the points.
  package mutating func take(_ snapshots: [Snapshot]) -> Observed {
    let end = snapshots.map(\.end).max() ?? Timestamp(nanoseconds: 0)
    var marks: [Mark] = []
    var heard: [Heard] = []
    var arriving: [Renaming.Arrival] = []
    for snapshot in snapshots {
      guard let point = points.firstIndex(where: { $0.name == snapshot.point.name }) else {
        continue
      }
      for interval in snapshot.streams {
        let place = Place(point: point, leg: interval.leg)
        for activity in Activity.parts(of: interval) {
          heard.append(Heard(stream: interval.stream, place: place, activity: activity))
        }
        if ends.contains(point), interval.leg.depth == 0 || points[point].role == .external,
          let arrival = Renaming.Arrival(interval, at: point)
        {
          arriving.append(arrival)
        }
      }
      announcements.take(snapshot.announcements, at: point)
      signalling.take(snapshot.signals, at: point, comparing: &clocks)
      marks += read(snapshot, at: point)
    }
    heard.sort {
      ($0.stream, $0.activity.firstTime, $0.place) < ($1.stream, $1.activity.firstTime, $1.place)
    }
    var rest = heard[...]
    while let stream = rest.first?.stream {
      let next = rest.firstIndex { $0.stream != stream } ?? rest.endIndex
      marks += take(rest[..<next], of: stream)
      rest = rest[next...]
    }
    renaming.take(arriving, options: options)
    marks += renaming.changes(by: end, options: options).map { Mark($0, points: points) }
    var observed = advance(to: end)
    observed.snapshots = snapshots
    observed.marks = (observed.marks + marks).sorted { $0.time < $1.time }
    return observed
  }

  /// Takes snapshots of an interval that was told already: what they tell is marked, and what was
  /// blind or read of clocks is known from now on, but no move is judged by them any more.
  package mutating func takeLate(_ snapshots: [Snapshot], upTo time: Timestamp) -> Observed {
    var marks: [Mark] = []
    for snapshot in snapshots {
      guard let point = points.firstIndex(where: { $0.name == snapshot.point.name }) else {
        continue
      }
      marks += read(snapshot, at: point)
    }
    marks.sort { $0.time < $1.time }
    var observed = Observed(upTo: time, snapshots: snapshots, marks: marks)
    observed.lateAfter = time
    return observed
  }

  /// The marks of a snapshot, and what it tells of blindness and clocks.
  private mutating func read(_ snapshot: Snapshot, at point: Int) -> [Mark] {
    for reading in snapshot.clockReadings { clocks.take(reading, at: point) }
    return snapshot.events.map { Mark($0, at: snapshot.point) }
      + snapshot.signals.map { Mark($0, at: snapshot.point) }
      + snapshot.announcements.map { Mark($0, at: snapshot.point) }
      + snapshot.clockReadings.map { Mark($0, at: snapshot.point) }
      + blindness.take(snapshot, at: point)
  }

  /// Takes what was heard of a stream in one step, in the order of time.
  ///
  /// - Returns: Whether it still comes to anybody, where that changed.
  private mutating func take(_ heard: ArraySlice<Heard>, of stream: StreamKey) -> [Mark] {
    let new = StreamPath(stream: stream, points: points, options: options)
    let places = Self.take(
      heard, in: &paths[stream, default: new], noting: &ledgers, points: points)
    guard places > 1 else { return [] }
    contested.insert(stream)
    return reach(of: stream, in: heard).map { Mark($0, of: stream, points: points) }
  }

  /// - Returns: At how many places the stream was heard up to now.
  private static func take(
    _ heard: ArraySlice<Heard>, in path: inout StreamPath,
    noting ledgers: inout [StreamKey: LossLedger]?, points: [Point]
  ) -> Int {
    for part in heard {
      guard let read = path.take(part.activity, at: part.place), ledgers != nil else { continue }
      ledgers?[path.stream, default: LossLedger()].note(
        read.run, of: read.generation, at: part.place, as: points[part.place.point].role)
    }
    return path.stays.count
  }

  private mutating func reach(
    of stream: StreamKey, in heard: ArraySlice<Heard>
  ) -> [Reachability.Change] {
    var reachability = reachabilities.removeValue(forKey: stream) ?? Reachability()
    defer { reachabilities[stream] = reachability }
    var changes = heard.compactMap { part in
      reachability.take(
        from: part.activity.firstTime, to: part.activity.lastTime, at: part.place.point,
        role: points[part.place.point].role)
    }
    let silence =
      paths[stream]?.stays.values.compactMap { $0.last?.leftAfter(options) }.max()
      ?? options.leftAfter
    let beyond = points.indices.filter { ![.source, .access].contains(points[$0].role) }
    let cut = reachability.cut(after: silence) { within, beyond, time in
      clocks.offset(of: within, from: beyond, at: time).value
    } isSure: { start, end in
      !blindness.touches(beyond, from: start, to: end)
    }
    if let cut { changes.append(cut) }
    return changes
  }

  /// Notes the moves of a stream that have become final, to be told in their order.
  private mutating func note(_ path: inout StreamPath, by time: Timestamp, isEnd: Bool) {
    while let transition = path.nextTransition(by: time, isEnd: isEnd) {
      if let last = pending[path.stream]?.indices.last {
        pending[path.stream]?[last].after = transition.before
      }
      pending[path.stream, default: []].append(
        Pending(
          transition: transition, after: nil,
          settled: max(transition.finalTime, transition.after.firstTime + options.leftAfter),
          deadline: transition.finalTime + Self.patience))
    }
  }

  /// Tells what became final by `time`.
  package mutating func advance(to time: Timestamp) -> Observed {
    settle(by: time, isEnd: false)
  }

  /// Tells what is left: all data ended at `time`.
  package mutating func finish(at time: Timestamp) -> Observed {
    end = time
    var observed = settle(by: time, isEnd: true)
    observed.marks += renaming.rest().map { Mark($0, points: points) }
    return observed
  }

  private mutating func settle(by time: Timestamp, isEnd: Bool) -> Observed {
    var told: [Told] = []
    var dues: [Timestamp] = []
    for stream in contested.sorted() {
      guard var path = paths.removeValue(forKey: stream) else { continue }
      note(&path, by: time, isEnd: isEnd)
      if let due = path.due(after: time) { dues.append(due) }
      paths[stream] = path
      told += tell(stream, by: time, isEnd: isEnd)
      if let next = pending[stream]?.first {
        dues.append(next.settled > time ? next.settled : next.deadline)
      }
    }
    due = dues.min()
    told.sort { $0.move.firstAfter < $1.move.firstAfter }
    return Observed(upTo: time, marks: told.flatMap(\.marks), moves: told.map(\.move))
  }

  private struct Told {
    var move: Move
    var marks: [Mark]
  }

  /// Tells the moves of a stream in their order, each once its delivery has begun.
  private mutating func tell(_ stream: StreamKey, by time: Timestamp, isEnd: Bool) -> [Told] {
    guard let path = paths[stream], var queue = pending[stream], let first = queue.first,
      isEnd || time >= first.settled
    else { return [] }
    var clocks = clocks
    compareOpposites(&clocks)
    let judge = MoveJudge(
      path: path, points: points, options: options, signalling: signalling,
      announcements: announcements, blindness: blindness, clocks: clocks)
    var told: [Told] = []
    while let next = queue.first {
      let mustTell = isEnd || time >= next.deadline || queue.count > 1
      guard isEnd || time >= next.settled else { break }
      let after = next.after ?? path.home.flatMap { path.stays[$0]?.first } ?? next.transition.after
      guard let judgement = judge.judge(next.transition, after: after, mustTell: mustTell) else {
        break
      }
      if let strays = judgement.strays, let generation = judgement.generation {
        ledgers?[stream]?.note(behind: strays.behind, unbound: strays.unbound, of: generation)
      }
      told.append(Told(move: judgement.move, marks: marks(of: judgement)))
      queue.removeFirst()
    }
    pending[stream] = queue.isEmpty ? nil : queue
    return told
  }

  /// Compares the clocks by streams that go both ways, a few of them.
  private func compareOpposites(_ clocks: inout Clocks) {
    guard clocks.areSeveral else { return }
    let pairs = contested.lazy.compactMap { stream -> OppositeStreams? in
      guard stream < stream.reversed, contested.contains(stream.reversed),
        let there = paths[stream], let back = paths[stream.reversed]
      else { return nil }
      return OppositeStreams(there: there, back: back)
    }
    for pair in pairs.prefix(8) { pair.compare(&clocks) }
  }

  private mutating func marks(of judgement: MoveJudge.Judgement) -> [Mark] {
    guard let contradiction = judgement.contradiction,
      contradicted.insert([contradiction.sender, contradiction.receiver]).inserted
    else { return [judgement.mark] }
    let time = judgement.move.firstAfter
    return [
      judgement.mark,
      Mark(
        clock: contradiction.transit, from: points[contradiction.sender],
        to: points[contradiction.receiver],
        offset: clocks.offset(of: contradiction.receiver, from: contradiction.sender, at: time),
        at: time),
    ]
  }

  /// How sure it is around a time how far the points' clocks are apart.
  package func clockAgreement(at time: Timestamp) -> ClockAgreement { clocks.agreement(at: time) }

  /// What became of the numbers of every stream that has any, in order, once all data have ended;
  /// empty unless losses are kept.
  package var accounts: [LossAccount] {
    (ledgers ?? [:]).sorted { $0.key < $1.key }.flatMap {
      $1.accounts(of: $0, at: end)
    }
  }
}
