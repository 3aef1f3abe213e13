import Foundation
import Testing

/// `nemotop shuttle --driver qmp` with monitors that behave well and badly.
@Suite(.serialized, .needs("python3")) struct ShuttleQEMUTests {
  private struct Run {
    var status = 0
    var output = ""
    /// The lines of standard error.
    var complaints: [Substring] = []
    /// What the monitors were asked, as `HOST COMMAND`.
    var calls: [Substring] = []
    /// What it keeps for a next run.
    var state = ""

    var migrations: Int { calls.count { $0 == "a migrate" } }
  }

  /// Runs one move from a to b; `meanwhile` is a line of the shell beside it, whose id is `$shuttle`.
  private func shuttle(
    _ behavior: QMPServer.Behavior, _ options: String = "", meanwhile line: String = ":"
  ) async throws -> Run {
    let folder = try TemporaryFolder()
    let server = try folder.file("server.py", QMPServer.script)
    let result = try await Program.shell(
      """
      cd '\(folder.path)'
      python3 '\(server)' \(behavior) & server=$!
      trap 'kill $server' EXIT
      while [ ! -S a.sock ] || [ ! -S b.sock ]; do sleep 0.02; done
      nemotop shuttle --driver qmp --guest g --every 50ms --moves 1 --state s.json \(options) \
        a=a.sock b=b.sock 2>error >output & shuttle=$!
      \(line)
      wait $shuttle; echo $?
      """)
    func content(_ name: String) throws -> String {
      try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    }
    let status = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return Run(
      status: try #require(Int(status), "\(result.error)"), output: try content("output"),
      complaints: try content("error").split(separator: "\n"),
      calls: (try? content("calls"))?.split(separator: "\n") ?? [],
      state: (try? content("s.json")) ?? "")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a migration that takes its time is awaited, and its figures are told`() async throws {
    let run = try await shuttle(.success)
    #expect(run.status == 0, "\(run.complaints)")
    #expect(run.output.contains("(total 1234 ms, downtime 56 ms, 3 rounds)"), "\(run.output)")
    #expect(run.calls.filter { $0 == "a query-migrate" }.count >= 4)
    #expect(run.migrations == 1)
    #expect(!run.calls.contains("a migrate_cancel"))
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      (.failed, "migration a > b: the other side broke the pipe; the guest is on a"),
      (.refused, "a: migrate: a device cannot migrate; the guest is on a"),
      (.mute, "a cannot be asked: a.sock: no answer within"),
      (.stalled, "no answer within 1.0 seconds: has it another client?; the guest is on a host"),
      (.nonsense, "a does not speak QMP, it says 'SSH-2.0- [31mOpenSSH"),
      (.babble, "a does not speak QMP, it says '{\"return\": [1, {\"status\": 7}]"),
      (.closed, "a cannot be asked: a.sock: its QEMU hung up"),
      (.lost, "a.sock: its QEMU hung up; the guest is on a host that is not known"),
      (.flood, "a does not speak QMP, it says '{{{{{{{{"),
      (.endless, "a: migrate: took longer than 1.0 seconds"),
    ] as [(QMPServer.Behavior, String)])
  func `what goes wrong is told in one line`(
    behavior: QMPServer.Behavior, words: String
  ) async throws {
    let run = try await shuttle(behavior, "--timeout 1s")
    #expect(run.status == 1)
    #expect(run.complaints.count == 1, "\(run.complaints)")
    #expect(run.complaints.first?.contains(words) == true, "\(run.complaints)")
    let unprintable = run.complaints.joined().unicodeScalars.filter { $0.value < 32 }
    #expect(unprintable.isEmpty)
    #expect(run.migrations <= 1)
    #expect(run.calls.contains("a migrate_cancel") == (behavior == .endless))
    // A migration of which nobody knows the end stays noted, for the next run to find out.
    #expect(run.state.contains("\"begun\"") == [.stalled, .lost, .babble].contains(behavior))
  }

  @Test(.timeLimit(.minutes(1)))
  func `an interruption during a migration calls it off, and the guest stays`() async throws {
    let run = try await shuttle(
      .endless,
      meanwhile: """
        while ! grep -q 'a migrate$' calls 2>/dev/null; do sleep 0.02; done; kill -INT $shuttle
        """)
    #expect(run.status == 1)
    #expect(run.calls.contains("a migrate_cancel"))
    #expect(run.output.contains("move 1: called off, on a"), "\(run.output)")
    #expect(run.output.contains("ended after 0 moves"))
    #expect(
      run.complaints == ["nemotop: stopped after 0 of 1 moves: start it again to go on"])
  }
}
