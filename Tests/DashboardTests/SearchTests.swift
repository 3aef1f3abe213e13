import Dashboard
import Screen
import Testing

/// Over the three streams, of which the first is chosen.
@Suite struct SearchTests {
  private func line(_ model: inout DashboardModel) -> String {
    model.render(width: 80, height: 24).text[23]
  }

  @Test(arguments: [Key.character("f"), .function(3)])
  func `what is typed is found at once`(key: Key) {
    var model = threeStreams()
    #expect(order(&model) == "[10] 20 30")
    #expect(model.press(key) == nil)
    #expect(line(&model).hasPrefix(" find:"))
    model.press(text: "42::3")
    #expect(order(&model) == "10 20 [30]")
    #expect(line(&model).hasPrefix(" find: 42::3"))
    #expect(line(&model).hasSuffix("1 of 1; Enter finds the next, Esc leaves"))
    #expect(model.press(.backspace) == nil)
    #expect(order(&model) == "[10] 20 30")
    #expect(model.press(.escape) == nil)
    #expect(line(&model).hasPrefix(" ? help"))
  }

  @Test(arguments: [Key.enter, .function(3)])
  func `the same key goes on to the next, and after the last to the first`(key: Key) {
    var model = threeStreams()
    model.press(text: "f5004 > 2001:DB8:cc")
    for (expected, number) in [
      ("10 [20] 30", "2 of 3"), ("10 20 [30]", "3 of 3"), ("[10] 20 30", "1 of 3"),
    ] {
      #expect(model.press(key) == nil)
      #expect(order(&model) == expected)
      #expect(line(&model).contains(number))
    }
  }

  @Test func `what is not found is said, and the choice stays`() {
    var model = threeStreams()
    model.press(text: "f::20")
    #expect(order(&model) == "10 [20] 30")
    model.press(text: "?")
    #expect(order(&model) == "10 [20] 30")
    #expect(line(&model).hasSuffix("not found"))
    #expect(model.press(.enter) == nil)
    #expect(order(&model) == "10 [20] 30")
  }

  @Test func `a search that begins anew goes on with the text before`() {
    var model = threeStreams()
    model.press(text: "fnemotop")
    #expect(model.press(.escape) == nil)
    #expect(order(&model) == "[10] 20 30")
    model.press(text: "f")
    #expect(line(&model).hasSuffix("text of a stream; Esc leaves"))
    #expect(model.press(.enter) == nil)
    #expect(order(&model) == "10 [20] 30")
    #expect(line(&model).hasPrefix(" find: nemotop"))
  }

  @Test func `only streams that the filter lets through are found`() {
    var model = threeStreams()
    model.press(text: "/not addr ::20")
    #expect(model.press(.enter) == nil)
    model.press(text: "f::20")
    #expect(line(&model).hasSuffix("not found"))
  }

  @Test func `on a narrow screen what is wrong stands above what is typed`() {
    var model = threeStreams()
    model.press(text: "/addr 2001:db8:42::10 and port x")
    let text = model.render(width: 40, height: 10).text
    #expect(text[8] == " port x: expected 0 to 65535")
    #expect(text[9] == " / addr 2001:db8:42::10 and port x")
    model.press(text: "y and more that does not fit")
    #expect(
      model.render(width: 40, height: 10).text[9].hasSuffix("port xy and more that does not fit"))
  }
}
