import Foundation
import Lab
import LabTesting
import Testing

/// The daemons as users run them: processes, configurations, sockets and signals.
@Suite(.serialized) struct DaemonTests {
  /// The folder of the repository.
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  @Test(arguments: ["home-agent", "mobile-router"])
  func `the example is good`(daemon: String) async throws {
    let path = "\(Self.root)/Support/\(daemon).yaml"
    let check = try await Program.run(daemon, "check", path)
    #expect(check.output == "\(path) is good: 1 guest\n", "\(check.error)")
    #expect(try await Program.run(daemon, "run", "--check", path).status == 0)
  }

  @Test(arguments: [
    (["home-agent", "check", "/nonexistent"], "cannot read /nonexistent: No such file"),
    (["home-agent", "check", "/dev/null"], "it is no file"),
    (["home-agent", "status", "--control", "/nonexistent"], "start it, or name its socket"),
    (["mobile-router", "arrive", "::1", "--control", "/nonexistent"], "no daemon answers"),
    (["mobile-router", "run"], "config"), (["mobile-router", "leave"], "guest"),
    (["mobile-router", "arrive", "02:00"], "02:00:00:00:00:10"),
  ])
  func `what cannot be done is told in one line`(arguments: [String], words: String) async throws {
    let run = try await Program.run([Program.nemotop] + arguments)
    #expect(run.status != 0)
    #expect(run.complaints.count == 1 && run.error.contains(words), "\(run.error)")
  }

  private static let hasVerifier = FileManager.default.fileExists(
    atPath: "/usr/bin/systemd-analyze")

  @Test(
    .enabled("needs systemd-analyze") { hasVerifier }, arguments: ["home-agent", "mobile-router"])
  func `systemd takes the unit`(daemon: String) async throws {
    let folder = try TemporaryFolder()
    let unit = "\(Self.root)/Support/systemd/nemotop-\(daemon).service"
    let text = try String(contentsOfFile: unit, encoding: .utf8)
      .replacingOccurrences(of: "/usr/bin/nemotop", with: Program.nemotop)
    let path = try folder.file("nemotop-\(daemon).service", text)
    let run = try await Program.run(["/usr/bin/systemd-analyze", "verify", path])
    #expect(run.status == 0, "\(run.error)")
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `a guest is served from server to server, and nothing is left behind`() async throws {
    let network = try DaemonNetwork()
    _ = try network.folder.file(
      "xen2.yaml",
      try network.content("xen2.yaml").replacing(
        "42::/64]", with: "42::/64], hardware-address: 02:00:00:00:00:10"))
    let run = try await network.run(
      """
      state ha > ha.before; state xen2 > xen2.before
      export NOTIFY_SOCKET=$PWD/notify.sock
      python3 -c "
      import socket
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('notify.sock')
      for i in range(3): print(s.recv(100).decode(), flush=True)" > notified & ear=$!
      until [ -S notify.sock ]; do sleep 0.05; done
      agent > ha.log 2> ha.err & ha=$!
      router xen1 > xen1.log & xen1=$!
      router xen2 > xen2.log & xen2=$!
      wait $ear; sort -u notified
      ip netns exec ha nemotop home-agent run ha.yaml --control ha.sock 2> again.err; echo "second $?"
      ip netns exec ha nemotop home-agent run ha.yaml --control other.sock 2>> again.err
      arrive xen1
      is 'on xen1' 'told xen1 | grep -q registered'
      nemotop home-agent status --control ha.sock | grep -o 'bound  at [^ ]*'
      before=$(heard); send; echo "heard $(( $(heard) - before ))"
      ip -n xen1 link set vif0 netns xen2; ip -n xen2 link set vif0 master br0 up
      arrive xen2; leave xen1
      is 'on xen2' 'told xen2 | grep -q registered'
      before=$(heard); send; echo "heard $(( $(heard) - before ))"
      nemotop mobile-router arrive 2001:db8:99::1 --control xen2.sock 2> unknown.err; echo "unknown $?"
      nemotop mobile-router arrive 02:00:00:00:00:99 --control xen2.sock 2>> unknown.err; echo "unknown $?"
      nemotop mobile-router arrive 02:00:00:00:00:10 --control xen2.sock; echo "known $?"

      cp ha.yaml good.yaml; echo 'guests: 7' > ha.yaml; kill -HUP $ha
      is 'kept' 'grep -q reload-failed ha.log'
      nemotop home-agent status --control ha.sock | grep -o 'bound  at [^ ]*'
      sed 's/42::/43::/g' good.yaml > ha.yaml; kill -HUP $ha
      is 'removed' 'nemotop home-agent status --control ha.sock | grep -q "0 bound"'
      sed 's/42::/43::/g' xen2.yaml > other && mv other xen2.yaml; kill -HUP $xen2
      is 'other guest' 'told xen2 | grep -q "43::1  away"'
      nemotop mobile-router arrive 2001:db8:43::1 --control xen2.sock
      is 'added' 'told xen2 | grep -q registered'
      nemotop mobile-router leave 2001:db8:43::1 --for-good --control xen2.sock
      is 'given back' 'nemotop home-agent status --control ha.sock | grep -q "0 bound"'
      kill -TERM $ha; kill -INT $xen1; kill -TERM $xen2
      wait $ha; echo "ha $?"; wait $xen1; echo "xen1 $?"; wait $xen2; echo "xen2 $?"
      state ha | diff ha.before - && echo 'ha as before'
      for node in xen1 xen2; do
        state $node | grep -E 'lookup 780|table 780|proto 78|nemotop' || echo "$node clean"
      done
      ls *.sock
      """)
    #expect(
      run == """
        READY=1
        second 1
        on xen1
        bound  at 2001:db8:1::1
        heard 5
        on xen2
        heard 5
        unknown 1
        unknown 1
        known 0
        kept
        bound  at 2001:db8:2::1
        removed
        other guest
        added
        given back
        ha 0
        xen1 0
        xen2 0
        ha as before
        xen1 clean
        xen2 clean
        notify.sock

        """)
    let log = try network.content("xen1.log")
    for part in ["\"event\":\"arrived\"", "\"notice\":\"word\"", "\"event\":\"stopped\""] {
      #expect(log.contains(part), "\(log)")
    }
    let complaint = try network.content("ha.err")
    #expect(complaint.contains("the configuration stays as it was: ha.yaml:1:1:"), "\(complaint)")
    let again = try network.content("again.err")
    #expect(again.contains("answers at ha.sock already"), "\(again)")
    #expect(again.contains("at work in this network namespace already"), "\(again)")
  }
}
