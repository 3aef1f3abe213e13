import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct TrafficPaneTests {
  /// Ten seconds of three streams at one point: 10.1 sends two to one host at 400 and 100 packets/s
  /// of 5000 bytes, 10.2 one of 500.
  private func view() -> View {
    let point = Point(name: "xen1")
    var view = View(
      history: History(points: [point]), glyphs: .unicode, clockOffset: .zero, columns: [])
    for second in 0..<10 {
      let from = Story.start + .seconds(second)
      var snapshot = Snapshot(point: point, start: from, length: .seconds(1))
      for (host, port, rate) in [(1, 1, 400), (1, 2, 100), (2, 1, 500)] {
        snapshot.streams +=
          Story.snapshot(
            of: point, from: from, stream: Story.key(UInt64(host), port: UInt16(port)),
            packetRate: rate
          ).streams
      }
      view.history.take(Observed(upTo: from + .seconds(1), snapshots: [snapshot]))
    }
    return view
  }

  @Test func `streams between the same hosts are one pair of talkers`() {
    let talkers = Talkers.all(in: view().history)
    #expect(talkers.map(\.streams) == [2, 1])
    #expect(talkers.map(\.rate) == [2_500_000, 2_500_000])
    #expect(talkers.map(\.total) == [25_000_000, 25_000_000])
    #expect(talkers.map(\.pair.source) == [Story.key(1).source, Story.key(2).source])
  }

  @Test func `talkers have their share of all that streams`() {
    var grid = Grid(width: 80, height: 3)
    TalkersPane(columns: TalkerColumn.allCases).draw(view(), on: &grid)
    #expect(
      grid.text == [
        " TOP TALKERS                                      10s   SHARE    TOTAL  STREAMS",
        " 2001:db8:42::1 > 2001:db8:cc::1               20.0Mb   50.0%   25.0MB        2",
        " 2001:db8:42::2 > 2001:db8:cc::1               20.0Mb   50.0%   25.0MB        1",
      ])
  }

  @Test func `where there is room a bar shows the share`() {
    var grid = Grid(width: 100, height: 2)
    TalkersPane(columns: [.talkers, .bar]).draw(view(), on: &grid)
    #expect(grid.text[1].hasSuffix("  ██████"))
  }

  @Test func `the throughput is that of all streams together`() {
    var view = view()
    view.window = 39
    var grid = Grid(width: 80, height: 4)
    ThroughputPane().draw(view, on: &grid)
    // 10 s of 40 Mb/s in 39 s: 10/39 of it is the mean.
    #expect(
      grid.text[0]
        == " THROUGHPUT  now 40.0 Mb/s  peak 40.0 Mb/s  mean 10.3 Mb/s  last 39 s")
    let blank = String(repeating: " ", count: 1 + 58)
    #expect(grid.text[1] == blank + String(repeating: "⣿", count: 20))
    #expect(grid.text[2] == grid.text[1])
    #expect(grid.text[3].hasPrefix(" ····"))
  }

  @Test func `before the first data the panes say so`() {
    let view = View(
      history: History(points: []), glyphs: .unicode, clockOffset: .zero, columns: [])
    var grid = Grid(width: 40, height: 3)
    ThroughputPane().draw(view, on: &grid)
    #expect(grid.text[1] == " no data yet")
    grid = Grid(width: 40, height: 3)
    TalkersPane(columns: TalkerColumn.allCases).draw(view, on: &grid)
    #expect(grid.text[1] == " nobody yet")
  }
}
