import Foundation
import Lab
import LabTesting
import Synchronization
import Testing
import Wire

@testable import Router

struct GuestSightingTests {
  private let guest = HardwareAddress(bits: 0x0200_0000_0010)

  private func packet(
    from source: String, next: IPProtocol, hopLimit: UInt8 = 255, _ payload: [UInt8]
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    IPv6Header(
      payloadLength: UInt16(payload.count), nextHeader: next, hopLimit: hopLimit,
      source: try Network.address(source), destination: try Network.address("ff02::2")
    ).serialize(into: &bytes)
    return bytes + payload
  }

  private func sighting(
    _ packet: [UInt8], trafficOf prefixes: [BindingMessage.Prefix] = []
  ) -> GuestSighting? {
    GuestSighting(
      parsing: packet, byteCount: packet.count, etherType: .ipv6, from: guest,
      trafficOf: prefixes, at: Timestamp(nanoseconds: 5))
  }

  /// ICMPv6 with a target address where the message has one.
  private func solicitation(_ type: UInt8, target: String?) throws -> [UInt8] {
    var bytes: [UInt8] = [type, 0, 0, 0, 0, 0, 0, 0]
    if let target { bytes.append(try Network.address(target)) }
    return bytes
  }

  @Test func `a guest that looks whether its address is free has it`() throws {
    let asking = try packet(
      from: "::", next: .icmp6, solicitation(135, target: "2001:db8:42::10"))
    let seen = sighting(asking)
    let sighting = try #require(seen)
    #expect(sighting.sign == .neighborDiscovery)
    #expect(sighting.address == IPAddress("2001:db8:42::10"))
    #expect(sighting.hardwareAddress == guest)
    #expect(sighting.time == Timestamp(nanoseconds: 5))
  }

  @Test func `one that has an address asks with it`() throws {
    let asking = try packet(
      from: "2001:db8:42::10", next: .icmp6, solicitation(135, target: "fe80::1"))
    #expect(sighting(asking)?.address == IPAddress("2001:db8:42::10"))
    let router = try packet(from: "::", next: .icmp6, solicitation(133, target: nil))
    #expect(sighting(router)?.sign == .neighborDiscovery)
    #expect(sighting(router)?.hardwareAddress == guest)
    #expect(sighting(router)?.address == nil)
  }

  @Test func `from beyond the link it is no sign`() throws {
    let asking = try packet(
      from: "2001:db8:42::10", next: .icmp6, hopLimit: 254, solicitation(135, target: "fe80::1"))
    #expect(sighting(asking) == nil)
  }

  @Test(arguments: [0, 31, 32, 33, 63, 64, 65, 127, 128])
  func `a prefix holds what has its bits`(length: Int) throws {
    let address = try Network.address("2001:db8:42:abcd:8421:1248:aaaa:5555")
    let prefix = BindingMessage.Prefix(address: address, length: UInt8(length))
    for bit in 0..<128 {
      let other = IPAddress(
        high: address.high ^ (bit < 64 ? 1 << UInt64(63 - bit) : 0),
        low: address.low ^ (bit < 64 ? 0 : 1 << UInt64(127 - bit)))
      #expect(prefix.contains(other) == (bit >= length))
    }
    #expect(prefix.contains(address))
    #expect(!prefix.contains(IPAddress(ipv4: 1)))
  }

  @Test func `packets that were cut trap nothing and tell nothing`() throws {
    let asking = try packet(
      from: "::", next: .icmp6, solicitation(135, target: "2001:db8:42::10"))
    for length in 0..<asking.count {
      #expect(
        GuestSighting(
          parsing: Array(asking[..<length]), byteCount: asking.count, etherType: .ipv6,
          from: guest, trafficOf: [], at: .now) == nil)
    }
  }
}

@Suite(.needsNamespaces) struct GuestWatchTests {
  private func watch(in world: World) async throws -> Held<GuestWatch> {
    try await world.namespace("xen1").run { Held(try GuestWatch(bridge: "br0")) }
  }

  /// All signs that have come.
  private func signs(_ watch: Held<GuestWatch>) throws -> [GuestSighting] {
    try watch.plane.withLock { watch in
      var all: [GuestSighting] = []
      while let sighting = try watch.receive() { all.append(sighting) }
      return all
    }
  }

  /// Sends frames from the guest, each as hexadecimal digits from the destination's address on.
  private func send(_ frames: [String], in world: World) async throws {
    let script = """
      import socket
      s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
      s.bind(('eth0', 0))
      for frame in '\(frames.joined(separator: ","))'.split(','):
          s.send(bytes.fromhex(frame))
      """
    _ = try await world.run(["python3", "-c", script], in: "guest")
  }

  private static let guest = "020000000010"

  private static func arp(_ type: String, operation: String, own: String, other: String) -> String {
    "ffffffffffff" + guest + type + "0001080006040" + operation + guest + own + guest + other
  }

