import Foundation
import LabTesting
import Testing

private enum OrdinaryUser {
  /// Runs a shell's line as nobody.
  static func run(_ line: String) async throws -> Program.Result {
    try await Program.run([
      "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c",
      "export PATH='\(Program.folder)':$PATH HOME=/nonexistent XDG_RUNTIME_DIR=; \(line)",
    ])
  }
}

/// Laboratory, daemons and demo without any right of root's: in a user namespace of an ordinary user's.
@Suite(
  .serialized,
  .enabled(
    "needs a user that may have user namespaces and read this build: run as root, with setpriv"
  ) {
    try await OrdinaryUser.run("test -x '\(Program.nemotop)' && unshare -Urnm true").status
      == 0
  })
struct OrdinaryUserTests {
  /// Runs lines of bash in a user namespace, where names of network namespaces have a place.
  private func inUserNamespace(
    _ lines: String, of folder: TemporaryFolder
  ) async throws -> Program.Result {
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    let script = try folder.file(
      "lines.sh",
      "mount -t tmpfs tmpfs /run && mkdir /run/netns && cd '\(folder.path)' || exit\n" + lines)
    return try await OrdinaryUser.run("exec unshare -Urnm bash '\(script)'")
  }

  @Test(.timeLimit(.minutes(1)))
  func `the laboratory comes up, moves its guest, and goes`() async throws {
    let run = try await inUserNamespace(
      """
      nemotop lab up | head -n 1
      heard() { nemotop lab exec cn awk '/Udp6NoPorts/ { print $2 }' /proc/net/snmp6; }
      send() {
        before=$(heard)
        nemotop lab exec guest nemotop-send -q --count 20 --rate 1k '[2001:db8:cc::1]:9'
        sleep 0.2; echo $(( $(heard) - before ))
      }
      send; nemotop lab move xen2; send
      nemotop lab status | grep -E '^(guest on|bound to)'
      nemotop lab down >/dev/null; ls /run/netns
      """, of: try TemporaryFolder())
    #expect(
      run.output == """
        up: nemotop-guest nemotop-xen1 nemotop-xen2 nemotop-inet nemotop-ha nemotop-cn
        20
        guest: xen1 > xen2
        20
        guest on: xen2
        bound to: xen2 2001:db8:2::1

        """, "\(run.error)")
  }

  @Test(.timeLimit(.minutes(1)))
  func `the daemons serve a guest from server to server`() async throws {
    let network = try DaemonNetwork()
    let run = try await inUserNamespace(
      "(\n" + ServerNetwork.script + "\n)\n" + DaemonNetwork.functions + """
        state ha > ha.before
        agent > ha.log & ha=$!; router xen1 > xen1.log & xen1=$!; router xen2 > xen2.log & xen2=$!
        is up 'answer && told xen2 >/dev/null 2>&1'
        arrive xen1; delivers 'through xen1'
        ip -n xen1 link set vif0 netns xen2; ip -n xen2 link set vif0 master br0 up
        arrive xen2; leave xen1; delivers 'through xen2'
        kill $ha $xen1 $xen2; wait $ha; echo "ha $?"; wait $xen1; echo "xen1 $?"; wait $xen2; echo "xen2 $?"
        state ha | diff ha.before - && echo 'ha as before'
        """, of: network.folder)
    #expect(
      run.output == """
        up
        through xen1
        through xen2
        ha 0
        xen1 0
        xen2 0
        ha as before

        """, "\(run.error)")
  }

  @Test(.timeLimit(.minutes(2))) func `the demo makes a user namespace by itself`() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    let run = try await OrdinaryUser.run(
      "exec nemotop demo --text --moves 2 --every 2s --rate 200 --hold --arrival noticed --out '\(folder.path)/out'"
    )
    #expect(run.status == 0, "\(run.error)")
    let moves = try table(folder.path + "/out/moves.csv")
    #expect(moves.map { $0["to_point"] } == ["xen2", "xen1"])
    #expect(moves.allSatisfy { $0["lost"] == "0" && $0["binding_ack"] != "" }, "\(moves)")
  }
}
