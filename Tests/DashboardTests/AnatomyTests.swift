import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct AnatomyTests {
  /// The example of the design: I = 10 ms, a pause of 300 ms, a way that is 5 ms longer.
  private func example() -> Move {
    var move = Story.move(at: Story.start + .seconds(10), from: "xen1", to: "xen2")
    move.paused = .milliseconds(300)
    move.held = .zero
    move.pathChange = .milliseconds(5)
    move.residual = .zero
    return move
  }

  @Test func `the parts and the spacing make the gap`() throws {
    let parts = try #require(AnatomyParts(example()))
    #expect(parts.words == "355 ms = paused 300 + spacing 50 + path 5.0")
    #expect(parts.parts.reduce(.zero) { $0 + $1.duration } == parts.total)
  }

  @Test func `a shorter way is taken off`() throws {
    var move = example()
    move.pathChange = .milliseconds(-5)
    move.residual = .milliseconds(-20)
    let parts = try #require(AnatomyParts(move))
    #expect(parts.words == "355 ms = paused 300 + spacing 80 - path 5.0 - residual 20")
    #expect(parts.bar(length: 40).map(\.letter) == ["P", "S"])
  }

  @Test func `what is not known is said, and no spacing is made of it`() throws {
    var move = example()
    move.residual = nil
    #expect(AnatomyParts(move)?.words == "355 ms = paused 300 + path 5.0 + not known 50")
    move.paused = nil
    move.pathChange = nil
    move.pausedPlusPath = .milliseconds(305)
    #expect(AnatomyParts(move)?.words == "355 ms = paused and path 305 + not known 50")
    move.receiverGap = nil
    #expect(AnatomyParts(move) == nil)
  }

  @Test(arguments: [
    (0, ""), (1, "P"), (2, "PP"), (3, "PSD"), (10, "PPPPPPPSSD"),
    (71, String(repeating: "P", count: 58) + String(repeating: "S", count: 11) + "DD"),
  ])
  func `the bar has just its length, and each part its share`(length: Int, letters: String) throws {
    let bar = try #require(AnatomyParts(example())).bar(length: length)
    #expect(bar.map { String(repeating: $0.letter, count: $0.count) }.joined() == letters)
  }

  private func picture(width: Int, _ move: Move) throws -> [String] {
    let layout = try Layout(yaml: "{name: x, panes: [{pane: anatomy, priority: 1, share: 1}]}")
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.observed(seconds: 5) { model.observe(observed) }
    model.observe(Observed(upTo: Story.start + .seconds(6), snapshots: [], moves: [move]))
    return Array(model.render(width: width, height: 10).text.prefix(2))
  }

  @Test func `bar and words stand side by side, or the bar alone`() throws {
    #expect(
      try picture(width: 80, example()) == [
        " RECEIVER GAP  P paused  S spacing  D path",
        " 12:04:30 PPPPPPPPPPPPPPPPPPPSSSSD 355 ms = paused 300 + spacing 50 + path 5.0",
      ])
    #expect(
      try picture(width: 40, example()) == [
        " RECEIVER GAP  P paused  S spacing", " 12:04:30 PPPPPPPPPPPPPPSSSD 355 ms",
      ])
  }
}

@Suite struct HostTests {
  @Test func `hosts are counted both ways, the busiest first`() throws {
    let layout = try Layout(yaml: "{name: x, panes: [{pane: hosts, priority: 1, share: 1}]}")
    var model = DashboardModel(layout: layout, points: Story.points)
    for second in 0..<20 {
      let from = Story.start + .seconds(second)
      var snapshot = Story.snapshot(of: Point(name: "xen1"), from: from)
      snapshot.streams = [(16, 100), (32, 40)].flatMap { host, rate in
        Story.snapshot(
          of: Point(name: "xen1"), from: from, stream: Story.key(UInt64(host)), packetRate: rate
        ).streams
      }
      model.observe(Observed(upTo: from + .seconds(1), snapshots: [snapshot]))
    }
    expect(
      model.render(width: 80, height: 10),
      shows: """
         HOST                            OUT 10s    IN 10s      SENT  RECEIVED  STREAMS
         2001:db8:cc::1                       0b    5.60Mb        0B    14.0MB        2
         2001:db8:42::10                  4.00Mb        0b    10.0MB        0B        1
         2001:db8:42::20                  1.60Mb        0b    4.00MB        0B        1
        """ + String(repeating: "\n", count: 6))
  }

  @Test func `what each point says of the numbers, and the protocols' shares, stand in panes`()
    throws
  {
    let layout = try Layout(
      yaml:
        "{name: x, panes: [{pane: numbers, priority: 1, share: 1}, {pane: protocols, priority: 2}]}"
    )
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.observed(seconds: 47) { model.observe(observed) }
    let rows = model.render(width: 80, height: 12).text
    #expect(rows[0].contains("AT") && rows[0].contains("SKIPPED"))
    #expect(rows.contains { $0.contains(#/^ cn +16 /#) })
    #expect(rows.contains { $0.contains(#/^ xen1 +0 /#) })
    #expect(rows.contains { $0.contains(#/^ udp .*100\.0%/#) })
  }
}
