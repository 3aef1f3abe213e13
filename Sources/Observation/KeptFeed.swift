import Capture
import Moves
import Records
import Streams
import Wire

/// A point of a kept capture. The points of one capture are read together.
final class KeptFeed: Feed {
  let points: [RecordedPoint]
  var userMarks: [Mark] = []
  private let replay: KeptReplay
  private let track: KeptReplay.Track

  init(_ replay: KeptReplay, _ track: KeptReplay.Track) {
    points = [RecordedPoint(track.point)]
    self.replay = replay
    self.track = track
  }

  var queue: [Snapshot] {
    get { track.snapshots }
    set { track.snapshots = newValue }
  }

  var closedUpTo: Timestamp? { track.closedUpTo }
  var hasEnded: Bool { replay.hasEnded }
  var lastTime: Timestamp? { track.end ?? track.report.last }
  var reports: [PointReport] { [track.report] }

  func refill(while isWanted: () -> Bool) {
    replay.read(for: track, while: isWanted)
    userMarks += replay.takeMarks().map { Mark(userText: $0.text, at: $0.time) }
  }

  func advance(to time: Timestamp) { track.advance(to: time) }
  func finish(at time: Timestamp) { track.finish(at: time) }
  func stop(at time: Timestamp) { replay.stop() }
}

extension RecordedPoint {
  /// A point as its records describe it.
  init(_ kept: KeptPoint) {
    self.init(
      point: kept.point, source: kept.source, interval: kept.counting.interval,
      bootIdentifier: kept.bootIdentifier)
  }
}
