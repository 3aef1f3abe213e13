package import Streams
import Wire

/// A receiver's figures as lines of text: a line a stream and interval, and the sum at the end.
package enum ReceptionText {
  /// The names of the columns, above the figures.
  package static let heading = row(
    time: "time", received: "received", rate: "bit/s", lost: "lost", loss: "loss",
    duplicates: "dup", reordered: "reord", jitter: "jitter", minimum: "transit", median: "median",
    stream: "stream")

  /// One line a stream of an interval, and one where the socket may have dropped some.
  package static func lines(of snapshot: Snapshot) -> [String] {
    let time = clock(snapshot.start)
    var lines = snapshot.streams.map { interval in
      line(time, ReceptionFigures(interval), over: snapshot.length, interval.stream)
    }
    if snapshot.captureDrops > 0 {
      lines.append(blindness(time, snapshot.captureDrops))
    } else if snapshot.isBlind {
      lines.append("\(time): blind, what the socket dropped may be among the lost")
    }
    return lines
  }

  /// The sum of a run.
  package static func lines(of reception: Reception) -> [String] {
    var lines = reception.streams.flatMap { stream, figures in
      [line("sum", figures, over: reception.duration, stream)] + details(of: figures)
    }
    if lines.isEmpty { lines = ["sum: nothing received"] }
    if reception.drops > 0 { lines.append(blindness("sum", reception.drops)) }
    return lines
  }

  private static func blindness(_ time: String, _ drops: Int) -> String {
    "\(time): blind, the socket had no room \(drops) times: raise net.core.rmem_max"
  }

  private static func line(
    _ time: String, _ figures: ReceptionFigures, over span: Duration, _ stream: StreamKey
  ) -> String {
    let seconds = span.milliseconds / 1000
    let rate = seconds > 0 ? Double(figures.udpBytes) * 8 / seconds : 0
    return row(
      time: time, received: "\(figures.packets)",
      rate: seconds > 0 ? prefixed(rate) : "-",
      lost: figures.lossIsKnown ? count(figures.lost) : "?",
      loss: figures.lossRatio.map { Quantity.decimal($0 * 100, places: 2) + "%" } ?? "-",
      duplicates: count(figures.duplicates), reordered: count(figures.reordered),
      jitter: milliseconds(figures.jitter), minimum: milliseconds(figures.transitMinimum),
      median: milliseconds(figures.transitMedian), stream: "\(stream)")
  }

  private static func row(
    time: String, received: String, rate: String, lost: String, loss: String, duplicates: String,
    reordered: String, jitter: String, minimum: String, median: String, stream: String
  ) -> String {
    let columns = [
      (time, 12), (received, 9), (rate, 8), (lost, 7), (loss, 7), (duplicates, 6), (reordered, 6),
      (jitter, 10), (minimum, 11), (median, 11),
    ]
    return columns.map { text, width in right(text, width) }.joined(separator: " ") + "  " + stream
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }

  private static func count(_ value: Int?) -> String { value.map { "\($0)" } ?? "-" }

  static func milliseconds(_ value: Duration?) -> String {
    value.map { Quantity.decimal($0.milliseconds, places: 3) + "ms" } ?? "-"
  }

  /// `4.00M` for 4 million bits a second.
  private static func prefixed(_ bitsPerSecond: Double) -> String {
    let text = Quantity.bitRate(bitsPerSecond).dropLast("bit/s".count)
    return text.filter { $0 != " " }
  }

  /// The time of the day in UTC with milliseconds.
  private static func clock(_ time: Timestamp) -> String {
    String(time.description.dropFirst("2025-03-01T".count).prefix("12:05:02.113".count))
  }
}
