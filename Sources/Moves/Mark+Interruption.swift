import Streams
import Wire

extension Mark {
  init(_ change: Reachability.Change, of stream: StreamKey, points: [Point]) {
    switch change {
    case .cut(let beyond, let within):
      self.init(
        time: beyond.time, point: points[beyond.point].name, kind: .cut, stream: stream,
        detail: [("sent_on_at", .text(points[within.point].name))])
    case .restored(let sighting, let silence):
      self.init(
        time: sighting.time, point: points[sighting.point].name, kind: .restored, stream: stream,
        detail: [("after_ms", .number(silence.milliseconds))])
    }
  }

  init(_ change: Renaming.Change, points: [Point]) {
    self.init(
      time: change.time, point: points[change.point].name, kind: .renamed, stream: change.new,
      detail: [
        ("from", .text("\(change.old)")), ("gap_ms", .number(change.gap.milliseconds)),
        ("missing", .integer(Int(clamping: change.missing))),
      ])
  }

  /// What it tells of a stream that was cut off, came back, or goes on under another address; nil for other marks.
  package var interruption: String? {
    let point = point ?? "?"
    switch kind {
    case .cut:
      return "cut off: last at \(point), sent on at \(self["sent_on_at"]?.text ?? "?")"
    case .restored:
      let silence = self["after_ms"]?.double.map { "\(Int($0.rounded())) ms" } ?? "a silence"
      return "back at \(point), after \(silence)"
    case .renamed:
      let missing = self["missing"]?.integer.map { "\($0)" } ?? "?"
      return "goes on from \(self["from"]?.text ?? "?") at \(point), \(missing) numbers missing"
    case .appeared, .left, .moved, .bindingUpdate, .bindingAcknowledgement, .announce, .gap, .blind,
      .clock, .user:
      return nil
    }
  }
}
