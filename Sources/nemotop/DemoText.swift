import Moves
import Streams
import Wire

/// What is observed in a demo as lines of text: a line an interval, a user's mark and a move.
enum DemoText {
  static func lines(of observed: Observed) -> [String] {
    var lines: [String] = []
    let servers = observed.snapshots.filter { $0.point.role == .external && !$0.streams.isEmpty }
    if let first = servers.first {
      lines.append(([clock(first.start, places: 0)] + servers.map(load)).joined(separator: "  "))
    }
    for mark in observed.marks {
      if let text = mark.interruption, let stream = mark.stream {
        lines.append("\(clock(mark.time, places: 3))  \(text)  \(stream)")
      }
    }
    for mark in observed.marks where mark.kind == .user {
      if case .text(let text) = mark.detail.first?.value {
        lines.append("\(clock(mark.time, places: 3))  \(text)")
      }
    }
    return lines + observed.moves.map(line)
  }

  /// What a server carried in an interval.
  private static func load(_ snapshot: Snapshot) -> String {
    let packets = snapshot.streams.reduce(0) { $0 + $1.packets }
    let bits = Double(snapshot.streams.reduce(0) { $0 + $1.ipBytes } * 8)
    let rate = bits / (snapshot.length.milliseconds / 1000) / 1e6
    return "\(snapshot.point.name) \(packets) packets \(Quantity.decimal(rate, places: 2)) Mb/s"
  }

  private static func line(_ move: Move) -> String {
    let away = Quantity.decimal(move.gap.milliseconds, places: 1)
    let lost = move.lost.map { "lost \($0)" } ?? "loss not known"
    return "\(clock(move.firstAfter, places: 3))  moved \(move.fromPoint) > \(move.toPoint)"
      + "  away \(away) ms  \(lost)\(downtime(move))  \(move.stream)"
  }

  /// What the hypervisor tells of it, beside what the guest's silence was.
  private static func downtime(_ move: Move) -> String {
    guard let downtime = move.migration.downtime else { return "" }
    let paused =
      move.paused.map { "paused \(Quantity.decimal($0.milliseconds, places: 1)) ms, " } ?? ""
    return
      "  \(paused)downtime \(Quantity.decimal(downtime.milliseconds, places: 0)) ms by its hypervisor"
  }

  /// The time of day in UTC.
  private static func clock(_ time: Timestamp, places: Int) -> String {
    let text = time.description.split(separator: "T").last ?? ""
    return String(text.prefix(places == 0 ? 8 : 9 + places))
  }
}
