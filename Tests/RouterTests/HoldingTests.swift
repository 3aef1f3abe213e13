import Foundation
import Lab
import LabTesting
import Synchronization
import Testing
import Wire

@testable import Router

struct EncapsulationTests {
  @Test func `a packet is wrapped whole, with its class and its label`() throws {
    let ends = try ["2001:db8:1::1", "2001:db8:aa::1"].map(Network.address)
    var packet: [UInt8] = []
    IPv6Header(
      trafficClass: 0xb8, flowLabel: 0x12345, payloadLength: 3, nextHeader: .udp, hopLimit: 7,
      source: try Network.address("2001:db8:42::10"),
      destination: try Network.address("2001:db8:cc::1")
    ).serialize(into: &packet)
    packet += [1, 2, 3]
    let wrapped = try #require(encapsulate(packet, from: ends[0], to: ends[1]))
    #expect(Array(wrapped[40...]) == packet)
    #expect(
      IPv6Header(parsing: wrapped.rawSpan)
        == IPv6Header(
          trafficClass: 0xb8, flowLabel: 0x12345, payloadLength: 43, nextHeader: .ipv6,
          hopLimit: 64, source: ends[0], destination: ends[1]))
    for length in 0..<packet.count {
      #expect(encapsulate(Array(packet[..<length]), from: ends[0], to: ends[1]) == nil)
    }
    #expect(encapsulate(packet + [0], from: ends[0], to: ends[1]) == nil)
    packet[0] = 0x45
    #expect(encapsulate(packet, from: ends[0], to: ends[1]) == nil)
  }
}

@Suite(
  .needsNamespaces,
  .enabled("needs /dev/net/tun") {
    FileManager.default.isReadableFile(atPath: "/dev/net/tun")
  })
struct HoldingTests {
  /// The first server with a guest that is held, and the home agent.
  private struct Holding {
    let network: Network
    let agent: Held<HomeAgentPlane>
    let router: Held<MobileRouterPlane>
    let device: Held<HoldingDevice>
    let socket: Held<SignallingSocket>
    let prefix: BindingMessage.Prefix
    let careOf: IPAddress
    let home: IPAddress
  }

  private func holding(in world: World) async throws -> Holding {
    let network = try await Network.up(in: world)
    let holding = Holding(
      network: network, agent: try await network.homeAgent(),
      router: try await network.mobileRouter(1),
      device: try await world.namespace("xen1").run { Held(try HoldingDevice(name: "hold0")) },
      socket: try await world.namespace("xen1").run {
        Held(try SignallingSocket(interface: "eth0"))
      },
      prefix: try Network.prefix("2001:db8:42::"),
      careOf: try Network.address("2001:db8:1::1"), home: try Network.address("2001:db8:aa::1"))
    let interface = holding.device.plane.withLock(\.interface)
    try holding.router.plane.withLock { router in
      try router.attach([holding.prefix])
      try router.hold([holding.prefix], by: interface)
    }
    return holding
  }

  private func packets(_ device: Held<HoldingDevice>) throws -> [[UInt8]] {
    try device.plane.withLock { device in
      var all: [[UInt8]] = []
      while let packet = try device.read() { all.append(packet) }
      return all
    }
  }

  @Test func `what the guest sends before it is bound arrives when it is`() async throws {
    try await PrivateTestWorld.with { world in
      let holding = try await holding(in: world)
      let network = holding.network
      #expect(try await network.deliver(100) == 0)
      // Of another prefix nothing is held.
      #expect(try await network.deliver(5, source: "2001:db8:43::10") == 0)
      var held = HeldPackets()
      for packet in try packets(holding.device) { held.hold(packet, at: .zero) }
      #expect(held.count == 100)
      try holding.agent.plane.withLock { try $0.bind([holding.prefix], to: holding.careOf) }
      try holding.router.plane.withLock { try $0.openTunnel([holding.prefix]) }
      let before = try await heard(in: world)
      for packet in held.release(at: .zero) {
        let wrapped = try #require(encapsulate(packet, from: holding.careOf, to: holding.home))
        try holding.socket.plane.withLock { try $0.send(packet: wrapped, to: holding.home) }
      }
      #expect(try await arrived(100, after: before, in: world) == 100)
      #expect(held.drops == HeldPackets.Drops())
      // From now on the kernel wraps, and nothing comes to the device.
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      #expect(try packets(holding.device).isEmpty)
      // Back again, and the end of both.
      let interface = holding.device.plane.withLock(\.interface)
      try holding.router.plane.withLock { router in
        try router.hold([holding.prefix], by: interface)
      }
      #expect(try await network.deliver(3) == 0)
      #expect(try packets(holding.device).count == 3)
      try holding.router.plane.withLock { try $0.closeTunnel([holding.prefix]) }
      #expect(try await network.deliver(3) == 0)
      #expect(try packets(holding.device).isEmpty)
      let routes = try await world.run(
        ["ip", "-6", "route", "show", "table", "\(TunnelEnd.wrapping)"], in: "xen1")
      #expect(!routes.contains("2001:db8:42::"), "\(routes)")
    }
  }

