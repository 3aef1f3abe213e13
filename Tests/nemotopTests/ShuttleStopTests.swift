import Foundation
import Testing

/// A shuttle that is stopped, the marks that it puts down, and one in a laboratory.
@Suite(.serialized) struct ShuttleStopTests {
  private static let exec = """
    nemotop shuttle --driver exec --guest g --locate-command 'cat at' \
    --migrate-command 'echo >begun; [ ! -e slow ] || sleep 0.5; printf %s {to} >at'
    """

  /// Runs lines of a shell in a folder with a guest on host a; what the shell wrote, and the file of that name.
  private func shell(_ lines: String, then name: String = "at") async throws -> (
    said: String, content: String
  ) {
    let folder = try TemporaryFolder()
    _ = try folder.file("at", "a")
    let result = try await Program.shell("cd '\(folder.path)'; exec 2>&1; \(lines)")
    let content = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    return (result.output, content)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["INT", "TERM"])
  func `an interruption during a wait ends it, and that is a failure where moves are missing`(
    signal: String
  ) async throws {
    let (said, host) = try await shell(
      """
      for moves in '' '--moves 1'; do
        \(Self.exec) --every 1h $moves a b >output 2>error & shuttle=$!
        until grep -qs 'to b at' output; do sleep 0.02; done
        kill -\(signal) $shuttle; wait $shuttle; echo "$moves $?"; cat error
        tail -1 output | cut -d' ' -f3-
        rm output error
      done
      """)
    #expect(
      said == """
         0
        ended after 0 moves
        --moves 1 1
        nemotop: stopped after 0 of 1 moves: start it again to go on
        ended after 0 moves

        """)
    #expect(host == "a")
  }

  @Test(
    .timeLimit(.minutes(1)), arguments: [(1, 0, "status 0"), (2, 1, "stopped after 1 of 2 moves")])
  func `an interruption lets a command's migration end`(
    moves: Int, status: Int, words: String
  ) async throws {
    let (said, host) = try await shell(
      """
      touch slow
      \(Self.exec) --every 50ms --moves \(moves) a b >output 2>error & shuttle=$!
      until [ -e begun ]; do sleep 0.02; done
      kill -INT $shuttle; wait $shuttle; echo "status $?"; cat error
      grep -o 'move 1: on b, took' output; grep -o 'ended after.*' output
      """)
    let lines = said.split(separator: "\n")
    #expect(lines.first == "status \(status)")
    #expect(said.contains(words))
    #expect(lines.suffix(2) == ["move 1: on b, took", "ended after 1 move"])
    #expect(lines.count == (status == 0 ? 3 : 4), "\(said)")
    #expect(host == "b")
  }

  @Test(.timeLimit(.minutes(1))) func `a second interruption ends it at once`() async throws {
    let (said, _) = try await shell(
      """
      nemotop shuttle --driver exec --guest g --locate-command 'cat at' --every 50ms --moves 1 \
        --migrate-command 'echo $$ >begun.new; mv begun.new begun; exec sleep 600' a b >output 2>error & shuttle=$!
      until [ -e begun ]; do sleep 0.02; done
      kill -INT $shuttle; sleep 0.3; kill -INT $shuttle; wait $shuttle; echo $?; cat error
      kill $(cat begun)
      """)
    #expect(said == "1\nnemotop: interrupted twice: a migration may go on without it\n")
  }

  @Test(.timeLimit(.minutes(1))) func `a hook that fails is the move's failure`() async throws {
    let (said, host) = try await shell(
      """
      \(Self.exec) --every 50ms --moves 1 --before-command 'echo "{to} is full" >&2; exit 4' a b >output
      echo $?; [ -e begun ] || echo 'not begun'
      """)
    let lines = said.split(separator: "\n")
    #expect(
      lines.count == 3 && lines.first?.hasSuffix("b is full; the guest is on a") == true, "\(said)")
    #expect(lines.suffix(2) == ["1", "not begun"])
    #expect(host == "a")
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(1)))
  func `each move is marked before and after, here and on other hosts`() async throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("at", "a")
    let ssh = try folder.file(
      "ssh", "#!/bin/sh\nprintf '%s\\n' \"$*\" >>calls; [ \"$4\" != far ]\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: ssh)
    let run = try await PrivateWorldShell.run(
      """
      cd '\(folder.path)'; ip link set lo up; export XDG_RUNTIME_DIR=$PWD; PATH=$PWD:$PATH
      nemotop log here=lo --csv log >/dev/null & log=$!
      until nemotop mark ready >/dev/null 2>&1; do sleep 0.05; done
      \(Self.exec) --every 50ms --moves 2 --mark-on cn --mark-on far a b >output; echo "status $?"
      nemotop mark end; kill -INT $log; wait $log
      """)
    #expect(run.output.contains("status 0"), "\(run.error)")
    let marks = try table(folder.path + "/log/marks.csv").filter { $0["kind"] == "user" }
      .compactMap { $0["detail"] }
    #expect(marks.first?.contains("ready") == true && marks.last?.contains("end") == true)
    let words = [
      "move 1: a > b, begins", "move 1: on b, took", "move 2: b > a, begins", "move 2: on a, took",
    ]
    let own = marks.filter { $0.contains("move ") }
    #expect(own.count == 4)
    for (mark, words) in zip(own, words) { #expect(mark.contains(words), "\(own)") }

    let calls = try String(contentsOfFile: folder.path + "/calls", encoding: .utf8)
      .split(separator: "\n")
    for host in ["cn", "far"] {
      let lines = calls.filter { $0.hasPrefix("-o BatchMode=yes -- \(host) nemotop mark 'move ") }
      #expect(lines.count == 4)
      for (line, words) in zip(lines, words) { #expect(line.contains(words), "\(lines)") }
    }
    // A mark that cannot be put down is told, and stops nothing.
    #expect(run.complaints.filter { $0.contains("no mark on far: ") }.count == 4, "\(run.error)")
    #expect(!run.error.contains("no mark on cn"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(1)))
  func `the namespace driver moves the guest of a laboratory`() async throws {
    let run = try await PrivateWorldShell.run(
      """
      shuttle() { nemotop shuttle --driver namespace --guest vif0 --bridge br0 --every 50ms "$@"; }
      nemotop lab up --topology bridged >/dev/null
      shuttle --moves 3 nemotop-xen1 nemotop-xen2 | grep -c took
      nemotop lab status | grep '^guest on'
      ip -n nemotop-xen2 -o link show vif0 | grep -o 'master br0'
      shuttle --moves 1 nemotop-xen2 absent; echo $?
      shuttle --moves 1 nemotop-xen1 nemotop-ha; echo $?
      nemotop lab status | grep '^guest on'
      nemotop lab down >/dev/null
      """)
    #expect(run.output == "3\nguest on: xen2\nmaster br0\n1\n1\nguest on: xen2\n", "\(run.error)")
    #expect(run.complaints.count == 2)
    #expect(run.complaints.first?.contains("absent") == true)
    #expect(run.complaints.last?.contains("vif0 is on none of the hosts") == true)
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(1)))
  func
    `a move is over when the bridge forwards for the guest, also where it looks for loops first`()
    async throws
  {
    let run = try await PrivateWorldShell.run(
      """
      for host in a b; do
        ip netns add $host
        ip -n $host link add br0 type bridge stp_state 1 forward_delay 200
        ip -n $host link set br0 up
      done
      ip -n a link add vif0 type veth peer name other; ip -n a link set other up
      ip -n a link set vif0 master br0 up
      state() { ip -n b -d link show vif0 | grep -o 'bridge_slave state [a-z]*'; }
      shuttle() { nemotop shuttle --driver namespace --guest vif0 --bridge br0 --every 50ms --moves 1 "$@"; }
      shuttle a b >/dev/null; echo $?; state
      ip -n b link set vif0 netns a; ip -n a link set vif0 master br0 up
      shuttle --timeout 1s a b >/dev/null; echo $?; state
      """)
    #expect(
      run.output == "0\nbridge_slave state forwarding\n1\nbridge_slave state listening\n",
      "\(run.error)")
    #expect(
      run.error.contains("the bridge there does not forward for vif0; the guest is on b"),
      "\(run.error)")
  }
}
