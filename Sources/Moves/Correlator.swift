package import Streams
package import Wire

/// Correlates the snapshots of all points: marks, and the moves of every stream.
///
/// It is pure: the same snapshots in the same order give the same marks and moves, live or replayed.
package struct Correlator: Sendable {
  private struct Pending: Sendable {
    var transition: StreamPath.Transition
    var deadline: Timestamp
  }

  private struct Heard {
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
  private var blindness: Blindness

  package init(points: [Point], options: CountingOptions) {
    self.points = points
    self.options = options
    signalling = Signalling(points: points)
    blindness = Blindness(points: points)
  }

  /// Takes the snapshots of one interval, in the order of the points.
  package mutating func take(_ snapshots: [Snapshot]) -> Observed {
    let end = snapshots.map(\.end).max() ?? Timestamp(nanoseconds: 0)
    var marks: [Mark] = []
    var heard: [StreamKey: [Heard]] = [:]
    for snapshot in snapshots {
      guard let point = points.firstIndex(where: { $0.name == snapshot.point.name }) else {
        continue
      }
      for interval in snapshot.streams {
        let place = Place(point: point, leg: interval.leg)
        heard[interval.stream, default: []] += Activity.parts(of: interval, options: options)
          .map { Heard(place: place, activity: $0) }
      }
      marks += snapshot.events.map { Mark($0, at: snapshot.point) }
      marks += snapshot.signals.map { Mark($0, at: snapshot.point) }
      signalling.take(snapshot.signals, at: point)
      marks += blindness.take(snapshot, at: point)
    }
    for (stream, activities) in heard { take(activities, of: stream) }
    var observed = advance(to: end)
    observed.snapshots = snapshots
    observed.marks = (observed.marks + marks).sorted { $0.time < $1.time }
    return observed
  }

  /// Takes what was heard of a stream in one step, in the order of time. Before a place is visited
  /// anew, the moves that its earlier visit was part of are settled, however long the step is.
  private mutating func take(_ heard: [Heard], of stream: StreamKey) {
    var path =
      paths.removeValue(forKey: stream)
      ?? StreamPath(stream: stream, points: points, options: options)
    let inOrder = heard.sorted {
      ($0.activity.firstTime, $0.place.point) < ($1.activity.firstTime, $1.place.point)
    }
    for part in inOrder {
      if path.isReturn(part.activity, to: part.place) {
        note(&path, by: part.activity.firstTime, isEnd: false)
      }
      path.take(part.activity, at: part.place)
    }
    if path.visits.count > 1 { contested.insert(stream) }
    paths[stream] = path
  }

  /// Notes the moves of a stream that have become final, to be told in their order.
  private mutating func note(_ path: inout StreamPath, by time: Timestamp, isEnd: Bool) {
    while let transition = path.nextTransition(by: time, isEnd: isEnd) {
      pending[path.stream, default: []].append(
        Pending(transition: transition, deadline: transition.finalTime + Self.patience))
    }
  }

  /// Tells what became final by `time`.
  package mutating func advance(to time: Timestamp) -> Observed {
    settle(by: time, isEnd: false)
  }

  /// Tells what is left: all data ended at `time`.
  package mutating func finish(at time: Timestamp) -> Observed {
    settle(by: time, isEnd: true)
  }

  private mutating func settle(by time: Timestamp, isEnd: Bool) -> Observed {
    var told: [(move: Move, mark: Mark)] = []
    var dues: [Timestamp] = []
    for stream in contested.sorted() {
      guard var path = paths.removeValue(forKey: stream) else { continue }
      note(&path, by: time, isEnd: isEnd)
      if let due = path.due(after: time) { dues.append(due) }
      paths[stream] = path
      told += tell(stream, by: time, isEnd: isEnd)
      if let deadline = pending[stream]?.first?.deadline { dues.append(deadline) }
    }
    due = dues.min()
    told.sort { $0.move.firstAfter < $1.move.firstAfter }
    return Observed(upTo: time, marks: told.map(\.mark), moves: told.map(\.move))
  }

  /// Tells the moves of a stream in their order, each once its delivery has begun.
  private mutating func tell(
    _ stream: StreamKey, by time: Timestamp, isEnd: Bool
  ) -> [(move: Move, mark: Mark)] {
    guard let path = paths[stream], var queue = pending[stream], !queue.isEmpty else { return [] }
    let judge = MoveJudge(
      path: path, points: points, signalling: signalling, blindness: blindness)
    var told: [(move: Move, mark: Mark)] = []
    while let next = queue.first {
      let mustTell = isEnd || time >= next.deadline || queue.count > 1
      guard let judgement = judge.judge(next.transition, mustTell: mustTell) else { break }
      told.append(judgement)
      queue.removeFirst()
    }
    pending[stream] = queue.isEmpty ? nil : queue
    return told
  }
}
