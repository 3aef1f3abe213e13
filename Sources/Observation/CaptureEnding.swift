import Moves
import Streams
import Wire

/// A live capture that ended before it was asked to: its point is blind from that moment on.
struct CaptureEnding: Equatable {
  var point: String
  var time: Timestamp

  private static let detail: (name: String, value: Mark.Value) = ("capture", .text("ended"))

  init(point: String, time: Timestamp) {
    self.point = point
    self.time = time
  }

  /// The ending that a recorded mark tells of; nil for other marks.
  init?(_ mark: Mark) {
    guard mark.kind == .blind, let point = mark.point,
      mark.detail.contains(where: { $0.name == Self.detail.name && $0.value == Self.detail.value })
    else { return nil }
    self.init(point: point, time: mark.time)
  }

  var mark: Mark {
    Mark(time: time, point: point, kind: .blind, detail: [Self.detail])
  }
}

/// The points whose captures ended too early.
struct CaptureEndings {
  private var endings: [CaptureEnding] = []

  /// Takes the endings as far as they are known, and gives the marks of the new ones.
  mutating func take(_ known: [CaptureEnding]) -> [Mark] {
    let new = known.filter { !endings.contains($0) }
    endings += new
    return new.map(\.mark)
  }

  /// The snapshots of a step, in the order of the points, such that each point is blind that saw
  /// nothing of it, or not all, because its capture had ended.
  func blinded(_ snapshots: [Snapshot], points: [Point]) -> [Snapshot] {
    guard !endings.isEmpty, let step = snapshots.first else { return snapshots }
    return points.flatMap { point in
      var seen = snapshots.filter { $0.point.name == point.name }
      guard endings.contains(where: { $0.point == point.name && $0.time < step.end }),
        !seen.contains(where: \.isBlind)
      else { return seen }
      if seen.isEmpty { seen = [Snapshot(point: point, start: step.start, length: step.length)] }
      seen[0].captureHasEnded = true
      return seen
    }
  }
}
