import Foundation
import Lab
import LabTesting
import Router
import Synchronization
import Testing
import Wire

extension Trait where Self == ConditionTrait {
  /// Only where the machine allows namespaces that this process may enter.
  static var needsNamespaces: Self {
    .enabled("needs network namespaces and nft: run as root, with nftables") {
      guard geteuid() == 0 else { return false }
      return await PrivateTestWorld.isAvailable()
    }
  }
}

/// A guest between two servers, a home agent and a correspondent node, with bare forwarding between them.
struct Network {
  let world: World

  static func up(in world: World) async throws -> Network {
    _ = try await world.run(["sh", "-c", ServerNetwork.script])
    return Network(world: world)
  }

  /// The guest's interface goes from the first server to the second.
  func move() async throws {
    _ = try await world.run(["ip", "-n", "xen1", "link", "set", "vif0", "netns", "xen2"])
    _ = try await world.run(["ip", "-n", "xen2", "link", "set", "vif0", "master", "br0", "up"])
    try await world.waitUntilForwarding(
      to: World.Interface("vif0", in: "xen2"), from: World.Interface("eth0", in: "guest"))
  }

  /// Sends datagrams from one node to another, and counts those that came.
  ///
  /// - Parameter expected: For how many of them it waits, for up to ten seconds: those that a router holds are under
  ///   way when the last one is sent.
  func deliver(
    _ count: Int, from node: String = "guest", source: String = "2001:db8:42::10",
    to receiver: String = "cn", destination: String = "2001:db8:cc::1", awaiting expected: Int = 0
  ) async throws -> Int {
    let before = try await heard(by: receiver)
    let script = """
      import socket
      s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
      s.bind(('\(source)', 0))
      for i in range(\(count)):
          s.sendto(b'datagram', ('\(destination)', 9))
      """
    _ = try await world.run(["python3", "-c", script], in: node)
    let end = ContinuousClock.now + .seconds(10)
    while try await heard(by: receiver) - before < expected, ContinuousClock.now < end {
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await heard(by: receiver) - before
  }

  /// The ends of a tunnel and of what goes through it.
  struct Ends {
    var outer: (source: String, destination: String)
    var inner: (source: String, destination: String)
  }

  /// Sends five datagrams through a tunnel that the sender makes up, and counts those that came.
  ///
  /// - Parameter headers: The numbers of the extension headers before the inner packet, in hexadecimal.
  func forge(
    _ ends: Ends, behind headers: String, at node: String, to receiver: String
  ) async throws -> Int {
    let before = try await heard(by: receiver)
    let script = """
      import socket, struct
      end = lambda a: socket.inet_pton(socket.AF_INET6, a)
      near, far = '\(ends.outer.source)', '\(ends.outer.destination)'
      def checksum(source, destination, udp):
          data = source + destination + struct.pack('!II', len(udp), 17) + udp
          total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
          while total >> 16: total = (total & 0xffff) + (total >> 16)
          return ~total & 0xffff
      inner, peer = end('\(ends.inner.source)'), end('\(ends.inner.destination)')
      udp = struct.pack('!HHHH', 5, 9, 12, 0) + b'abcd'
      udp = udp[:6] + struct.pack('!H', checksum(inner, peer, udp)) + udp[8:]
      packet = struct.pack('!IHBB', 6 << 28, len(udp), 17, 64) + inner + peer + udp
      number = 41
      for header in reversed(bytes.fromhex('\(headers)')):
          body = {
              0x3c: bytes([number, 0, 1, 4, 0, 0, 0, 0]),
              0x00: bytes([number, 0, 1, 4, 0, 0, 0, 0]),
              0x2b: bytes([number, 2, 4, 0, 0, 0, 0, 0]) + end(far),
              0x33: bytes([number, 4, 0, 0, 0, 0, 1, 0]) + bytes(16),
              0x2c: bytes([number, 0, 0, 0, 0, 0, 0, 7]),
          }[header]
          packet, number = body + packet, header
      s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
      for turn in range(5):
          outer = struct.pack('!IHBB', 6 << 28, len(packet), number, 64)
          s.sendto(outer + end(near) + end(far) + packet, (far, 0))
      """
    _ = try await world.run(["python3", "-c", script], in: node)
    return try await heard(by: receiver) - before
  }

  private func heard(by node: String) async throws -> Int {
    let text = try await world.run(["cat", "/proc/net/snmp6"], in: node)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Udp6NoPorts") }
    return try #require(line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
  }

  /// All that a node's kernel knows of ways.
  func state(of node: String) async throws -> String {
    var text = ""
    for command in [["ip", "-6", "rule"], ["ip", "-6", "route", "show", "table", "all"]] {
      text += try await world.run(command, in: node)
    }
    return try await text + world.run(["nft", "list", "ruleset"], in: node)
  }

  static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  static func prefix(_ text: String) throws -> BindingMessage.Prefix {
    BindingMessage.Prefix(address: try address(text), length: 64)
  }
}

/// A plane that the test holds, opened in a node.
final class Held<Plane>: Sendable {
  let plane: Mutex<Plane>

  init(_ plane: sending Plane) {
    self.plane = Mutex(plane)
  }
}

extension Network {
  static let prefixes = ["2001:db8:42::", "2001:db8:43::"]

  func homeAgent() async throws -> Held<HomeAgentPlane> {
    try await world.namespace("ha").run {
      Held(
        try HomeAgentPlane(
          address: try Self.address("2001:db8:aa::1"), interface: "eth0",
          prefixes: try Self.prefixes.map(Self.prefix)))
    }
  }

  func mobileRouter(_ number: Int) async throws -> Held<MobileRouterPlane> {
    try await world.namespace("xen\(number)").run {
      Held(
        try MobileRouterPlane(
          careOfAddress: try Self.address("2001:db8:\(number)::1"),
          homeAgent: try Self.address("2001:db8:aa::1"), interface: "eth0", bridge: "br0"))
    }
  }
}
