import Foundation
import Testing

/// Captures that the dashboard plays in time.
@Suite struct ReplayTests {
  /// Captures of about 20 s in which the stream moves twice.
  private func simulate(in folder: TemporaryFolder) async throws {
    let run = try await Program.run(
      "lab", "simulate", "--out", folder.path + "/lab", "--moves", "2", "--every", "6s", "--pause",
      "300ms")
    try #require(run.status == 0, "\(run.error)")
  }

  private let points = ["xen1", "xen2", "cn"]

  private func sources(in folder: TemporaryFolder) -> [String] {
    points.map { "\($0)=\(folder.path)/lab/\($0).pcapng" }
  }

  /// All lines but the first, which says how it is played.
  private func body(_ screen: String) -> [Substring] {
    screen.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().map(\.self)
  }

  @Test(.needs("tmux"))
  func `it plays, stands still, steps, goes back and forth, and stays at the end`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let monitor = "nemotop monitor " + sources(in: folder).joined(separator: " ")
    let terminal = try await Terminal(
      width: 100, height: 30, running: "export TZ=UTC; \(monitor) --speed 0.01")
    // So slowly that it stands still all the same, the first interval is shown.
    let first = try await terminal.screen(showing: "0.01x  00:00:00")
    #expect(first.contains("left right seek"))
    try await terminal.press(".")
    _ = try await terminal.screen(showing: "PAUSED  0.01x  00:00:01")
    try await terminal.press(".", ".", ".")
    let there = try await terminal.screen(showing: "PAUSED  0.01x  00:00:04")
    try await terminal.press("Right")
    let later = try await terminal.screen(showing: "00:00:14")
    #expect(later.contains("00:00:12.300") && !there.contains("00:00:12.300"))
    try await terminal.press("Left")
    let back = try await terminal.screen(showing: "  00:00:04")
    #expect(back == there)
    try await terminal.press("Left")
    let begin = try await terminal.screen(showing: "  00:00:00")
    #expect(body(begin) == body(first))
    for _ in 0..<20 { try await terminal.press("}") }
    _ = try await terminal.screen(showing: "PAUSED  10000x")
    try await terminal.press("{")
    _ = try await terminal.screen(showing: "PAUSED  5000x")
    try await terminal.press("Space")
    let end = try await terminal.screen(showing: "ENDED  5000x")
    try await terminal.press("Left")
    let again = try await terminal.screen(showing: "ENDED  5000x")
    #expect(again == end)
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))

    let whole = try await Terminal(width: 100, height: 30, running: "export TZ=UTC; \(monitor)")
    let ended = try await whole.screen(showing: "ENDED")
    #expect(body(end) == body(replacingKeys(of: ended, by: end)))
    try await whole.press("q")
    _ = try await whole.screen(showing: "restored")
  }

  /// The last line names other keys where something is played.
  private func replacingKeys(of screen: String, by other: String) -> String {
    let lines = { (text: String) in text.split(separator: "\n", omittingEmptySubsequences: false) }
    let keys = lines(other).last { $0.contains("? help") } ?? ""
    return lines(screen).map { $0.contains("? help") ? keys : $0 }.joined(separator: "\n")
  }

  @Test(.needs("tmux"))
  func `played to the end, the figures are those that are logged`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let layout = """
      {name: own, panes: [{pane: streams, priority: 1, columns: [stream, packets, lost]}, \
      {pane: moves, priority: 2, share: 1}]}
      """
    try Data(layout.utf8).write(to: URL(fileURLWithPath: folder.path + "/own.yaml"))
    let log = try await Program.run(
      [Program.nemotop, "log"] + sources(in: folder) + ["--csv", folder.path + "/log"])
    try #require(log.status == 0, "\(log.error)")
    let intervals = try table(folder.path + "/log/intervals.csv")
    let moves = try table(folder.path + "/log/moves.csv")
    func sum(_ column: String, at points: [String]) -> Int {
      intervals.filter { points.contains($0["point"] ?? "") }
        .reduce(0) { $0 + (Int($1[column] ?? "") ?? 0) }
    }
    let packets = sum("packets", at: ["xen1", "xen2"])
    let lost = sum("lost", at: ["cn"]) + sum("skipped", at: ["cn"])
    #expect(packets > 1000 && lost > 0 && moves.count == 2)

    let terminal = try await Terminal(
      width: 120, height: 30,
      running: """
        cd '\(folder.path)'; export TZ=UTC; nemotop monitor --layout own.yaml \
        \(sources(in: folder).joined(separator: " ")) --speed 1000
        """)
    let moment = try #require(moves.last?["first_after"]?.dropFirst(11).prefix(12))
    _ = try await terminal.screen(showing: String(moment))
    // Nothing says in this layout that it has ended: the figures that are waited for do.
    let screen = try await terminal.screen(showing: " \(packets) ")
    let row = try #require(screen.split(separator: "\n").first { $0.hasPrefix("▸") })
    #expect(row.split(separator: " ").suffix(2) == ["\(packets)", "\(lost)"])
    for move in moves {
      let time = try #require(move["first_after"]?.dropFirst(11).prefix(12))
      let line = try #require(screen.split(separator: "\n").first { $0.contains(time) })
      let gap = try #require(move["gap_ms"].flatMap(Double.init))
      #expect(line.contains("\(Int(gap.rounded())) ms"))
      #expect(line.contains(" \(try #require(move["lost"])) "))
    }
    try await terminal.press("q")
    _ = try await terminal.screen(showing: "restored")
  }

  @Test(.needs("tmux")) func `a mark stands where it was set, also after going back`() async throws
  {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 100, height: 40,
      running: """
        export TZ=UTC XDG_RUNTIME_DIR='\(folder.path)'; \
        nemotop monitor \(sources(in: folder).joined(separator: " ")) --speed 0.01
        """)
    _ = try await terminal.screen(showing: "0.01x  00:00:00")
    try await terminal.press(".", ".")
    _ = try await terminal.screen(showing: "  00:00:02")
    try await terminal.press("m", "here", "Enter")
    _ = try await terminal.screen(showing: "00:00:02.000  user here")
    let mark = try await Program.shell("XDG_RUNTIME_DIR='\(folder.path)' nemotop mark there")
    #expect(mark.status == 0, "\(mark.error)")
    let marked = try await terminal.screen(showing: "00:00:02.000  user there")
    try await terminal.press("Left")
    #expect(!(try await terminal.screen(showing: "  00:00:00")).contains("user"))
    try await terminal.press(".", ".")
    let again = try await terminal.screen(showing: "user there")
    #expect(again == marked)
    try await terminal.press("q")
    _ = try await terminal.screen(showing: "restored")
  }

  @Test(arguments: [
    ("0", "nothing would ever be shown"), ("-1", "backwards"), ("nan", "no number"),
    ("inf", "faster than can be seen"), ("10001", "faster than can be seen"),
    ("0.001", "slower than can be seen"), ("fast", "invalid"),
  ])
  func `a speed that is none is refused, and why`(speed: String, reason: String) async throws {
    let result = try await Program.run("monitor", "x=x.pcap", "--speed", speed)
    #expect(result.status == 64)
    #expect(result.complaints.count == 1)
    #expect(result.error.contains(reason) && result.error.contains("--speed"))
  }

  @Test func `what is live cannot be played at a speed`() async throws {
    let result = try await Program.run("monitor", "x=lo", "--speed", "2")
    #expect(result.status == 1)
    #expect(
      result.complaints == [
        "nemotop: x=lo is live and cannot be played at a speed: leave out --speed, or give captures and recordings alone"
      ])
  }
}
