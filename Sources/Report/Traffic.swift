import Sequences
import Streams
import Wire

/// What passed a place over time: stretches of time in which bytes came at an even pace.
struct Traffic: Sendable {
  struct Stretch: Sendable, Equatable {
    var start: Timestamp
    var end: Timestamp
    var bytes: Double
  }

  private(set) var stretches: [Stretch] = []

  /// A silence that ends a stretch, as one that is a gap in the records.
  private static let silence = Duration.milliseconds(50)

  /// Takes an interval's IP bytes, spread over the time in which its packets came.
  mutating func take(_ interval: StreamInterval, length: Duration) {
    guard interval.packets > 0 else { return }
    let perPacket = Double(interval.ipBytes) / Double(interval.packets)
    var pieces: [(start: Timestamp, end: Timestamp, packets: Int)] = []
    if let figures = interval.sequence, !figures.runsWereCut {
      for run in figures.runs.sorted(by: { $0.firstTime < $1.firstTime }) {
        if let last = pieces.indices.last, run.firstTime - pieces[last].end < Self.silence {
          pieces[last].end = max(pieces[last].end, run.lastTime)
          pieces[last].packets += run.count
        } else {
          pieces.append((run.firstTime, run.lastTime, run.count))
        }
      }
    }
    if pieces.isEmpty { pieces = [(interval.firstTime, interval.lastTime, interval.packets)] }
    // Copies are in no run: the bytes are shared out by the packets that are.
    let told = pieces.reduce(0) { $0 + $1.packets }
    let bytes = perPacket * Double(interval.packets) / Double(max(told, 1))
    for piece in pieces {
      // The last packet's time goes on until the next is due.
      let span = (piece.end - piece.start).wholeNanoseconds
      let spacing =
        piece.packets > 1
        ? span / Int64(piece.packets - 1) : length.wholeNanoseconds / Int64(interval.packets)
      append(
        piece.start, piece.end + .nanoseconds(max(spacing, 1)), bytes * Double(piece.packets))
    }
  }

  private mutating func append(_ start: Timestamp, _ end: Timestamp, _ bytes: Double) {
    stretches.append(
      Stretch(start: start, end: max(end, start + .nanoseconds(1)), bytes: bytes))
  }

  /// Adds the mean rate of each of the columns between two moments, in bit/s.
  func add(to columns: inout [Double], from start: Timestamp, to end: Timestamp) {
    let span = Double((end - start).wholeNanoseconds)
    guard span > 0, !columns.isEmpty else { return }
    let width = span / Double(columns.count)
    for stretch in stretches {
      let first = max(Double(stretch.start.nanoseconds(since: start)), 0)
      let last = min(Double(stretch.end.nanoseconds(since: start)), span)
      guard first < last else { continue }
      let density = stretch.bytes / Double((stretch.end - stretch.start).wholeNanoseconds)
      var column = min(Int(first / width), columns.count - 1)
      var from = first
      while from < last, column < columns.count {
        let to = column == columns.count - 1 ? last : min(Double(column + 1) * width, last)
        columns[column] += max(to - from, 0) * density * 8e9 / width
        from = max(to, from)
        column += 1
      }
    }
  }
}
