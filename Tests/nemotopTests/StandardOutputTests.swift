import Foundation
import Testing

/// What goes to standard output where that is asked for, and what ends a run.
@Suite(.serialized) struct StandardOutputTests {
  @Test func `records of a receiver have standard output for themselves`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.shell(
      """
      cd '\(folder.path)'
      nemotop receive '[::1]:0' --duration 200ms --log - > records 2> lines; echo $?; ls
      """)
    #expect(run.output == "0\nlines\nrecords\n", "\(run.error)")
    let records = try String(contentsOfFile: folder.path + "/records", encoding: .utf8)
    #expect(records.hasPrefix(#"{"record":"meta""#))
    #expect(records.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    let lines = try String(contentsOfFile: folder.path + "/lines", encoding: .utf8)
    #expect(lines.contains("sum: nothing received"))
  }

  @Test(.needsNamespaces, arguments: ["INT", "TERM", "HUP"])
  func `a log ends with its last interval`(signal: String) async throws {
    let run = try await PrivateWorldShell.run(
      """
      ip link set lo up
      nemotop log lo --interval 1h -q > /run/log.jsonl & log=$!
      while [ ! -s /run/log.jsonl ]; do sleep 0.05; done; sleep 0.3
      nemotop mark 'a mark'
      nemotop send '[::1]:5004' --rate 100 --count 5 -q; sleep 0.3
      kill -\(signal) $log; wait $log; echo "status $?"
      grep -c '"record":"interval"' /run/log.jsonl
      """)
    #expect(run.output == "marked in 1 program\nstatus 0\n1\n", "\(run.error)")
  }

  @Test(.needsNamespaces) func `below nohup a log does not hear the terminal go`() async throws {
    let run = try await PrivateWorldShell.run(
      """
      nohup nemotop log lo -q > /run/log.jsonl 2> /dev/null & log=$!
      while [ ! -s /run/log.jsonl ]; do sleep 0.05; done; sleep 0.3
      kill -HUP $log; sleep 0.5; kill -INT $log && echo there; wait $log; echo "status $?"
      """)
    #expect(run.output == "there\nstatus 0\n", "\(run.error)")
  }
}
