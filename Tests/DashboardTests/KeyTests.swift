import Dashboard
import Moves
import Screen
import Streams
import Testing
import Wire

@Suite struct KeyTests {
  @Test(arguments: [Key.character("q"), .control("c")])
  func `quitting is asked of the program`(key: Key) throws {
    var model = try dashboard(after: 3)
    #expect(model.press(key) == .quit)
    #expect(model.press(.character("?")) == nil)
    #expect(model.press(key) == .quit)
  }

  @Test(arguments: [Key.character("?"), .character("h"), .function(1)])
  func `the help comes and goes`(key: Key) throws {
    var model = try dashboard(after: 3)
    let before = model.render(width: 80, height: 24)
    #expect(model.press(key) == nil)
    #expect(model.render(width: 80, height: 24).text[0] == " nemotop: help")
    #expect(model.press(key) == nil)
    #expect(model.render(width: 80, height: 24) == before)
    #expect(model.press(key) == nil)
    #expect(model.press(.escape) == nil)
    #expect(model.render(width: 80, height: 24) == before)
  }

  @Test func `a key without a meaning changes nothing`() throws {
    var model = try dashboard(after: 3)
    let before = model.render(width: 80, height: 24)
    for key in [Key.character("Z"), .escape, .tab, .backspace, .function(7)] {
      #expect(model.press(key) == nil)
    }
    #expect(model.render(width: 80, height: 24) == before)
  }

  @Test func `Enter shows all that is known of the stream, and leaves it again`() throws {
    var model = try dashboard(after: 47)
    let before = model.render(width: 100, height: 40)
    #expect(model.press(.enter) == nil)
    let page = model.render(width: 100, height: 40).text
    #expect(page[0].hasPrefix(" nemotop: stream"))
    #expect(page.contains { $0.contains("from") && $0.contains("2001:db8:42::a port 5004") })
    #expect(page.contains { $0.contains("lost") && $0.contains("16 in all") })
    #expect(page.contains { $0.contains("leg direct") })
    #expect(model.press(.enter) == nil)
    #expect(model.render(width: 100, height: 40) == before)
  }

