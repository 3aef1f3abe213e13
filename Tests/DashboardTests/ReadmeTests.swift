import Foundation
import Moves
import Screen
import Testing
import Wire

@testable import Dashboard

/// The screens in the README are those that the program draws.
@Suite struct ReadmeTests {
  private static let file = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("README.md")

  /// With NEMOTOP_RECORD set, the README is written anew instead.
  @Test(arguments: ["demo", "moves"])
  func `a screen of the README is the layout's, at 80×24`(name: String) throws {
    let drawn = try screen(of: name, width: 80, height: 24).joined(separator: "\n") + "\n"
    try expect(
      drawn, in: Self.file, between: "<!-- screen \(name) -->\n```text\n", and: "```\n")
  }

  @Test func `the screen in the help of monitor is the layout's`() throws {
    // As the source has it, indented.
    let lines = try screen(of: "demo", width: 76, height: 16).map { $0.isEmpty ? "" : "  " + $0 }
    let source = Self.file.deletingLastPathComponent()
      .appendingPathComponent("Sources/nemotop/MonitorScreen.swift")
    try expect(
      lines.joined(separator: "\n") + "\n", in: source, between: "let monitorScreen = \"\"\"\n",
      and: "  \"\"\"\n")
  }

  private func screen(of layout: String, width: Int, height: Int) throws -> [String] {
    let layout = try #require(Layout.builtIn.first { $0.name == layout })
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.explained(seconds: 45) { model.observe(observed) }
    return model.render(width: width, height: height).text
  }

  /// Holds the text between two others in a file against what is drawn, or puts it there.
  private func expect(_ drawn: String, in file: URL, between start: String, and end: String) throws
  {
    let text = try String(contentsOf: file, encoding: .utf8)
    let begin = try #require(text.range(of: start))
    let stop = try #require(text.range(of: end, range: begin.upperBound..<text.endIndex))
    let block = begin.upperBound..<stop.lowerBound
    if ProcessInfo.processInfo.environment["NEMOTOP_RECORD"] != nil {
      try text.replacingCharacters(in: block, with: drawn)
        .write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(String(text[block]) == drawn)
    }
  }
}

extension Story {
  /// The story, told by points that could also tell what the gap of each move consists of.
  static func explained(seconds: Int) -> [Observed] {
    observed(seconds: seconds).map { observed in
      var observed = observed
      for index in observed.moves.indices {
        observed.moves[index].paused = .milliseconds(300)
        observed.moves[index].held = .zero
        observed.moves[index].pathChange = .milliseconds(5)
        observed.moves[index].residual = .zero
        observed.marks += signalling(of: observed.moves[index])
      }
      return observed
    }
  }

  /// The messages of a move as they passed the server and the home agent.
  private static func signalling(of move: Move) -> [Mark] {
    guard let update = move.bindingUpdate, let answer = move.bindingAcknowledgement else {
      return []
    }
    let careOf = "2001:db8:\(move.toPoint == "xen1" ? 1 : 2)::1"
    let number = Int((move.lastBefore - start).wholeNanoseconds / 10_000_000_000)
    func mark(
      _ kind: Mark.Kind, _ point: String, _ time: Timestamp, from source: String,
      to destination: String
    ) -> Mark {
      Mark(
        time: time, point: point, kind: kind,
        detail: [
          ("source", .text(source)), ("destination", .text(destination)),
          ("sequence", .integer(number)), ("lifetime_s", .integer(60)),
          ("home_address", .text("2001:db8:42::1")), ("status", .integer(0)),
        ])
    }
    return [
      mark(.bindingUpdate, move.toPoint, update, from: careOf, to: "2001:db8:aa::1"),
      mark(.bindingUpdate, "ha", update + .milliseconds(10), from: careOf, to: "2001:db8:aa::1"),
      mark(
        .bindingAcknowledgement, "ha", update + .milliseconds(11), from: "2001:db8:aa::1",
        to: careOf),
      mark(
        .bindingAcknowledgement, move.toPoint, answer, from: "2001:db8:aa::1", to: careOf),
    ]
  }
}
