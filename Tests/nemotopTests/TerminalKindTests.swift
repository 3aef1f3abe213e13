import Foundation
import Testing

/// The dashboard on terminals of many names, with and without UTF-8 and colours.
@Suite(.needs("tmux")) struct TerminalKindTests {
  private static let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Recordings/machine.jsonl").path
  private static let withoutLocale = "env -u LC_ALL -u LC_CTYPE -u LANG"

  /// Runs the dashboard in an environment, and tells its screen with and without colours once it has
  /// given the terminal back.
  private func screens(_ environment: String, _ options: String = "") async throws -> (
    text: String, coloured: String
  ) {
    let terminal = try await Terminal(
      width: 100, height: 30,
      running: "\(environment) nemotop monitor \(options) '\(Self.recording)'")
    _ = try await terminal.screen(showing: "ENDED")
    let text = try await terminal.screen(showing: "quit")
    let coloured = try await terminal.colouredScreen()
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))
    return (text, coloured)
  }

  /// Whether a sequence selects a colour (ECMA-48 SGR 30 to 38).
  private func hasColours(_ screen: String) -> Bool {
    screen.range(of: "\u{1b}\\[([0-9;]*;)?3[0-8][;m]", options: .regularExpression) != nil
  }

  private func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  @Test(arguments: [
    "xterm", "xterm-256color", "screen", "screen-256color", "tmux", "tmux-256color",
  ])
  func `terminals of today get braille and colours`(name: String) async throws {
    let screens = try await screens("\(Self.withoutLocale) TERM=\(name)")
    #expect(screens.text.contains("⣿"))
    #expect(screens.text.contains("→"))
    #expect(hasColours(screens.coloured))
  }

  @Test func `the console gets colours, and no glyph that it lacks`() async throws {
    let screens = try await screens("TERM=linux")
    #expect(isASCII(screens.text), "\(screens.text)")
    #expect(screens.text.contains("->"))
    #expect(hasColours(screens.coloured))
  }

  @Test(arguments: [
    ("TERM=vt100", ""), ("TERM=vt220", ""), ("NO_COLOR=1 TERM=xterm-256color LC_ALL=C", ""),
    ("NO_COLOR=1 TERM=xterm-256color", "--ascii"),
  ])
  func `without colours and UTF-8 it says the same in ASCII`(environment: String, options: String)
    async throws
  {
    let screens = try await screens(environment, options)
    #expect(isASCII(screens.text), "\(screens.text)")
    #expect(screens.text.contains("->"))
    #expect(screens.text.contains("ENDED"))
    #expect(!hasColours(screens.coloured), "\(screens.coloured)")
  }

  /// The colours of the program's own choice, or the layout's, as SGR 38;5 or 30 to 37 and 90 to 97.
  @Test(arguments: [
    ("TERM=tmux-256color", "", "38;5;74", "38;5;25"),
    ("TERM=tmux-256color", "--background light", "38;5;25", "38;5;74"),
    ("COLORFGBG='0;15' TERM=tmux-256color", "", "38;5;25", "38;5;74"),
    ("COLORFGBG='0;15' TERM=tmux-256color", "--background dark", "38;5;74", "38;5;25"),
    ("TERM=tmux", "", "36m", "38;5"), ("TERM=tmux", "--background light", "34m", "38;5"),
    ("TERM=tmux-256color", "--layout own.yaml", "38;5;99", "38;5;74"),
    ("TERM=tmux", "--layout own.yaml", "35m", "38;5"),
  ])
  func `places have colours for the background, or those of the layout`(
    environment: String, options: String, there: String, missing: String
  ) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "own.yaml",
      "{name: own, colours: {first: 99}, panes: [{pane: header, priority: 1}, "
        + "{pane: lanes, priority: 1, share: 1}, {pane: keys, priority: 1}]}")
    let options = options.replacingOccurrences(of: "own.yaml", with: "'\(path)'")
    let screens = try await screens("env -u COLORFGBG \(environment)", options)
    #expect(screens.coloured.contains(there), "\(screens.coloured)")
    #expect(!screens.coloured.contains(missing), "\(screens.coloured)")
  }

  @Test(arguments: ["LC_ALL=C", "LC_ALL=POSIX", "LC_CTYPE=C", "LANG=C"])
  func `a locale without UTF-8 is obeyed`(locale: String) async throws {
    let screens = try await screens("\(Self.withoutLocale) \(locale) TERM=xterm-256color")
    #expect(isASCII(screens.text), "\(screens.text)")
    #expect(hasColours(screens.coloured))
  }

  @Test(arguments: ["", "LANG=nowhere_NO.UTF-8", "LANG=C.UTF-8"])
  func `without a locale, or with one that is not installed, UTF-8 is drawn`(locale: String)
    async throws
  {
    let screens = try await screens("\(Self.withoutLocale) \(locale) TERM=xterm-256color")
    #expect(screens.text.contains("⣿"))
  }

  @Test(arguments: [
    ("TERM=dumb", "TERM=dumb"), ("TERM=unknown", "TERM=unknown"), ("TERM=no-such", "TERM=no-such"),
    ("TERM=", "TERM is not set"), ("env -u TERM", "TERM is not set"),
  ])
  func `a terminal that cannot show a screen is told what can be done`(
    environment: String, complaint: String
  ) async throws {
    let terminal = try await Terminal(
      width: 100, height: 30, running: "\(environment) nemotop monitor '\(Self.recording)'")
    let screen = try await terminal.screen(showing: "restored")
    #expect(screen.contains(complaint))
    #expect(screen.contains("nemotop log"))
    #expect(screen.contains("status 1"))
  }
}