  @Test func `w writes what is on the screen, and what came of it stands below`() throws {
    var model = try dashboard(after: 47)
    let text = model.render(width: 80, height: 24).text
    #expect(
      model.press(.character("w")) == .writeScreen(text.map { $0 + "\n" }.joined()))
    model.tell("written: x.txt")
    #expect(model.render(width: 80, height: 24).text[23].contains("written: x.txt"))
    _ = model.press(.character("j"))
    #expect(model.render(width: 80, height: 24).text == text)
  }

  @Test func `a frozen screen stands still and then shows what came`() throws {
    var model = try dashboard(after: 20)
    var straight = try dashboard(after: 30)
    #expect(model.press(.character(" ")) == nil)
    let frozen = model.render(width: 80, height: 24)
    #expect(frozen.text[0].contains("FROZEN  12:04:40"))
    for observed in Story.observed(seconds: 30).dropFirst(20) { model.observe(observed) }
    let later = model.render(width: 80, height: 24).text
    #expect(later.dropFirst() == frozen.text.dropFirst())
    #expect(later[0].contains("FROZEN -10s  12:04:40"))
    #expect(model.press(.character(" ")) == nil)
    #expect(
      model.render(width: 80, height: 24).text == straight.render(width: 80, height: 24).text)
  }

  @Test func `a mark's text is typed, mended and handed over`() throws {
    var model = try dashboard(after: 3)
    #expect(model.press(.character("m")) == nil)
    for key in "quit? 漢" { #expect(model.press(.character(key)) == nil) }
    #expect(model.press(.backspace) == nil)
    #expect(model.press(.backspace) == nil)
    #expect(model.press(.enter) == .mark("quit?"))
    #expect(model.press(.enter) == nil)
  }

  @Test(arguments: [[Key.escape], [.enter], [.character(" "), .enter], [.control("u"), .enter]])
  func `a mark without a text is none`(keys: [Key]) throws {
    var model = try dashboard(after: 3)
    #expect(model.press(.character("m")) == nil)
    for key in keys { #expect(model.press(key) == nil) }
    #expect(model.press(.character("q")) == .quit)
  }

  @Test func `zooming steps through the windows and stops at the ends`() throws {
    var model = try dashboard(after: 30)
    func span() -> String {
      let title = model.render(width: 80, height: 24).text[3]
      return String(title.split(separator: "last ").last ?? "")
    }
    #expect(span() == "59 s")
    for _ in 0..<9 { #expect(model.press(.character("+")) == nil) }
    #expect(span() == "15 s")
    for _ in 0..<20 { #expect(model.press(.character("-")) == nil) }
    #expect(span() == "61 min")
  }

  @Test func `bytes and bits take turns`() throws {
    var model = try dashboard(after: 30)
    #expect(model.render(width: 80, height: 24).text[1].contains("b/s 2s"))
    #expect(model.press(.character("b")) == nil)
    let text = model.render(width: 80, height: 24).text
    #expect(text[1].contains("B/s 2s"))
    #expect(text[2].contains("500k"))
    #expect(text[3].contains("full height 500 kB/s"))
  }
}

/// Over the three streams.
@Suite struct SortingTests {
  @Test func `the busiest stream comes first and is chosen`() {
    var model = threeStreams()
    #expect(order(&model) == "[10] 20 30")
  }

  @Test func `a filter is obeyed as it is typed, and Esc shows all again`() {
    var model = threeStreams()
    for key in "/addr ::20" { #expect(model.press(.character(key)) == nil) }
    #expect(model.press(.enter) == nil)
    let text = model.render(width: 120, height: 40).text
    #expect(text[0].contains("FILTER"))
    #expect(text.filter { $0.contains("::1:5004") }.map { $0.contains("::20:5004") } == [true])
    #expect(model.press(.escape) == nil)
    #expect(order(&model).contains("30"))
  }

  @Test func `what is wrong with a filter stands in its line, and Enter does not keep it`() {
    var model = threeStreams()
    for key in "/port x" { #expect(model.press(.character(key)) == nil) }
    #expect(model.press(.enter) == nil)
    let last = model.render(width: 80, height: 24).text[23]
    #expect(last.hasPrefix(" / port x"))
    #expect(last.hasSuffix("port x: expected 0 to 65535"))
  }

  @Test func `r turns the order around, and the choice stays`() {
    var model = threeStreams()
    #expect(order(&model) == "[10] 20 30")
    #expect(model.press(.character("r")) == nil)
    #expect(order(&model) == "30 20 [10]")
  }

  @Test func `arrows, letters and pages choose a stream within the table`() {
    var model = threeStreams()
    #expect(order(&model) == "[10] 20 30")
    for (key, expected) in [
      (Key.down, "10 [20] 30"), (.character("j"), "10 20 [30]"), (.down, "10 20 [30]"),
      (.up, "10 [20] 30"), (.character("k"), "[10] 20 30"), (.up, "[10] 20 30"),
      (.character("G"), "10 20 [30]"), (.character("g"), "[10] 20 30"),
      (.control("d"), "10 20 [30]"), (.control("u"), "[10] 20 30"),
    ] {
      #expect(model.press(key) == nil)
      #expect(order(&model) == expected, "after \(key)")
    }
  }

  @Test func `the table is sorted by the column of a number, and by its neighbours`() {
    var model = threeStreams()
    func sorted() -> String {
      let heading = model.render(width: 120, height: 40).text[1]
      let columns = heading.split(separator: " ")
      return String(columns.first { $0.hasSuffix("▾") } ?? "")
    }
    #expect(sorted() == "10s▾")
    for (key, expected) in [
      (Key.character("1"), "STREAM▾"), (.character("<"), "STREAM▾"), (.character(">"), "PAYLOAD▾"),
      (.right, "ON▾"), (.left, "PAYLOAD▾"), (.character("7"), "LOST▾"), (.character("l"), "LOST▾"),
      (.character("4"), "TOTAL▾"), (.character("l"), "10s▾"),
    ] {
      #expect(model.press(key) == nil)
      #expect(sorted() == expected, "after \(key)")
    }
  }

  @Test func `a chosen stream stays chosen when another becomes busier`() {
    var model = threeStreams()
    #expect(model.press(.down) == nil)
    #expect(order(&model).contains("[20]"))
    let from = Story.start + .seconds(5)
    model.observe(
      Observed(
        upTo: from + .seconds(1),
        snapshots: [
          Story.snapshot(
            of: Point(name: "xen1"), from: from, stream: Story.key(48), packetRate: 9000)
        ]))
    #expect(order(&model) == "30 10 [20]")
  }
}
