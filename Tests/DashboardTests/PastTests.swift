import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct PastTests {
  /// A picture without how far it is behind.
  private func picture(_ model: inout DashboardModel) -> [String] {
    var text = model.render(width: 120, height: 40).text
    text[0] = text[0].split(separator: " ").filter { !$0.hasPrefix("-") }.joined(separator: " ")
    return text
  }

  /// A dashboard that was frozen at a second of the story.
  private func frozen(at second: Int, _ layout: Layout) -> DashboardModel {
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.observed(seconds: second) { model.observe(observed) }
    model.press(text: "+++ ")
    return model
  }

  @Test(arguments: Layout.builtIn)
  func `the screen of a moment before is just what it was then`(layout: Layout) {
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.observed(seconds: 47) { model.observe(observed) }
    model.press(text: "+++")
    let now = model.render(width: 120, height: 40).text
    // The window is 15 s.
    for (key, seconds) in [("[", [39, 31, 23, 15, 7]), ("]", [14, 21, 28, 35, 42])] {
      for second in seconds {
        model.press(text: key)
        var then = frozen(at: second, layout)
        #expect(picture(&model) == picture(&then), "\(second)")
      }
    }
    model.press(text: "]")
    #expect(model.render(width: 120, height: 40).text == now)
  }

  @Test func `the first line says how far back it is, and that data come in`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    let observed = Story.observed(seconds: 300)
    for observed in observed.prefix(250) { model.observe(observed) }
    model.press(text: "[[[")
    #expect(model.render(width: 40, height: 10).text[0].hasSuffix("FROZEN -1m30s  12:07:00"))
    for observed in observed.dropFirst(250) { model.observe(observed) }
    #expect(model.render(width: 40, height: 10).text[0].hasSuffix("FROZEN -2m20s  12:07:00"))
    model.press(text: "]")
    #expect(model.render(width: 40, height: 10).text[0].hasSuffix("FROZEN -1m50s  12:07:30"))
    model.press(text: " ")
    #expect(model.render(width: 40, height: 10).text[0].hasSuffix("ha cn      12:09:20"))
  }

  @Test func `a stream that was chosen is so again, where it comes`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    for (second, observed) in Story.observed(seconds: 40).enumerated() {
      var observed = observed
      if second >= 20 {
        let from = Story.start + .seconds(second)
        observed.snapshots += [
          Story.snapshot(of: Story.points[3], from: from, stream: Story.key(99), packetRate: 1)
        ]
      }
      model.observe(observed)
    }
    func chosen() -> String? {
      model.render(width: 120, height: 40).text.first { $0.hasPrefix("▸") }
        .map { String($0.dropFirst().prefix { $0 != " " }) }
    }
    model.press(text: "G")
    #expect(chosen() == "2001:db8:42::63:5004")
    model.press(text: "[")
    #expect(chosen() == "2001:db8:42::a:5004")
    model.press(text: "]")
    #expect(chosen() == "2001:db8:42::63:5004")
  }

  @Test func `at the ends it is said that there is no more`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    func line() -> String { model.render(width: 80, height: 24).text[23] }
    model.press(text: "[")
    #expect(line().hasPrefix(" ? help"))
    for observed in Story.observed(seconds: 10) { model.observe(observed) }
    model.press(text: "]")
    #expect(line() == " this is now")
    model.press(text: "[")
    #expect(line() == " nothing is kept of the time before this")
    #expect(model.render(width: 80, height: 24).text[0].hasSuffix("FROZEN -9s  12:04:21"))
    model.press(text: "[")
    #expect(line() == " nothing is kept of the time before")
    #expect(model.render(width: 80, height: 24).text[0].hasSuffix("FROZEN -9s  12:04:21"))
  }

  @Test func `marks and moves that are forgotten since stay away, later ones too`() {
    var history = History(points: Story.points)
    for second in 0..<3700 {
      let from = Story.start + .seconds(second)
      history.take(
        Observed(
          upTo: from + Story.second, snapshots: [Story.snapshot(of: Story.points[0], from: from)],
          marks: second % 100 == 0 ? [Story.userMark("\(second)", at: from)] : [],
          moves: second % 100 == 0 ? [Story.move(at: from, from: "xen1", to: "xen2")] : []))
    }
    let upTo = Story.start + .seconds(3700)
    #expect(history.past.moments.count == 3601)
    #expect(history.past.moments.first?.upTo == upTo - .seconds(3600))
    guard let moment = history.past.moment(notAfter: upTo - .seconds(3000)) else {
      Issue.record("no moment")
      return
    }
    let past = history.history(at: moment)
    #expect(past.marks.map(\.time) == (1...6).map { Story.start + .seconds($0 * 100) })
    #expect(past.moves.map(\.lastBefore) == past.marks.map(\.time))
    #expect(past.streams[Story.stream]?.moves == 7)
    #expect(past.streams[Story.stream]?.packets == 70_000)
  }

  /// 2000 streams at one point: 2000 bins of each fit, and a moment is of 1000 + 2000 · (112 + 112 + 200)
  /// bytes.
  @Test func `with very many streams the moments are further apart, and stay in their budget`() {
    #expect(Past.streamSize == 112 && Past.pointSize == 112 && Unevenness.leastSize == 200)
    var history = History(points: [Point(name: "xen1")])
    for second in 0..<30 {
      let from = Story.start + .seconds(second)
      var snapshot = Story.snapshot(of: Point(name: "xen1"), from: from)
      let first = snapshot.streams[0]
      snapshot.streams = (0..<2000).map { host in
        var interval = first
        interval.stream = Story.key(UInt64(host))
        return interval
      }
      history.take(Observed(upTo: from + Story.second, snapshots: [snapshot]))
    }
    #expect(history.stride == 27)
    #expect(history.past.moments.count == 2)
  }

  @Test func `the oldest moments make room for the newest`() throws {
    var history = History(points: Story.points)
    for observed in Story.observed(seconds: 1) { history.take(observed) }
    var moment = try #require(history.moment)
    moment.streams = Array(repeating: moment.streams[0], count: 200_000)
    #expect(moment.size == 1_000 + 200_000 * 112 + 3 * 112 + 200)
    var past = Past()
    for second in 0..<9 {
      moment.upTo = Story.start + .seconds(second)
      past.keep(moment, since: Story.start)
    }
    #expect(past.moments.map(\.upTo) == [7, 8].map { Story.start + .seconds($0) })
  }

  @Test(arguments: [
    (0, "0s"), (59, "59s"), (60, "1m00s"), (200, "3m20s"), (3599, "59m59s"), (3600, "1h00m00s"),
    (7325, "2h02m05s"),
  ])
  func `ages are told to the second`(seconds: Int, text: String) {
    #expect(Figures.age(.seconds(seconds)) == text)
  }
}
