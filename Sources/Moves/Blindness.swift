import Streams
import Wire

/// When the capture at each point may have missed packets.
struct Blindness: Sendable {
  static let capacity = 256

  private var spells: [[(start: Timestamp, end: Timestamp)]]
  /// Since when the capture sees nothing.
  private var endings: [Timestamp?]

  init(points: [Point]) {
    spells = points.map { _ in [] }
    endings = points.map { _ in nil }
  }

  /// Notes when the point was blind, and gives the marks of that.
  mutating func take(_ snapshot: Snapshot, at point: Int) -> [Mark] {
    guard snapshot.isBlind else { return [] }
    note(from: snapshot.start, to: snapshot.end, at: point)
    for event in snapshot.captureEvents {
      switch event.kind {
      case .ended: endings[point] = event.time
      case .resumed:
        if let ending = endings[point] { note(from: ending, to: event.time, at: point) }
        endings[point] = nil
      }
    }
    let marks = snapshot.captureEvents.map { Mark($0, at: snapshot.point) }
    // They tell that the interval is blind, unless more than that has to be told.
    guard marks.isEmpty || snapshot.captureDrops > 0 || snapshot.truncated > 0 else { return marks }
    return [Mark(blindIntervalOf: snapshot)] + marks
  }

  private mutating func note(from start: Timestamp, to end: Timestamp, at point: Int) {
    if spells[point].count == Self.capacity { spells[point].removeFirst() }
    spells[point].append((start, end))
  }

  /// Whether one of the points was blind at some time between the two.
  func touches(_ points: [Int], from start: Timestamp, to end: Timestamp) -> Bool {
    points.contains { point in
      endings[point].map { $0 <= max(start, end) } ?? false
        || spells[point].contains { $0.end > min(start, end) && $0.start <= max(start, end) }
    }
  }
}
