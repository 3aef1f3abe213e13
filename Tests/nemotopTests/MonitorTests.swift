import Foundation
import Testing

/// A terminal of tmux's in which a command runs.
final class Terminal: Sendable {
  private let socket: String

  init(width: Int, height: Int, running command: String) async throws {
    socket = "nemotop-test-" + UUID().uuidString
    let session = try await Program.run([
      "tmux", "-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y",
      "\(height)",
      """
      PATH='\(Program.folder)':$PATH; unset NO_COLOR COLORFGBG; before=$(stty -g); \(command); echo status $?; \
      [ "$before" = "$(stty -g)" ] && echo restored; sleep 100
      """,
    ])
    try #require(session.status == 0, "\(session.error)")
  }

  deinit {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tmux", "-L", socket, "kill-server"]
    try? process.run()
    process.waitUntilExit()
  }

  func press(_ keys: String...) async throws {
    _ = try await Program.run(["tmux", "-L", socket, "send-keys"] + keys)
  }

  func resize(width: Int, height: Int) async throws {
    _ = try await Program.run([
      "tmux", "-L", socket, "resize-window", "-x", "\(width)", "-y", "\(height)",
    ])
  }

  func screen() async throws -> String {
    try await Program.run(["tmux", "-L", socket, "capture-pane", "-p"]).output
  }

  /// The screen with the sequences that colour it.
  func colouredScreen() async throws -> String {
    try await Program.run(["tmux", "-L", socket, "capture-pane", "-p", "-e"]).output
  }

  /// The screen, once it shows this text, and no longer another one, twice in a row: a screen that
  /// is being drawn has rows of the picture before. What it shows instead fails the test after 20 s.
  @discardableResult
  func screen(showing text: String, without other: String? = nil) async throws -> String {
    var last = ""
    for _ in 0..<400 {
      let before = last
      last = try await screen()
      if last == before, last.contains(text), other.map(last.contains) != true { return last }
      try await Task.sleep(for: .milliseconds(50))
    }
    let rest = other.map { " without '\($0)'" } ?? ""
    Issue.record("the screen never showed '\(text)'\(rest):\n\(last)")
    return last
  }
}