  @Test func `the way is changed many times under traffic, and nothing is lost or bare`()
    async throws
  {
    try await PrivateTestWorld.with { world in
      let holding = try await holding(in: world)
      try holding.agent.plane.withLock { try $0.bind([holding.prefix], to: holding.careOf) }
      _ = try await world.run(
        ["nft", "-f", "-"], in: "inet",
        input: """
          table ip6 t {
            chain c {
              type filter hook forward priority 0;
              iifname "xen1" ip6 saddr 2001:db8:42::/64 counter
              iifname "xen1" ip6 nexthdr 41 counter
            }
          }
          """)
      let before = try await heard(in: world)
      let interface = holding.device.plane.withLock(\.interface)
      let isOver = Held(false)
      async let changes = {
        var times: [Duration] = []
        while !isOver.plane.withLock({ $0 }) {
          let start = ContinuousClock.now
          try holding.router.plane.withLock { try $0.openTunnel([holding.prefix]) }
          times.append(ContinuousClock.now - start)
          try holding.router.plane.withLock { router in
            try router.hold([holding.prefix], by: interface)
          }
          try await Task.sleep(for: .microseconds(200))
        }
        return times.sorted()
      }()
      let script = """
        import socket, time
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        s.bind(('2001:db8:42::10', 0))
        for i in range(3000):
            s.sendto(b'datagram', ('2001:db8:cc::1', 9))
            time.sleep(0.0001)
        """
      // The device's queue is 500 packets long: it is emptied meanwhile.
      let reading = Task {
        var count = 0
        while !isOver.plane.withLock({ $0 }) {
          count += try packets(holding.device).count
          try await Task.sleep(for: .milliseconds(2))
        }
        return count
      }
      _ = try await world.run(["python3", "-c", script], in: "guest")
      try await Task.sleep(for: .milliseconds(50))
      isOver.plane.withLock { $0 = true }
      let times = try await changes
      let held = try await reading.value + packets(holding.device).count
      let arrived = try await heard(in: world) - before
      print(
        "opening a tunnel takes \(times[times.count / 2]) (median of \(times.count));",
        "\(arrived) packets went through it, \(held) were held")
      #expect(arrived > 0 && held > 0)
      #expect(arrived + held == 3000)
      let counters = try await world.run(["nft", "list", "table", "ip6", "t"], in: "inet")
      #expect(counters.contains("::/64 counter packets 0 "), "\(counters)")
      #expect(counters.contains("nexthdr ipv6 counter packets \(arrived) "), "\(counters)")
    }
  }

  @Test func `the kernel wraps as we do, but for the hop limit`() async throws {
    try await PrivateTestWorld.with { world in
      let holding = try await holding(in: world)
      // At the other end of the link it is seen as it comes.
      let receiver = try await world.namespace("inet").run {
        Held(openWatch(interface: try #require(interfaceIndex(of: "xen1")), filter: .tunnelled))
      }
      defer { close(receiver.plane.withLock { $0 }) }
      let script = """
        import socket, struct
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        end = lambda a: socket.inet_pton(socket.AF_INET6, a)
        udp = struct.pack('!HHHH', 5, 9, 12, 0) + b'abcd'
        head = struct.pack('!IHBB', 6 << 28 | 0xb8 << 20 | 0x12345, len(udp), 17, 37)
        s.sendto(head + end('2001:db8:42::10') + end('2001:db8:cc::1') + udp, ('2001:db8:cc::1', 0))
        """
      _ = try await world.run(["python3", "-c", script], in: "guest")
      let inner = try #require(try packets(holding.device).first)
      try holding.router.plane.withLock { try $0.openTunnel([holding.prefix]) }
      _ = try await world.run(["python3", "-c", script], in: "guest")
      let wrapped = receiver.plane.withLock { receiveWatched(by: $0, capacity: 2048).packet }
      let parsed = IPv6Header(parsing: wrapped.rawSpan)
      let theirs = try #require(parsed)
      let ours = try #require(encapsulate(inner, from: holding.careOf, to: holding.home))
      let own = IPv6Header(parsing: ours.rawSpan)
      var header = try #require(own)
      #expect(inner[7] == 36)
      print("hop limits: seg6 \(theirs.hopLimit) around \(wrapped[47])")
      header.hopLimit = theirs.hopLimit
      #expect(header == theirs)
      #expect(ours.count == wrapped.count)
    }
  }

  private func heard(in world: World) async throws -> Int {
    let text = try await world.run(["cat", "/proc/net/snmp6"], in: "cn")
    let line = text.split(separator: "\n").first { $0.hasPrefix("Udp6NoPorts") }
    return try #require(line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
  }

  private func arrived(_ count: Int, after before: Int, in world: World) async throws -> Int {
    for _ in 0..<50 {
      let now = try await heard(in: world) - before
      if now >= count { return now }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await heard(in: world) - before
  }
}

extension PacketFilter {
  /// IPv6 in IPv6.
  fileprivate static var tunnelled: PacketFilter {
    var filter = PacketFilter()
    filter.loadByte(at: 6)
    filter.accept([41])
    filter.reject()
    return filter
  }
}