  @Test func `announcements are seen, and other frames are not`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let watch = try await watch(in: world)
      _ = try signs(watch)
      // Traffic is no sign unless it is asked for, and neither is an ordinary question.
      #expect(
        try await network.deliver(50, to: "xen1", destination: "2001:db8:1::1") == 50)
      try await send(
        [
          Self.arp("0806", operation: "001", own: "0a000001", other: "0a000002"),
          Self.arp("8035", operation: "003", own: "00000000", other: "00000000"),
          Self.arp("0806", operation: "001", own: "0a000001", other: "0a000001"),
          Self.arp("0800", operation: "001", own: "0a000001", other: "0a000001"),
        ], in: world)
      let seen = try signs(watch).filter { sighting in
        if case .announcement = sighting.sign { true } else { false }
      }
      let address = HardwareAddress(bits: 0x0200_0000_0010)
      #expect(
        seen.map(\.sign) == [
          .announcement(Announcement(form: .reverseARP, hardwareAddress: address)),
          .announcement(
            Announcement(
              form: .requestARP, hardwareAddress: address,
              address: try Network.address("10.0.0.1"))),
        ])
      #expect(seen.allSatisfy { $0.hardwareAddress == address })
      #expect(try signs(watch).allSatisfy { $0.sign != .traffic })
    }
  }

  @Test func `the first packet is a sign, and those after it wake nobody`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let watch = try await watch(in: world)
      let prefix = try Network.prefix("2001:db8:42::")
      let deliver = { (count: Int, source: String) in
        try await network.deliver(
          count, source: source, to: "xen1", destination: "2001:db8:1::1")
      }
      try watch.plane.withLock { try $0.watchTraffic(of: [prefix]) }
      _ = try signs(watch)
      let before = Timestamp.now
      #expect(try await deliver(10, "2001:db8:42::10") == 10)
      #expect(try await deliver(10, "2001:db8:43::10") == 10)
      let seen = try signs(watch).filter { $0.sign == .traffic }
      #expect(seen.count == 10)
      for sighting in seen {
        #expect(sighting.address == IPAddress("2001:db8:42::10"))
        #expect(sighting.hardwareAddress == HardwareAddress(bits: 0x0200_0000_0010))
        #expect(sighting.time >= before && sighting.time <= .now)
      }
      // What is there already is none any more, and nothing comes.
      #expect(try await deliver(10, "2001:db8:42::10") == 10)
      try watch.plane.withLock { try $0.stopWatchingTraffic() }
      #expect(try signs(watch).allSatisfy { $0.sign != .traffic })
      #expect(try await deliver(1000, "2001:db8:42::10") == 1000)
      let poller = try Poller()
      let descriptor = watch.plane.withLock(\.fileDescriptor)
      for sighting in try signs(watch) { #expect(sighting.sign != .traffic) }
      #expect(poller.wait(for: [descriptor], timeout: .zero).isEmpty)
      // It can be taken up again, for several prefixes and for one of any length.
      let host = BindingMessage.Prefix(
        address: try Network.address("2001:db8:43::10"), length: 128)
      let wide = BindingMessage.Prefix(address: try Network.address("2001:db8:40::"), length: 47)
      try watch.plane.withLock { try $0.watchTraffic(of: [wide, host]) }
      #expect(try await deliver(3, "2001:db8:42::10") == 3)
      #expect(try await deliver(4, "2001:db8:43::10") == 4)
      let again = try signs(watch).filter { $0.sign == .traffic }.map(\.address)
      #expect(again == [IPAddress?](repeating: try Network.address("2001:db8:43::10"), count: 4))
    }
  }

  @Test func `a guest whose link comes up is noticed without any traffic`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      let watch = try await watch(in: world)
      _ = try signs(watch)
      _ = try await world.run(
        ["sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/eth0/accept_dad"], in: "guest")
      _ = try await world.run(
        ["ip", "-n", "guest", "addr", "add", "2001:db8:42::98/64", "dev", "eth0"])
      var seen: [GuestSighting] = []
      for _ in 0..<300 where !seen.contains(where: { $0.sign == .neighborDiscovery }) {
        seen += try signs(watch)
        try await Task.sleep(for: .milliseconds(10))
      }
      _ = try await world.run(
        [
          "python3", "-c",
          """
          import socket, struct, time
          s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
          group = socket.inet_pton(socket.AF_INET6, 'ff02::4242')
          index = socket.if_nametoindex('eth0')
          s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + struct.pack('@I', index))
          time.sleep(1.5)
          """,
        ], in: "guest")
      seen += try signs(watch)
      #expect(seen.contains { $0.sign == .listenerReport }, "\(seen)")
      let addresses = seen.filter { $0.sign == .neighborDiscovery }.map(\.address)
      #expect(addresses.contains(try Network.address("2001:db8:42::98")), "\(seen)")
    }
  }

  @Test func `a bridge that is not there is named`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      await #expect(throws: RouterError.noSuchInterface("br9")) {
        try await world.namespace("xen1").run { _ = try GuestWatch(bridge: "br9") }
      }
    }
  }
}
