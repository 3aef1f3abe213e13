import Dashboard
import Screen
import Testing

@Suite struct ScreenSnapshotTests {
  @Test func `a stream that moved`() throws {
    for (w, h) in [(20, 5), (40, 10), (80, 24), (120, 40)] {
      var model = try DashboardModel(layout: .demo(), points: Story.points)
      for observed in Story.observed(seconds: 47) { model.observe(observed) }
      print(model.render(width: w, height: h).text.map { "|" + $0 }.joined(separator: "\n"))
      _ = model.press(.character("?"))
      print(model.render(width: w, height: h).text.map { "|" + $0 }.joined(separator: "\n"))
    }
  }
}
