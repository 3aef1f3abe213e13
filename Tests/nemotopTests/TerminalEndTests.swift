import Foundation
import Testing

/// The dashboard on a pseudo-terminal that python holds the other end of: it can close it, leave it
/// unread, and see how it was left.
@Suite(.needs("python3")) struct TerminalEndTests {
  private struct Outcome: Decodable {
    /// Exit status; the negative number of the signal that ended it.
    var status: Int
    /// What `tcgetattr` says is as it was before.
    var isAsBefore: Bool
    /// All that was drawn, as ISO 8859-1.
    var drawn: String
    /// Bytes that were drawn for the first picture, and for each key of `presses`.
    var sizes: [Int]
  }

  /// Starts the dashboard over a recording, waits until it has drawn, does something to it, and waits
  /// for its end.
  private func outcome(
    of deed: String, over source: String? = nil, preparing preparation: String = "pass",
    session: Bool = true
  ) async throws -> Outcome {
    let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Recordings/machine.jsonl").path
    let script = """
      import fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios, time
      controller, terminal = pty.openpty()
      fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
      before = termios.tcgetattr(terminal)
      def prepare():
        if \(session ? "True" : "False"):
          os.setsid()
          fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        \(preparation)
      program = subprocess.Popen(
        sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=prepare,
        env=dict(os.environ, TERM="xterm-256color", SWIFT_BACKTRACE="enable=no"))
      drawn = b""
      def read(seconds):
        global drawn
        if controller is not None and select.select([controller], [], [], seconds)[0]:
          drawn += os.read(controller, 65536)
          return True
      while b"\(source == nil ? "ENDED" : "quit")" not in drawn: read(60) or sys.exit("nothing was drawn")
      while read(0.5): pass
      sizes = [len(drawn)]
      def press(keys):
        for key in keys:
          size = len(drawn)
          os.write(controller, key.encode())
          while len(drawn) == size: read(60) or sys.exit("nothing more was drawn")
          while read(0.5): pass
          sizes.append(len(drawn) - size)
      \(deed)
      while program.poll() is None: read(0.1) if controller is not None else time.sleep(0.1)
      while controller is not None and read(0.1): pass
      after = termios.tcgetattr(terminal) if controller is not None else before
      print(json.dumps(dict(
        sizes=sizes, status=program.returncode, isAsBefore=before == after, drawn=drawn.decode("latin1"))))
      """
    let run = try await Program.run(
      ["python3", "-c", script, Program.nemotop, "monitor", source ?? recording])
    try #require(run.status == 0, "\(run.status) \(run.error)")
    return try JSONDecoder().decode(Outcome.self, from: Data(run.output.utf8))
  }

  /// Leaves the other screen and shows the cursor again, after everything else.
  private func expectGivenBack(_ outcome: Outcome) throws {
    #expect(outcome.isAsBefore)
    let left = try #require(
      outcome.drawn.range(of: "\u{1b}[?1049l", options: .backwards), "the screen was not left")
    #expect(outcome.drawn.range(of: "\u{1b}[?25h", options: .backwards) != nil)
    #expect(!outcome.drawn[left.upperBound...].contains("\u{1b}[?1049h"))
    #expect(!outcome.drawn[left.upperBound...].contains("nemotop"))
  }

  @Test(arguments: ["SIGINT", "SIGTERM", "SIGHUP"])
  func `after a signal that asks it to end the terminal is as before`(signal: String) async throws {
    let outcome = try await outcome(of: "program.send_signal(signal.\(signal))")
    #expect(outcome.status == 0)
    try expectGivenBack(outcome)
  }

  @Test(arguments: ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGQUIT"])
  func `a crash stays a crash, and leaves the terminal as before`(signal: String) async throws {
    let outcome = try await outcome(of: "program.send_signal(signal.\(signal))")
    let numbers = [
      "SIGSEGV": SIGSEGV, "SIGABRT": SIGABRT, "SIGBUS": SIGBUS, "SIGILL": SIGILL, "SIGFPE": SIGFPE,
      "SIGTRAP": SIGTRAP, "SIGQUIT": SIGQUIT,
    ]
    #expect(outcome.status == numbers[signal].map { -Int($0) })
    try expectGivenBack(outcome)
  }

  @Test func `only what changed is drawn`() async throws {
    // The line of a mark, twice a letter of it, and the line as it was before.
    let outcome = try await outcome(of: "press('mrt\\x1b'); os.write(controller, b'q')")
    #expect(outcome.status == 0)
    let sizes = outcome.sizes
    #expect(sizes.count == 5)
    #expect(sizes[0] > 5000, "\(sizes)")
    for size in sizes.dropFirst() { #expect(size < 500, "\(sizes)") }
  }

  @Test func `a signal that is ignored changes nothing`() async throws {
    let outcome = try await outcome(
      of: "program.send_signal(signal.SIGQUIT); size = len(drawn); os.write(controller, b'?')\n"
        + "while len(drawn) == size: read(60) or sys.exit('nothing more was drawn')\n"
        + "os.write(controller, b'q')",
      preparing: "signal.signal(signal.SIGQUIT, signal.SIG_IGN)")
    #expect(outcome.status == 0)
    try expectGivenBack(outcome)
  }

  @Test(arguments: [
    ("pass", true), ("signal.signal(signal.SIGHUP, signal.SIG_IGN)", true), ("pass", false),
  ])
  func `with the connection closed it ends, whether or not a signal tells of it`(
    preparation: String, session: Bool
  ) async throws {
    let outcome = try await outcome(
      of: "os.close(terminal); os.close(controller); controller = None", preparing: preparation,
      session: session)
    #expect(outcome.status == 0)
  }

  @Test(
    .needs("pgrep"),
    arguments: [
      "os.close(terminal); os.close(controller); controller = None", "os.write(controller, b'q')",
      "program.send_signal(signal.SIGTERM)",
    ])
  func `a program that tells nothing, and hears nothing, does not outlive it`(deed: String)
    async throws
  {
    // A number that no other program sleeps for.
    let seconds = Int.random(in: 1_000_000..<2_000_000)
    let outcome = try await outcome(of: deed, over: "xen1=exec:sleep \(seconds)")
    #expect(outcome.status == 0)
    let left = try await Program.shell("pgrep -fx 'sleep \(seconds)'")
    #expect(left.output.isEmpty)
  }

  @Test(arguments: ["SIGTERM", "SIGSEGV"])
  func `a terminal that takes nothing more does not keep it from ending`(signal: String)
    async throws
  {
    // Each turn of the layouts draws thousands of bytes; the terminal holds few of them.
    let outcome = try await outcome(
      of: "for _ in range(200): os.write(controller, b'\\t'); time.sleep(0.02)\n"
        + "program.send_signal(signal.\(signal)); program.wait()")
    #expect(outcome.status == (signal == "SIGTERM" ? 0 : -Int(SIGSEGV)))
    #expect(outcome.isAsBefore)
  }

  @Test(.needs("tmux"), .needs("bash"))
  func `it is stopped and goes on as the shell's other programs do`() async throws {
    let recording = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Recordings/machine.jsonl").path
    let terminal = try await Terminal(
      width: 100, height: 30, running: "PS1='ready ' bash --norc -i")
    _ = try await terminal.screen(showing: "ready")
    try await terminal.press("nemotop monitor '\(recording)'", "Enter")
    _ = try await terminal.screen(showing: "ENDED")
    try await terminal.press("C-z")
    let stopped = try await terminal.screen(showing: "Stopped")
    #expect(!stopped.contains("ENDED"))
    try await terminal.press("fg", "Enter")
    _ = try await terminal.screen(showing: "ENDED")
    try await terminal.press("q")
    _ = try await terminal.screen(showing: "Stopped")
    try await terminal.press("exit", "Enter")
    _ = try await terminal.screen(showing: "restored")
  }
}
