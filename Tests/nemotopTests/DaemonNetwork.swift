import Foundation
import Lab
import LabTesting

/// A folder with the configurations of a home agent and two mobile routers (`ha.yaml`, `xen1.yaml`, `xen2.yaml`), and
/// a network for them in which a shell runs.
struct DaemonNetwork {
  let folder: TemporaryFolder

  /// - Parameter lines: further ones of the mobile routers' configurations.
  init(_ lines: String = "") throws {
    folder = try TemporaryFolder()
    let guest = "guests: [{home-address: 2001:db8:42::1, prefixes: [2001:db8:42::/64]}]\n"
    _ = try folder.file("ha.yaml", "address: 2001:db8:aa::1\ninterface: eth0\n" + guest)
    for number in [1, 2] {
      _ = try folder.file(
        "xen\(number).yaml",
        """
        care-of-address: 2001:db8:\(number)::1
        home-agent: 2001:db8:aa::1
        interface: eth0
        bridge: br0
        watch: false
        \(lines)
        \(guest)
        """)
    }
  }

  /// `state NODE`: what its kernel knows of ways; `is WORDS CONDITION`: waits for it, and says the words; `heard`: the
  /// datagrams that came to the correspondent node; `send`: five from the guest; `delivers WORDS`: sends until all five
  /// come, and says the words; `told NODE`: a mobile router's status; `agent`, `router NODE`: starts a daemon;
  /// `answer`: whether the home agent and the first router do, as they do once they are at work; `links`: the interfaces
  /// of the daemons' nodes, but the guest's.
  static let functions = """
    state() { ip netns exec $1 sh -c 'ip -6 rule; ip -6 route show table all; nft list ruleset'; }
    is() { for try in $(seq 200); do eval "$2" && { echo "$1"; return; }; sleep 0.05; done; echo "not $1"; }
    heard() { ip netns exec cn awk '/Udp6NoPorts/ { print $2 }' /proc/net/snmp6; }
    send() {
      ip netns exec guest nemotop-send --quiet --count 5 --rate 1k --source 2001:db8:42::10 '[2001:db8:cc::1]:9'
    }
    five() { before=$(heard); send; sleep 0.05; [ $(( $(heard) - before )) = 5 ]; }
    delivers() { is "$1" five; }
    told() { nemotop mobile-router status --control $1.sock; }
    agent() { exec ip netns exec ha nemotop home-agent run ha.yaml --control ha.sock; }
    router() { exec ip netns exec $1 nemotop mobile-router run $1.yaml --control $1.sock; }
    answer() { told xen1 && nemotop home-agent status --control ha.sock; } >/dev/null 2>&1
    arrive() { nemotop mobile-router arrive 2001:db8:42::1 --control $1.sock; }
    links() { for node in ha xen1 xen2; do ip -n $node -br link | grep -v ^vif0 | sed "s/^/$node /"; done; }
    leave() { nemotop mobile-router leave 2001:db8:42::1 --control $1.sock; }

    """

  /// What lines of bash write to their standard output.
  func run(_ lines: String) async throws -> String {
    let script = try folder.file("run.sh", "cd '\(folder.path)'\n" + Self.functions + lines)
    return try await PrivateTestWorld.with { world in
      _ = try await world.run(["sh", "-c", ServerNetwork.script])
      return try await world.run([
        "sh", "-c", "PATH='\(Program.folder)':$PATH exec bash '\(script)'",
      ])
    }
  }

  /// The same with Debian's kernel, which has ip6tnl, in a machine that is emulated.
  func runOnCloudKernel(_ lines: String) async throws -> String {
    let network = try folder.file("network.sh", ServerNetwork.script)
    let machine = KernelMachine(
      programs: [Program.nemotop, Program.sender], files: [folder.path])
    return try await machine.run(
      "bash '\(network)' && cd '\(folder.path)' || exit\n" + Self.functions + lines)
  }

  func content(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }
}
