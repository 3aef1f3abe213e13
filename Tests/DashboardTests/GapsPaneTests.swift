import Moves
import Screen
import Sequences
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct GapTallyTests {
  @Test func `a silence is counted in the class that it is below the end of`() {
    var tally = GapTally()
    for milliseconds in [50, 99, 100, 199, 200, 999, 1000, 4999, 5000, 100_000] {
      tally.add(.milliseconds(milliseconds), missing: milliseconds == 50 ? nil : 2)
    }
    #expect(tally.counts == [2, 2, 1, 1, 1, 1, 2])
    #expect(tally.total == 10)
    #expect(tally.longest == .seconds(100))
    #expect(tally.missing == 18)
  }

  @Test func `tallies add up`() {
    var left = GapTally()
    left.add(.milliseconds(60), missing: 1)
    var right = GapTally()
    right.add(.seconds(3), missing: 4)
    left += right
    #expect(left.counts == [1, 0, 0, 0, 0, 1, 0])
    #expect(left.longest == .seconds(3))
    #expect(left.missing == 5)
    right += GapTally()
    #expect(right.longest == .seconds(3))
  }

  @Test func `of the delay variation the newest and the highest of each quantile are kept`() {
    func variation(_ figures: [Int]) -> DelayVariation {
      DelayVariation(
        p50: .microseconds(figures[0]), p95: .microseconds(figures[1]),
        p99: .microseconds(figures[2]), p999: .microseconds(figures[3]),
        maximum: .microseconds(figures[4]))
    }
    var history = VariationHistory()
    history.add(variation([1, 2, 9, 9, 10]))
    history.add(variation([3, 4, 5, 6, 7]))
    #expect(history.newest == variation([3, 4, 5, 6, 7]))
    #expect(history.highest == variation([3, 4, 9, 9, 10]))
    var other = VariationHistory()
    other.add(history)
    #expect(other == history)
  }
}

@Suite struct GapsPaneTests {
  /// A view of one stream whose losses, gaps and delays at the points are these.
  private func view(
    _ seen: [(point: Point, second: Int, lost: Int?, runs: [Int: Int]?)],
    gaps: [(point: String, leg: Leg, milliseconds: Double, missing: Int)] = [],
    hasNumbers: Bool = true
  ) -> View {
    var view = View(
      history: History(points: seen.map(\.point)), glyphs: .unicode, clockOffset: .zero,
      columns: [])
    for (point, second, lost, runs) in seen {
      let from = Story.start + .seconds(second)
      var snapshot = Story.snapshot(of: point, from: from)
      var figures = SequenceFigures(lost: lost)
      if let runs {
        figures.pattern = LossPattern(periods: Tally(runs), distances: Tally())
      }
      snapshot.streams[0].sequence = hasNumbers ? figures : nil
      snapshot.streams[0].variation =
        hasNumbers
        ? DelayVariation(
          p50: .microseconds(100 + second), p95: .microseconds(200 - second),
          p99: .microseconds(300), p999: .milliseconds(4), maximum: .milliseconds(50)) : nil
      view.history.take(Observed(upTo: from + .seconds(1), snapshots: [snapshot]))
    }
    let marks = gaps.map { point, leg, silence, missing in
      Mark(
        time: Story.start, point: point, kind: .gap, stream: Story.stream, leg: leg,
        detail: [("gap_ms", .number(silence)), ("missing", .integer(missing))])
    }
    view.history.take(Observed(upTo: Story.start + .seconds(30), marks: marks))
    view.selected = Story.stream
    return view
  }

  private func rows(_ view: View, width: Int, height: Int = 6) -> [String] {
    var grid = Grid(width: width, height: height)
    GapsPane().draw(view, on: &grid)
    return grid.text
  }

  private let receiver = Point(name: "cn")

  @Test func `gaps, runs and delay variation stand side by side`() {
    let view = view(
      [(receiver, 0, 7, [1: 3, 4: 1]), (receiver, 1, 0, nil), (receiver, 2, 0, [1: -1, 2: 0])],
      gaps: [("cn", .direct, 60, 0), ("cn", .direct, 355, 4), ("cn", .direct, 300, 2)])
    #expect(
      rows(view, width: 80) == [
        " GAPS  cn  3               LOST RUNS  3  longest 4   VARIATION   NOW  HIGHEST",
        " < 100 ms      1  ████     1        2  ████████████  50 %    0.10 ms  0.10 ms",
        " < 200 ms      0           2        0                95 %    0.20 ms  0.20 ms",
        " < 500 ms      2  ███████  3-5      1  ██████        99 %    0.30 ms  0.30 ms",
        "                                                     99.9 %  4.00 ms  4.00 ms",
        "                                                     most      50 ms    50 ms",
      ])
    #expect(rows(view, width: 40)[1] == " < 100 ms      1  ██████████")
  }

  @Test func `a gap that passes in two forms counts once, by the form nearest the receiver`() {
    let outer = Leg(
      levels: [
        Leg.Level(
          source: IPAddress(high: 1, low: 1), destination: IPAddress(high: 1, low: 2))
      ])
    let view = view(
      [(Point(name: "ha"), 0, 0, nil)],
      gaps: [("ha", outer, 300, 4), ("ha", .direct, 301, 4)])
    #expect(rows(view, width: 40)[0] == " GAPS  ha  1  longest 301 ms")
  }

  @Test func `servers that are alternatives add up`() {
    let view = view(
      [(Point(name: "xen1"), 0, 1, [1: 1]), (Point(name: "xen2"), 1, 2, [2: 1])],
      gaps: [("xen1", .direct, 60, 1), ("xen2", .direct, 70, 1)])
    #expect(rows(view, width: 120)[0].hasPrefix(" GAPS  xen1 xen2  2  longest 70 ms"))
    #expect(rows(view, width: 120)[0].contains("LOST RUNS  2  longest 2"))
  }

  @Test func `what is not known is not drawn as nothing`() {
    let unnumbered = view([(receiver, 0, nil, nil)], hasNumbers: false)
    #expect(rows(unnumbered, width: 80)[1].contains("no numbers, not known"))
    #expect(rows(unnumbered, width: 80)[1].contains("no clock, not known"))
    let cut = view([(receiver, 0, 7, [1: 7]), (receiver, 1, nil, nil)])
    #expect(!rows(cut, width: 80)[0].contains("longest"))
    #expect(rows(cut, width: 80)[1].contains("not known"))
    let unharmed = view([(receiver, 0, 0, nil)])
    #expect(rows(unharmed, width: 80)[1].hasPrefix(" none"))
  }
}
