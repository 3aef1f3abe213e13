import Moves
import Screen
import Streams
import Testing

@testable import Dashboard

/// Over the three streams: .10 is the busiest, .30 the least busy.
@Suite struct PinTests {
  /// Signs and last digits of the streams in the order of the table.
  private func rows(_ model: inout DashboardModel, height: Int = 40) -> [String] {
    model.render(width: 120, height: height).text.dropFirst(2).prefix { $0.contains(" > ") }.map {
      let host = $0.split(separator: "::")[1].prefix { $0 != ":" }
      return ["▸", "★"].filter($0.contains).joined() + host
    }
  }

  @Test func `a pinned stream stays on top whatever the sort, until it is let go`() {
    var model = threeStreams()
    model.press(text: "Gp")
    #expect(
      model.render(width: 80, height: 24).text[23]
        == " pinned on top; p lets it go")
    #expect(rows(&model) == ["▸★30", "10", "20"])
    model.press(text: "r")
    #expect(rows(&model) == ["▸★30", "20", "10"])
    model.press(text: "1r")
    #expect(rows(&model) == ["▸★30", "20", "10"])
    model.press(text: "p")
    #expect(model.render(width: 80, height: 24).text[23] == " no longer pinned")
    #expect(rows(&model) == ["▸30", "20", "10"])
  }

  @Test func `several are pinned, in the order of the sort`() {
    var model = threeStreams()
    model.press(text: "Gpjp")
    #expect(rows(&model) == ["▸★10", "★30", "20"])
    model.press(text: "r")
    #expect(rows(&model) == ["★30", "▸★10", "20"])
  }

  @Test func `a filter leaves what is pinned`() {
    var model = threeStreams()
    model.press(text: "Gp/addr ::20")
    #expect(rows(&model) == ["▸★30", "20"])
  }

  @Test func `the detail says so, and in ASCII a letter does`() {
    var model = threeStreams(glyphs: .ascii)
    model.press(text: "p")
    #expect(model.render(width: 80, height: 24).text[2].hasPrefix(">P 2001:d~:42::10:5004 > "))
    _ = model.press(.enter)
    #expect(model.render(width: 80, height: 24).text.contains(" pinned           yes"))
  }

  @Test func `a table without the stream's column has the sign beside it`() throws {
    let layout = try Layout(
      yaml: "{name: own, panes: [{pane: streams, share: 1, priority: 1, columns: [packets]}]}")
    var model = threeStreams(layout: layout)
    model.press(text: "Gpj")
    let text = model.render(width: 80, height: 24).text
    #expect(text[1].hasPrefix("★") && text[2].hasPrefix("▸"))
  }

  /// 40 streams in a table of five rows.
  @Test(arguments: [
    (1, 4, [1, 2, 3, 4, 5]), (1, 5, [1, 6, 7, 8, 9]), (1, 39, [1, 37, 38, 39, 40]),
    (7, 0, [1, 2, 3, 4, 5]), (0, 7, [6, 7, 8, 9, 10]),
  ])
  func `pinned streams stay in sight on every page`(pinned: Int, chosen: Int, shown: [Int]) {
    let keys = (1...40).map { Story.key(UInt64($0)) }
    var view = View(
      history: History(points: []), glyphs: .unicode, clockOffset: .zero, columns: [])
    view.order = keys
    view.pinned = Set(keys.prefix(pinned))
    let rows = StreamsPane.rows(of: view, chosen: chosen, room: 5)
    #expect(rows == shown.map { keys[$0 - 1] })
  }
}
