import Streams
import Wire

/// When the capture at each point may have missed packets.
struct Blindness: Sendable {
  static let capacity = 256

  private var spells: [[(start: Timestamp, end: Timestamp)]]

  init(points: [Point]) {
    spells = points.map { _ in [] }
  }

  /// Notes a blind interval, and gives its mark.
  mutating func take(_ snapshot: Snapshot, at point: Int) -> Mark? {
    guard snapshot.isBlind else { return nil }
    if spells[point].count == Self.capacity { spells[point].removeFirst() }
    spells[point].append((snapshot.start, snapshot.end))
    return Mark(
      time: snapshot.start, point: snapshot.point.name, kind: .blind,
      detail: [
        ("capture_drops", .integer(snapshot.captureDrops)),
        ("truncated", .integer(snapshot.truncated)),
      ])
  }

  /// Whether one of the points was blind at some time between the two.
  func touches(_ points: [Int], from start: Timestamp, to end: Timestamp) -> Bool {
    points.contains { point in
      spells[point].contains { $0.end > min(start, end) && $0.start <= max(start, end) }
    }
  }
}