@Suite(.needs("tmux")) struct MonitorTests {
  private func simulate(in folder: TemporaryFolder) async throws {
    let run = try await Program.run(
      "lab", "simulate", "--out", folder.path + "/lab", "--moves", "3", "--every", "6s", "--pause",
      "300ms")
    try #require(run.status == 0, "\(run.error)")
  }

  @Test(arguments: ["", " --speed 1000"])
  func `a file that is cut is said to be`(options: String) async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 100, height: 30,
      running: """
        cd '\(folder.path)/lab'; head -c 60001 xen1.pcapng >cut.pcapng; \
        nemotop monitor xen1=cut.pcapng cn=cn.pcapng\(options); echo status $?
        """)
    _ = try await terminal.screen(showing: "ENDED EARLY xen1")
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "status")
    #expect(after.contains("status 1"))
    #expect(after.contains("xen1 ended early: the file is cut in the middle of a packet"))
  }

  @Test func `a stream is filtered, looked at, and the screen written into a file`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 100, height: 30,
      running: "cd '\(folder.path)'; nemotop monitor xen1=lab/xen1.pcapng cn=lab/cn.pcapng")
    _ = try await terminal.screen(showing: "ENDED")
    try await terminal.press("/", "port x")
    _ = try await terminal.screen(showing: "port x: expected 0 to 65535")
    try await terminal.press("C-u", "port 1 or lost>100000")
    _ = try await terminal.screen(showing: "no stream passes the filter")
    try await terminal.press("C-u", "payload nemotop and port 5004", "Enter")
    #expect(try await terminal.screen(showing: "FILTER").contains("xen1"))
    try await terminal.press("f", "nothing")
    _ = try await terminal.screen(showing: "not found")
    try await terminal.press("C-u", ":5004", "F3")
    _ = try await terminal.screen(showing: "1 of 1")
    try await terminal.press("Escape", "p")
    _ = try await terminal.screen(showing: "▸★")
    try await terminal.press("Enter")
    #expect(try await terminal.screen(showing: "nemotop: stream").contains("leg direct"))
    try await terminal.press("Escape")
    _ = try await terminal.screen(showing: "FILTER")
    try await terminal.press("w")
    _ = try await terminal.screen(showing: ".txt")
    try await terminal.press("W")
    _ = try await terminal.screen(showing: ".csv")
    try await terminal.press("q")
    _ = try await terminal.screen(showing: "restored")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let file = try #require(files.first { $0.hasPrefix("nemotop-") && $0.hasSuffix(".txt") })
    let table = try #require(files.first { $0.hasPrefix("nemotop-") && $0.hasSuffix(".csv") })
    let rows = try String(contentsOfFile: folder.path + "/" + table, encoding: .utf8)
      .split(whereSeparator: \.isNewline)
    #expect(rows.count == 2 && rows[0].hasPrefix("time,source,source_port,"))
    #expect(rows[1].contains(",2001:db8:42::10,5004,2001:db8:cc::1,5004,"))
    let text = try String(contentsOfFile: folder.path + "/" + file, encoding: .utf8)
    #expect(text.contains("STREAM") && text.contains("FILTER"))
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 31)
  }

  @Test func `the dashboard shows the moves, takes keys and gives the terminal back`() async throws
  {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let lab = folder.path + "/lab"
    let terminal = try await Terminal(
      width: 80, height: 24,
      running: "nemotop monitor xen1=\(lab)/xen1.pcapng xen2=\(lab)/xen2.pcapng cn=\(lab)/cn.pcapng"
    )
    let first = try await terminal.screen(showing: "00:00:18.300")
    #expect(first.contains("xen1 → xen2"))
    #expect(first.contains("310 ms"))
    #expect(first.contains("355 ms"))
    #expect(first.contains("▲"))
    #expect(first.split(separator: "\n").allSatisfy { $0.count <= 80 })

    try await terminal.press("?")
    _ = try await terminal.screen(showing: "quit")
    try await terminal.press("Escape")
    _ = try await terminal.screen(showing: "STREAM")

    try await terminal.press("+", "+", "[")
    _ = try await terminal.screen(showing: "FROZEN -8s")
    try await terminal.press("-", "-", "[")
    _ = try await terminal.screen(showing: "nothing is kept of the time before")
    try await terminal.press("]", "]")
    _ = try await terminal.screen(showing: "ENDED")

    try await terminal.resize(width: 40, height: 10)
    _ = try await terminal.screen(showing: "xen2")
    try await terminal.resize(width: 20, height: 5)
    _ = try await terminal.screen(showing: "40")
    try await terminal.resize(width: 120, height: 40)
    _ = try await terminal.screen(showing: "00:00:06.300")

    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))
    #expect(!after.contains("STREAM"))
  }

  @Test func `each layout is shown in its turn, and one of one's own before them`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let own = "{name: own, panes: [{pane: streams, priority: 1, columns: [stream, packets]}]}"
    try Data(own.utf8).write(to: URL(fileURLWithPath: folder.path + "/own.yaml"))
    let terminal = try await Terminal(
      width: 120, height: 40,
      running: """
        cd '\(folder.path)'; nemotop monitor --layout own.yaml xen1=lab/xen1.pcapng \
        xen2=lab/xen2.pcapng cn=lab/cn.pcapng
        """)
    // What stands in each layout and not in the one before it.
    let first = try await terminal.screen(showing: "PACKETS")
    #expect(!first.contains("nemotop"))
    for (shown, missing) in [
      ("00:00:18.300", "TOTAL"), ("TOTAL", "WHERE IT RUNS"), ("WHERE IT RUNS", "STREAM"),
      ("LOST▾", "WHERE IT RUNS"), ("b/s 2s", "MOVES"), ("PACKETS", "nemotop"),
    ] {
      try await terminal.press("Tab")
      try await terminal.screen(showing: shown, without: missing)
    }
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))
  }

  @Test func `names of a file are shown, and what is wrong in it is said`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    try Data("2001:db8:42::10 guest\n2001:db8:cc::1 cn.example\n".utf8).write(
      to: URL(fileURLWithPath: folder.path + "/names"))
    let terminal = try await Terminal(
      width: 80, height: 24,
      running: """
        cd '\(folder.path)'; echo guest > wrong; nemotop monitor --names wrong lab/cn.pcapng; \
        nemotop monitor --names names lab/cn.pcapng
        """)
    _ = try await terminal.screen(showing: "guest:5004 > cn.example:5004")
    try await terminal.press("n", "n")
    _ = try await terminal.screen(showing: "2001:db8:42::10:5004 > 2001:db8:cc::1:5004")
    try await terminal.press("n", "x")
    let masked = try await terminal.screen(showing: "host-1:5004 > host-2:5004")
    #expect(masked.contains("MASKED") && !masked.contains("guest"))
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("wrong:1: 'guest' is no address"), "\(after)")
  }

  /// /etc/hosts of a mount namespace, which getnameinfo(3) asks as it asks the DNS.
  @Test(.needsNamespaces) func `n finds names in the background`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let names = "2001:db8:42::10 guest.found\n2001:db8:cc::1 cn.found\n"
    try Data(names.utf8).write(to: URL(fileURLWithPath: folder.path + "/hosts"))
    let isolation = getuid() == 0 ? "--mount" : "--user --map-root-user --mount"
    let terminal = try await Terminal(
      width: 80, height: 24,
      running: """
        cd '\(folder.path)'; echo 'hosts: files' > nsswitch; unshare \(isolation) sh -c 'mount \
        --bind hosts /etc/hosts; mount --bind nsswitch /etc/nsswitch.conf; nemotop monitor \
        lab/cn.pcapng'
        """)
    _ = try await terminal.screen(showing: "2001:db8:42::10:5004 > 2001:db8:cc::1:5004")
    try await terminal.press("n")
    _ = try await terminal.screen(showing: "guest.found:5004 > cn.found:5004")
    try await terminal.press("q")
    _ = try await terminal.screen(showing: "restored")
  }

  @Test func `a terminal of 20×5 gets a word instead of a crash`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 20, height: 5, running: "nemotop monitor cn=\(folder.path)/lab/cn.pcapng")
    _ = try await terminal.screen(showing: "40")
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))
  }

  @Test func `a file that is cut is told after the dashboard`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 80, height: 24,
      running: """
        cd '\(folder.path)'; head -c 200000 lab/cn.pcapng > cn.pcapng; nemotop monitor cn.pcapng
        """)
    _ = try await terminal.screen(showing: "STREAM")
    _ = try await terminal.screen(showing: "5004")
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("cut in the middle of a packet"))
    #expect(after.contains("status 1"))
  }

  @Test func `a mark before the first packet is taken`() async throws {
    let folder = try TemporaryFolder()
    let header: [UInt8] = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
    try Data(header + [0, 1, 0, 0, 1, 0, 0, 0])
      .write(to: URL(fileURLWithPath: folder.path + "/header"))
    let terminal = try await Terminal(
      width: 80, height: 24,
      running: """
        cd '\(folder.path)'; export XDG_RUNTIME_DIR=$PWD; mkfifo pipe; \
        { cat header; sleep 30; } > pipe & \
        nemotop monitor x=pipe
        """)
    _ = try await terminal.screen(showing: "quit")
    let mark = try await Program.shell(
      "XDG_RUNTIME_DIR='\(folder.path)' nemotop mark hello; sleep 1")
    #expect(mark.status == 0, "\(mark.error)")
    let screen = try await terminal.screen()
    #expect(screen.contains("quit"), "\(screen)")
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("status 0"))
  }

  @Test func `a program that falls silent leaves its lane and its name marked`() async throws {
    let folder = try TemporaryFolder()
    try await simulate(in: folder)
    let terminal = try await Terminal(
      width: 100, height: 30,
      running: """
        nemotop monitor cn='\(folder.path)/lab/cn.pcapng' \
        'xen1=exec:nemotop log xen1=\(folder.path)/lab/xen1.pcapng --jsonl - --quiet; echo lost >&2; exit 9'
        """)
    let screen = try await terminal.screen(showing: "no data since")
    #expect(screen.contains("BLIND xen1"))
    try await terminal.press("q")
    let after = try await terminal.screen(showing: "restored")
    #expect(after.contains("it ended with status 9: lost"))
    #expect(after.contains("status 1"))
  }

  @Test func `without a terminal it advises to log`() async throws {
    let result = try await Program.run("monitor", "lo")
    #expect(result.status == 1)
    #expect(result.complaints.count == 1)
    #expect(result.error.contains("nemotop log"))
    let dumb = try await Terminal(
      width: 80, height: 24, running: "TERM=dumb nemotop monitor lo")
    _ = try await dumb.screen(showing: "nemotop log")
    _ = try await dumb.screen(showing: "status 1")
  }
}
