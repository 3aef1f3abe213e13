import Foundation
import Lab
import LabTesting
import Testing

/// The laboratory by hand, as a user makes it.
@Suite(.serialized) struct LabCommandTests {
  /// Runs lines of a shell in a private world, with the programs in its path.
  private func shell(_ lines: String) async throws -> String {
    try await PrivateTestWorld.with { world in
      try await world.run(["sh", "-c", "PATH='\(Program.folder)':$PATH; exec 2>&1\n" + lines])
    }
  }

  @Test(
    .needsNamespaces,
    arguments: [("nemo", 5), ("bridged", 5), ("routed", 0), ("nat", 5)])
  func `each topology is made, moved about in, told and removed`(
    topology: String, heard: Int
  ) async throws {
    let said = try await shell(
      """
      heard() { nemotop lab exec cn awk '/Udp6NoPorts/ { print $2 }' /proc/net/snmp6; }
      send() {
        before=$(heard)
        nemotop lab exec guest python3 -c "
      import socket
      s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('2001:db8:42::10', 0))
      for i in range(5): s.sendto(b'x', ('2001:db8:cc::1', 9))"
        echo "heard $(( $(heard) - before ))"
      }
      nemotop lab up --topology \(topology) >up; echo "up $?"
      send
      nemotop lab move xen2; send
      nemotop lab status >status; echo "status $?"
      grep -E '^(guest on|bound to)' status; [ "$(grep ^topology: up)" = "$(grep ^topology: status)" ] && grep -o '^topology: [a-z]*' up
      grep -c packets$ status
      nemotop lab move xen2; nemotop lab move xen1; send
      nemotop lab down >down; echo "down $?"; ip netns list
      rm up status down
      """)
    #expect(
      said == """
        up 0
        heard 5
        guest: xen1 > xen2
        heard \(heard)
        status 0
        guest on: xen2
        \(topology == "nemo" ? "bound to: xen2 2001:db8:2::1\n" : "")topology: \(topology)
        7
        guest: on xen2 already
        guest: xen2 > xen1
        heard 5
        down 0

        """)
  }

  @Test(.needsNamespaces) func `what cannot be done is told in one line`() async throws {
    let said = try await shell(
      """
      nemotop lab status; echo $?
      nemotop lab up --topology bridged >/dev/null; nemotop lab up; echo $?
      nemotop lab up --topology star 2>&1 | head -1
      nemotop lab move xen3 2>&1 | head -1
      """)
    let lines = said.split(separator: "\n")
    #expect(lines.count == 6, "\(said)")
    #expect(lines[0].contains("make the network with `nemotop lab up`"))
    #expect(lines[1] == "1" && lines[3] == "1")
    #expect(lines[2].contains("remove it with `nemotop lab down`"))
    #expect(lines[4].contains("star"))
    #expect(lines[5].contains("xen3"))
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(1)))
  func `an interruption leaves a whole network, or none`() async throws {
    let said = try await shell(
      """
      for delay in $(seq 0 10 200); do
        nemotop lab up >/dev/null 2>error & up=$!
        sleep $(printf 0.%03d $delay); kill -TERM $up 2>/dev/null; wait $up; echo "$? $(ip netns list | wc -l) $(cat error)"
        nemotop lab down >/dev/null 2>&1
      done
      nemotop lab up >/dev/null
      nemotop lab move xen2 >/dev/null & move=$!
      until [ -z "$(ip -n nemotop-xen1 -o link show vif0 2>/dev/null)" ]; do :; done
      kill -TERM $move; wait $move; echo "moved $?"; nemotop lab status | grep '^guest on'
      nemotop lab down >/dev/null & down=$!
      sleep 0.02; kill -TERM $down 2>/dev/null; wait $down; ip netns list | wc -l
      rm error
      """)
    // The shell tells of those that a signal ended.
    let lines = said.split(separator: "\n").map(String.init).filter { $0 != "Terminated" }
    #expect(lines.dropLast().suffix(2) == ["moved 0", "guest on: xen2"], "\(said)")
    #expect(["0", "6"].contains(lines.last), "\(said)")
    let ends: Set = [
      // It was made before, it was interrupted, or it had not begun.
      "0 6 ", "1 0 nemotop: interrupted: the network is removed again", "143 0 ",
    ]
    #expect(Set(lines.dropLast(3)).isSubset(of: ends), "\(said)")
    #expect(lines.count == 24)
  }

  private static let hasTunnelDevice = FileManager.default.fileExists(atPath: "/dev/net/tun")

  @Test(.needsNamespaces, .enabled("needs /dev/net/tun") { hasTunnelDevice })
  func `a device that may not be opened is told`() async throws {
    let said = try await shell(
      """
      mount --bind /dev/net/tun /dev/net/tun && mount -o remount,bind,nodev /dev/net/tun
      nemotop demo --text --moves 1 --fault delay:1ms >out; echo $?; cat out; rm out
      ip netns list
      """)
    #expect(
      said
        == "nemotop: making the device eth0 by /dev/net/tun: Permission denied: run it as root\n1\n"
    )
  }
}
