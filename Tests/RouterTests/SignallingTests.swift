import Foundation
import Lab
import LabTesting
import Router
import Synchronization
import Testing
import Wire

@Suite(.needsNamespaces) struct SignallingTests {
  private func socket(in node: String, of world: World) async throws -> Held<SignallingSocket> {
    try await world.namespace(node).run { Held(try SignallingSocket(interface: "eth0")) }
  }

  /// The next message of a socket, for five seconds at the most.
  private func next(_ socket: Held<SignallingSocket>) async throws -> SignallingSocket.Arrival {
    for _ in 0..<500 {
      if let arrival = try socket.plane.withLock({ try $0.receive() }) { return arrival }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Silence()
  }

  private struct Silence: Error {}

  /// How many errors of a kind a node's kernel sent.
  private func parameterProblems(of node: String, in world: World) async throws -> String? {
    try await world.run(["cat", "/proc/net/snmp6"], in: node).split(separator: "\n")
      .first { $0.hasPrefix("Icmp6OutParmProblems") }?
      .split(whereSeparator: \.isWhitespace).last.map(String.init)
  }

  @Test func `an Update and its Acknowledgement cross the network`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      // Their filters keep the kernels from answering for themselves.
      let agentPlane = try await network.homeAgent()
      let routerPlane = try await network.mobileRouter(1)
      defer { withExtendedLifetime((agentPlane, routerPlane)) {} }
      let agent = try await socket(in: "ha", of: world)
      let router = try await socket(in: "xen1", of: world)
      var update = BindingMessage(
        kind: .update, source: try Network.address("2001:db8:1::1"),
        destination: try Network.address("2001:db8:aa::1"), sequence: 7, flags: 0xc400,
        lifetime: 15, homeAddress: try Network.address("2001:db8:42::1"),
        alternateCareOfAddress: try Network.address("2001:db8:1::1"),
        prefixes: [try Network.prefix("2001:db8:42::")])
      let before = Timestamp.now
      try router.plane.withLock { try $0.send(update) }
      let arrival = try await next(agent)
      update.checksumIsRight = true
      #expect(arrival.message == update)
      #expect(arrival.time >= before && arrival.time <= .now)
      var answer = BindingMessage(
        kind: .acknowledgement, source: update.destination, destination: update.source,
        sequence: 7, flags: 0x40, lifetime: 15, status: 0, homeAddress: update.homeAddress)
      try agent.plane.withLock { try $0.send(answer) }
      answer.checksumIsRight = true
      #expect(try await next(router).message == answer)
      // What a host sends it does not take for something that came.
      #expect(try agent.plane.withLock { try $0.receive() } == nil)
      #expect(try router.plane.withLock { try $0.receive() } == nil)
      for node in ["ha", "xen1"] {
        #expect(try await parameterProblems(of: node, in: world) == "0")
      }
    }
  }

  @Test func `other traffic is no signalling, and broken signalling is passed over`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let agent = try await socket(in: "ha", of: world)
      #expect(
        try await network.deliver(
          20, from: "cn", source: "2001:db8:cc::1", to: "ha", destination: "2001:db8:aa::1") == 20)
      let script = """
        import socket, os
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 255)
        head = bytes.fromhex('60000000') + (16).to_bytes(2, 'big')
        ends = socket.inet_pton(socket.AF_INET6, '2001:db8:1::1') + socket.inet_pton(socket.AF_INET6, '2001:db8:aa::1')
        for header in (135, 60, 43):
            for length in range(16):
                s.sendto(head + bytes([header, 64]) + ends + os.urandom(16), ('2001:db8:aa::1', 0))
        """
      _ = try await world.run(["python3", "-c", script], in: "xen1")
      var update = BindingMessage(
        kind: .update, source: try Network.address("2001:db8:1::1"),
        destination: try Network.address("2001:db8:aa::1"), sequence: 9, flags: 0xc400,
        lifetime: 15, homeAddress: try Network.address("2001:db8:42::1"))
      let router = try await socket(in: "xen1", of: world)
      try router.plane.withLock { try $0.send(update) }
      update.checksumIsRight = true
      // What looks like a message by chance has no right checksum.
      var arrival = try await next(agent)
      while arrival.message.checksumIsRight != true { arrival = try await next(agent) }
      #expect(arrival.message == update)
    }
  }
}
