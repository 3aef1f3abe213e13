import Foundation
import Moves
import Screen
import Testing

@testable import Dashboard

/// Every pane alone, every built-in layout and every page, at four sizes, with its colours and without,
/// as the files in `Screens` have them. With NEMOTOP_RECORD set the files are written anew instead.
@Suite struct RecordedScreenTests {
  private static let sizes = [(40, 10), (80, 24), (120, 40), (200, 60)]
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Screens")
  private static let observed = Result { try SimulatedScene.observed() }

  /// What there is a file of, by its name.
  private static let subjects: [String] =
    BuiltInLayout.all.flatMap { ["layout-\($0.name)", "layout-\($0.name)-ascii"] }
    + PaneKind.allCases.map { "pane-\($0.rawValue)" } + ["page-help", "page-stream"]

  private func model(_ subject: String) throws -> DashboardModel {
    let parts = subject.split(separator: "-").map(String.init)
    let layout =
      switch parts[0] {
      case "layout": try #require(Layout.builtIn.first { $0.name == parts[1] })
      case "pane":
        Layout(
          name: parts[1],
          panes: [
            Layout.Entry(pane: try #require(PaneKind(rawValue: parts[1])), share: 1, priority: 1)
          ])
      default: Layout.demo
      }
    var model = DashboardModel(
      layout: layout, points: SimulatedScene.points,
      glyphs: parts.last == "ascii" ? .ascii : .unicode)
    for observed in try Self.observed.get() { model.observe(observed) }
    if parts[0] == "page" { _ = model.press(parts[1] == "help" ? .character("?") : .enter) }
    return model
  }

  @Test(arguments: subjects)
  func `a screen is drawn as it is recorded`(subject: String) throws {
    var model = try model(subject)
    var lines = [ScreenText.legend]
    for (width, height) in Self.sizes {
      let grid = model.render(width: width, height: height)
      lines += ["", "\(width)x\(height)"] + ScreenText(grid).lines
    }
    let drawn = lines.joined(separator: "\n") + "\n"
    let file = Self.folder.appendingPathComponent(subject + ".txt")
    if ProcessInfo.processInfo.environment["NEMOTOP_RECORD"] != nil {
      try drawn.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let recorded = try String(contentsOf: file, encoding: .utf8)
    guard drawn != recorded else { return }
    let pairs = zip(
      drawn.split(separator: "\n", omittingEmptySubsequences: false),
      recorded.split(separator: "\n", omittingEmptySubsequences: false))
    let first = pairs.enumerated().first { $0.element.0 != $0.element.1 }
    Issue.record(
      """
      \(subject).txt:\((first?.offset ?? 0) + 1) should be
      \(first?.element.1 ?? "longer or shorter")
      and is
      \(first?.element.0 ?? "longer or shorter")
      """)
  }

  @Test func `there is no file of anything else`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.sorted() == Self.subjects.map { $0 + ".txt" }.sorted())
  }

  @Test(arguments: subjects)
  func `no row is wider than the screen, and none has half a character`(subject: String) throws {
    var model = try model(subject)
    for width in stride(from: 40, through: 300, by: 52) {
      for height in [10, 11, 24, 100] {
        let grid = model.render(width: width, height: height)
        #expect(grid.text.allSatisfy { $0.cells <= width })
        if subject.hasSuffix("ascii") {
          #expect(grid.text.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
        }
      }
    }
  }
}
