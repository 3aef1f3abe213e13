import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

/// What a screen says by colours it also says by words or signs, so that nothing is lost without them.
@Suite struct StateTests {
  private func text(_ model: inout DashboardModel) -> String {
    model.render(width: 120, height: 40).text.joined(separator: "\n")
  }

  private func model(_ layout: String, seconds: Int) throws -> DashboardModel {
    let layout = try #require(Layout.builtIn.first { $0.name == layout })
    var model = DashboardModel(layout: layout, points: Story.points)
    for observed in Story.explained(seconds: seconds) { model.observe(observed) }
    return model
  }

  /// Every state, how a screen comes to show it, and the words or signs that it has then and not
  /// before.
  private static let states:
    [(layout: String, words: String, change: @Sendable (inout DashboardModel) -> Void)] = [
      ("demo", "FROZEN", { _ = $0.press(.character(" ")) }),
      ("demo", "ENDED", { $0.end() }),
      ("demo", "away 6s", { $0.observe(Observed(upTo: Story.start + .seconds(53))) }),
      ("demo", "drops 7", { $0.observe(seen { $0.captureDrops = 7 }) }),
      (
        "demo", "BLIND xen2",
        {
          $0.observe(
            seen {
              $0.captureEvents = [
                CaptureEvent(time: Story.start, kind: .ended(reason: "interface went away"))
              ]
            })
        }
      ),
      ("demo", "undetermined", { $0.observe(moved { $0.verdict = .undetermined }) }),
      ("demo", "blind", { $0.observe(moved { $0.verdict = .blind }) }),
      ("demo", "partial", { $0.observe(moved { $0.verdict = .partial }) }),
      ("demo", "gap", { $0.observe(marked(.gap, [("gap_ms", .number(500))])) }),
      ("demo", "blind ", { $0.observe(marked(.blind, [("capture_drops", .integer(1))])) }),
      ("demo", "clock ", { $0.observe(marked(.clock, [("transit_ms", .number(-1))])) }),
      ("demo", "◆cable", { $0.observe(marked(.user, [("text", .text("cable"))])) }),
      ("demo", "◆", { $0.observe(marked(.user, [("text", .text("a"))])) }),
      (
        "moves", "146 authentication failed",
        { $0.observe(marked(.bindingAcknowledgement, [("status", .integer(146))])) }
      ),
      (
        "moves", "wrong checksum",
        { $0.observe(marked(.bindingUpdate, [("checksum_right", .boolean(false))])) }
      ),
      ("moves", "R residual", { $0.observe(moved { $0.residual = .milliseconds(30) }) }),
      ("moves", "H held", { $0.observe(moved { $0.held = .milliseconds(30) }) }),
      ("loss", "PACKETS▾", { _ = $0.press(.character(">")) }),
      ("loss", "LOST▴", { _ = $0.press(.character("r")) }),
      (
        "demo", "FILTER",
        {
          for key in "/rtp" { _ = $0.press(.character(key)) }
          _ = $0.press(.enter)
        }
      ),
      (
        "demo", "expected 0 to 65535",
        { for key in "/port x" { _ = $0.press(.character(key)) } }
      ),
    ]

  /// Something that xen2 saw after the story.
  private static func seen(_ change: (inout Snapshot) -> Void) -> Observed {
    let start = Story.start + .seconds(47)
    var snapshot = Snapshot(point: Story.points[1], start: start, length: .seconds(1))
    change(&snapshot)
    return Observed(upTo: snapshot.end, snapshots: [snapshot])
  }

  private static func moved(_ change: (inout Move) -> Void) -> Observed {
    var move = Story.move(at: Story.start + .seconds(46), from: "xen1", to: "xen2")
    move.paused = .milliseconds(300)
    move.pathChange = .zero
    change(&move)
    return Observed(upTo: Story.start + .seconds(47), moves: [move])
  }

  private static func marked(
    _ kind: Mark.Kind, _ detail: [(name: String, value: Mark.Value)]
  ) -> Observed {
    let time = Story.start + .seconds(30)
    return Observed(
      upTo: Story.start + .seconds(47),
      marks: [Mark(time: time, point: kind == .user ? nil : "ha", kind: kind, detail: detail)])
  }

  @Test(arguments: states.indices)
  func `a state has its words`(index: Int) throws {
    let (layout, words, change) = Self.states[index]
    var model = try model(layout, seconds: 47)
    let before = text(&model)
    change(&model)
    let after = text(&model)
    #expect(!before.contains(words), "\(words) in\n\(before)")
    #expect(after.contains(words), "\(words) not in\n\(after)")
  }

  @Test func `where the stream is, what is chosen and what is sorted by have signs`() throws {
    var model = try model("demo", seconds: 47)
    let screen = text(&model)
    #expect(screen.contains("● here"))
    #expect(screen.contains("▸2001:db8"))
    #expect(screen.contains("10s▾"))
  }
}
