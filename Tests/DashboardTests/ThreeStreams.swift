import Moves
import Screen
import Streams
import Wire

@testable import Dashboard

/// What was observed of three streams over five seconds: .10 sends 100, .20 sends 40 and .30 sends 10
/// packets a second.
func threeStreamsObserved() -> [Observed] {
  (0..<5).map { second in
    let from = Story.start + .seconds(second)
    var snapshot = Story.snapshot(of: Point(name: "xen1"), from: from)
    snapshot.streams = [(16, 100), (32, 40), (48, 10)].flatMap { host, rate in
      Story.snapshot(
        of: Point(name: "xen1"), from: from, stream: Story.key(UInt64(host)), packetRate: rate
      ).streams
    }
    return Observed(upTo: from + .seconds(1), snapshots: [snapshot])
  }
}

/// A dashboard of them.
func threeStreams(layout: Layout = .demo, glyphs: Glyphs = .unicode) -> DashboardModel {
  var model = DashboardModel(layout: layout, points: Story.points, glyphs: glyphs)
  for observed in threeStreamsObserved() { model.observe(observed) }
  return model
}

/// The last digits of the three streams in the order of the table, the chosen one in brackets.
func order(_ model: inout DashboardModel) -> String {
  let rows = model.render(width: 120, height: 40).text[2...4]
  return rows.map { row in
    let host = row.split(separator: "::")[1].prefix { $0 != ":" }
    return row.hasPrefix("▸") ? "[\(host)]" : String(host)
  }.joined(separator: " ")
}

extension DashboardModel {
  /// Presses the characters of a text, one after the other.
  mutating func press(text: String) {
    for character in text { _ = press(.character(character)) }
  }
}
