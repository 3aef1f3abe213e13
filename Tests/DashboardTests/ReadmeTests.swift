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
    let layout = try #require(Layout.builtIn.first { $0.name == name })
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.explained(seconds: 45) { model.observe(observed) }
    let drawn = model.render(width: 80, height: 24).text.joined(separator: "\n") + "\n"
    let readme = try String(contentsOf: Self.file, encoding: .utf8)
    let begin = try #require(readme.range(of: "<!-- screen \(name) -->\n```text\n"))
    let end = try #require(readme.range(of: "```\n", range: begin.upperBound..<readme.endIndex))
    let block = begin.upperBound..<end.lowerBound
    if ProcessInfo.processInfo.environment["NEMOTOP_RECORD"] != nil {
      try readme.replacingCharacters(in: block, with: drawn)
        .write(to: Self.file, atomically: true, encoding: .utf8)
    } else {
      #expect(String(readme[block]) == drawn)
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
