import Foundation
import Testing

/// What a user reads first.
@Suite struct HelpTests {
  @Test(arguments: [
    "demo", "send", "receive", "monitor", "layout", "log", "analyze", "mark", "home-agent",
    "mobile-router", "shuttle", "lab", "lab simulate",
  ])
  func `examples stand on one line each, 80 columns wide`(command: String) async throws {
    let help = try await Program.shell("COLUMNS=80 nemotop \(command) --help")
    #expect(help.status == 0)
    let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("Example") })
    let examples = lines[(start + 1)...].prefix { !$0.isEmpty }
    #expect(!examples.isEmpty)
    for example in examples { #expect(example.hasPrefix("  nemotop "), "\(example)") }
  }

  @Test func `the help of monitor shows its screen line by line`() async throws {
    let help = try await Program.shell("COLUMNS=80 nemotop monitor --help")
    let source = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/nemotop/MonitorScreen.swift"), encoding: .utf8)
    let quotes = "\"\"\""
    let parts = source.components(separatedBy: quotes)
    try #require(parts.count == 3)
    // Without the indentation, and without what stands beside the quotes.
    let screen = parts[1].split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().dropLast().map { $0.dropFirst(2) }
    #expect(screen.count > 10)
    #expect(help.output.contains(screen.joined(separator: "\n")), "\(help.output)")
  }

  @Test(.needsNamespaces) func `a move to where the guest is already is told`() async throws {
    let run = try await PrivateWorldShell.run(
      """
      nemotop lab up --name again > /dev/null
      nemotop lab move --name again xen2; nemotop lab move --name again xen2
      nemotop lab down --name again > /dev/null
      """)
    #expect(run.output == "guest: xen1 > xen2\nguest: on xen2 already\n", "\(run.error)")
  }
}
