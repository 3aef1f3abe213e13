import Capture
import Moves
import Records
import Streams
import Wire

/// A point that a program tells of, on this host or elsewhere.
final class ProgramFeed: Feed {
  let points: [RecordedPoint]
  let isLive = true
  var hasNews = false
  private(set) var hasEnded = false
  private var track: ProgramTrack
  private let runner: ProgramRunner
  private var stopTime: Timestamp?
  /// What happened and was not looked at yet, the latest first.
  private var waiting: [ProgramEvent] = []
  /// Nothing follows what is waiting.
  private var isComplete = false

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - path: what errors name.
  ///   - isSurelyLive: whether what it tells happens now, whatever it tells.
  init(
    _ point: Point, path: String, line: String, isSurelyLive: Bool, interval: Duration,
    wake: @escaping @Sendable () -> Void
  ) {
    let recorded = RecordedPoint(point: point, source: path, interval: interval)
    points = [recorded]
    track = ProgramTrack(
      recorded, path: path, isSurelyLive: isSurelyLive, reference: bootIdentifier() ?? "observer")
    runner = ProgramRunner(line: line, wake: wake)
  }

  var queue: [Snapshot] {
    get { track.snapshots }
    set { track.snapshots = newValue }
  }

  var userMarks: [Mark] {
    get { track.userMarks }
    set { track.userMarks = newValue }
  }

  var closedUpTo: Timestamp? { track.closedUpTo }
  var lastTime: Timestamp? { stopTime ?? track.closedUpTo }
  var reports: [PointReport] { [track.report] }

  /// The program waits where more than this is there that others hold up.
  private static let capacity = 256

  func refill(while isWanted: () -> Bool) {
    guard !hasEnded, queue.count < Self.capacity else { return }
    let absence = track.report.absence
    takeEvents()
    if track.complaint != nil { runner.abort() }
    if waiting.isEmpty {
      track.advance(to: .now)
      if isComplete {
        track.finish()
        hasEnded = true
      }
    }
    hasNews = hasNews || track.report.absence != absence
  }

  private func takeEvents() {
    while queue.count < Self.capacity {
      if waiting.isEmpty {
        let isOver = runner.isOver
        waiting = runner.take().reversed()
        isComplete = isOver
        if waiting.isEmpty { return }
      }
      track.take(waiting.removeLast())
    }
  }

  /// It told everything by itself.
  func advance(to time: Timestamp) {}
  func finish(at time: Timestamp) {}

  func stop(at time: Timestamp) {
    guard stopTime == nil else { return }
    stopTime = time
    track.stop()
    runner.stop(hearsInput: track.hasAnswered)
  }
}
