import Moves
import Screen
import Testing
import Wire

@testable import Dashboard

@Suite struct SignallingPaneTests {
  private static let update: [(name: String, value: Mark.Value)] = [
    ("source", .text("2001:db8:2::1")), ("destination", .text("2001:db8:aa::1")),
    ("sequence", .integer(65_535)), ("flags", .text("AHR")), ("lifetime_s", .integer(420)),
    ("home_address", .text("2001:db8:42::1")), ("alternate_care_of", .null),
    ("prefixes", .list([.text("2001:db8:42::/64")])), ("checksum_right", .boolean(true)),
  ]

  private static func answer(_ status: Int) -> [(name: String, value: Mark.Value)] {
    [
      ("source", .text("2001:db8:aa::1")), ("destination", .text("2001:db8:2::1")),
      ("sequence", .integer(65_535)), ("flags", .text("R")), ("lifetime_s", .integer(420)),
      ("home_address", .text("2001:db8:42::1")), ("status", .integer(status)),
      ("checksum_right", .null),
    ]
  }

  private func changed(
    _ detail: [(name: String, value: Mark.Value)], _ name: String, _ value: Mark.Value
  ) -> [(name: String, value: Mark.Value)] {
    detail.map { $0.name == name ? (name, value) : $0 }
  }

  /// The pane's rows at a width, of marks that came a second apart.
  private func rows(
    _ marks: [(Mark.Kind, String, [(name: String, value: Mark.Value)])], width: Int
  ) -> [String] {
    var view = View(
      history: History(points: Story.points), glyphs: .unicode, clockOffset: .zero, columns: [])
    let dated = marks.enumerated().map { index, mark in
      Mark(
        time: Story.start + .seconds(index), point: mark.1, kind: mark.0, detail: mark.2)
    }
    view.history.take(Observed(upTo: Story.start + .seconds(10), marks: dated))
    var grid = Grid(width: width, height: marks.count + 1)
    SignallingPane(columns: SignallingColumn.allCases).draw(view, on: &grid)
    return grid.text
  }

  @Test func `each message is a line with all its fields, the newest first`() {
    let rows = rows(
      [
        (.bindingUpdate, "xen2", Self.update), (.gap, "cn", []),
        (.bindingAcknowledgement, "ha", Self.answer(0)),
      ], width: 120)
    #expect(
      rows == [
        " TIME          AT      BINDING    SEQ  HOME              CARE-OF           LIFETIME  STATUS",
        " 12:04:22.000  ha      Ack      65535  2001:db8:42::1    2001:db8:2::1        420 s  0 accepted",
        " 12:04:20.000  xen2    Update   65535  2001:db8:42::1    2001:db8:2::1        420 s", "",
      ])
  }

  @Test(arguments: [
    (1, "1 accepted, prefix discovery necessary"), (129, "129 administratively prohibited"),
    (146, "146 authentication failed"), (127, "127 accepted"), (200, "200 refused"),
    (300, "300 refused"),
  ])
  func `a status is told as number and word`(status: Int, words: String) {
    let rows = rows([(.bindingAcknowledgement, "ha", Self.answer(status))], width: 140)
    #expect(rows[1].hasSuffix(words))
  }

  @Test func `what is odd about a message is said`() {
    let back = changed(Self.update, "lifetime_s", .integer(0))
    let wrong = changed(Self.update, "checksum_right", .boolean(false))
    let alternate = changed(Self.update, "alternate_care_of", .text("2001:db8:3::3"))
    #expect(rows([(.bindingUpdate, "ha", back)], width: 120)[1].hasSuffix("0 s  gives it back"))
    #expect(rows([(.bindingUpdate, "ha", wrong)], width: 120)[1].hasSuffix("wrong checksum"))
    #expect(rows([(.bindingUpdate, "ha", alternate)], width: 120)[1].contains("2001:db8:3::3"))
    #expect(rows([], width: 120).count == 1)
  }

  @Test func `at 40 columns time, message and status are left`() {
    let rows = rows([(.bindingAcknowledgement, "ha", Self.answer(146))], width: 40)
    #expect(rows == [" TIME      BINDING  STATUS", " 12:04:20  Ack      146 authentication"])
  }
}
