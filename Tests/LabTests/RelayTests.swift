import Foundation
import LabTesting
import Testing

@testable import Lab

/// Two namespaces with a relay between them.
@Suite(
  .needsNamespaces,
  .enabled("needs root and /dev/net/tun") {
    geteuid() == 0 && FileManager.default.isWritableFile(atPath: "/dev/net/tun")
  })
struct RelayTests {
  private func relay(
    in world: World, _ characteristics: LinkCharacteristics
  ) async throws -> Relay {
    try await world.batch(["netns add a", "netns add b"])
    let relay = try await Relay(
      from: Relay.End(namespace: world.namespace("a"), interface: "eth0"),
      to: Relay.End(namespace: world.namespace("b"), interface: "eth0"), characteristics)
    for (node, address) in [("a", "2001:db8::a"), ("b", "2001:db8::b")] {
      try await world.batch(
        ["link set lo up", "link set eth0 up", "addr add \(address)/64 dev eth0 nodad"], in: node)
    }
    return relay
  }

  /// Sends datagrams from the first namespace in one burst, and counts those that come to a port of the second.
  private func deliver(_ count: Int, bytes: Int = 100, in world: World) async throws -> Int {
    let script = """
      import socket, subprocess, sys
      s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
      SO_RCVBUFFORCE = 33
      s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
      s.bind(('2001:db8::b', 9)); s.settimeout(2)
      sender = '''
      import socket
      s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
      for i in range(\(count)): s.sendto(bytes(\(bytes)), ('2001:db8::b', 9))
      '''
      subprocess.run(['nsenter', '--net=/run/netns/a', '--', sys.executable, '-c', sender], check=True)
      came = 0
      try:
          while came < \(count): s.recv(65536); came += 1
      except TimeoutError: pass
      print(came)
      """
    let said = try await world.run(["python3", "-c", script], in: "b")
    return try #require(Int(said.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  private func devices(of node: String, in world: World) async throws -> String {
    try await world.run(["ip", "-n", node, "-o", "link", "show"])
  }

  @Test func `a burst goes over a slow link whole`() async throws {
    try await PrivateTestWorld.with { world in
      let relay = try await relay(in: world, LinkCharacteristics(delay: .milliseconds(20)))
      for node in ["a", "b"] {
        #expect(try await devices(of: node, in: world).contains("qlen 10000"))
      }
      #expect(try await deliver(5000, in: world) == 5000)
      await relay.stop()
    }
  }

  @Test func `a narrow link drops what would wait too long`() async throws {
    try await PrivateTestWorld.with { world in
      // A frame takes 1.1 s, and none may wait.
      let relay = try await relay(
        in: world, LinkCharacteristics(bandwidth: 8_000, longestWait: .milliseconds(900)))
      #expect(try await deliver(100, bytes: 1000, in: world) < 100)
      await relay.stop()
    }
  }

  @Test func `devices are gone once it is stopped, and when it is let go`() async throws {
    try await PrivateTestWorld.with { world in
      var relay: Relay? = try await relay(in: world, LinkCharacteristics(delay: .seconds(10)))
      #expect(try await devices(of: "a", in: world).contains("eth0"))
      await relay?.stop()
      #expect(relay?.hasEnded == true)
      for node in ["a", "b"] {
        #expect(try await !devices(of: node, in: world).contains("eth0"))
      }
      await relay?.stop()
      relay = nil
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `it ends where one of its devices is removed`() async throws {
    try await PrivateTestWorld.with { world in
      let relay = try await relay(in: world, LinkCharacteristics())
      try await world.batch(["link del eth0"], in: "a")
      while !relay.hasEnded { try await Task.sleep(for: .milliseconds(10)) }
      await relay.stop()
      #expect(try await !devices(of: "b", in: world).contains("eth0"))
    }
  }

  @Test func `what keeps it from being made is told, and nothing is left`() async throws {
    try await PrivateTestWorld.with { world in
      try await world.batch(["netns add a", "netns add b"])
      try await world.batch(["link add eth0 type veth peer name other"], in: "b")
      await #expect(
        throws: LabError.commandFailed(
          command: "making the device eth0 by /dev/net/tun", reason: "Invalid argument")
      ) {
        try await Relay(
          from: Relay.End(namespace: world.namespace("a"), interface: "eth0"),
          to: Relay.End(namespace: world.namespace("b"), interface: "eth0"),
          LinkCharacteristics())
      }
      #expect(try await !devices(of: "a", in: world).contains("eth0"))
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a laboratory's links are gone with it`() async throws {
    try await PrivateTestWorld.with { world in
      let laboratory = try await Laboratory.up(
        in: world, serverLinks: LinkCharacteristics(delay: .milliseconds(1)))
      // They are under way when they are counted for the first time.
      while try await laboratory.deliver(10) == 0 {}
      try await laboratory.down()
      #expect(laboratory.relays.count == 2)
      #expect(laboratory.relays.allSatisfy { $0.hasEnded })
      #expect(try await world.run(["ip", "netns", "list"]).isEmpty)
    }
  }
}
