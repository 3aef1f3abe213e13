import Foundation
import Lab
import LabTesting
import Router
import Synchronization
import Testing
import Wire

@Suite(.needsNamespaces) struct NetworkEventsTests {
  private func events(in world: World) async throws -> Held<NetworkEvents> {
    try await world.namespace("xen1").run { Held(try NetworkEvents()) }
  }

  private func told(_ events: Held<NetworkEvents>) throws -> [NetworkEvent] {
    try events.plane.withLock { try $0.receive() }
  }

  /// Gathers what is told until one fits.
  private func told(
    _ events: Held<NetworkEvents>, until isLast: (NetworkEvent) -> Bool
  ) async throws -> [NetworkEvent] {
    var all: [NetworkEvent] = []
    for _ in 0..<500 {
      all += try told(events)
      if all.contains(where: isLast) { return all }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it was not told: \(all)")
    return all
  }

  @Test func `a guest's interface comes to the bridge and goes`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let bridge = try #require(
        UInt32(
          try await world.run(["cat", "/sys/class/net/br0/ifindex"], in: "xen1", mounting: true)))
      let events = try await events(in: world)
      let start = { (script: String) in _ = try await world.run(["sh", "-c", script]) }
      try await start(
        """
        ip -n xen1 link add vif7 index 77 type veth peer name vif8
        ip -n xen1 link set vif7 master br0 up
        """)
      let port = try await told(events) { event in
        if case .port(let link) = event { link.name == "vif7" && link.isUp } else { false }
      }
      let new = port.compactMap { event in
        if case .link(let link) = event, link.index == 77 { link } else { nil }
      }
      #expect(new.first?.name == "vif7")
      #expect(new.first?.master == nil)
      #expect(new.contains { $0.master == bridge })
      try await start("ip -n xen1 link set vif7 nomaster")
      let left = try await told(events) { event in
        if case .portRemoved(let link) = event { link.name == "vif7" } else { false }
      }
      // It is no port any more, but still there.
      #expect(
        !left.contains { if case .linkRemoved = $0 { true } else { false } }, "\(left)")
      try await start("ip -n xen1 link del vif7")
      let gone = try await told(events) { event in
        if case .linkRemoved(let link) = event { link.index == 77 } else { false }
      }
      #expect(!gone.contains(.overrun))
      _ = network
    }
  }

  @Test func `a bridge learns where the guest is, and the host who its neighbour is`()
    async throws
  {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let index = try #require(
        UInt32(
          try await world.run(["cat", "/sys/class/net/vif0/ifindex"], in: "xen1", mounting: true)))
      let bridge = try #require(
        UInt32(
          try await world.run(["cat", "/sys/class/net/br0/ifindex"], in: "xen1", mounting: true)))
      let guest = HardwareAddress(bits: 0x0200_0000_0010)
      _ = try await world.run(["sh", "-c", "bridge -n xen1 fdb flush dev br0 2>&1; true"])
      _ = try await world.run(
        ["sh", "-c", "bridge -n xen1 fdb del \(guest) dev vif0 master 2>&1; true"])
      let events = try await events(in: world)
      _ = try await network.deliver(1, to: "xen1", destination: "2001:db8:1::1")
      _ = try await told(events) { $0 == .forwardingEntry(guest, port: index, isNew: true) }
      _ = try await world.run(
        ["ip", "-n", "xen1", "neigh", "add", "fe80::77", "lladdr", "\(guest)", "dev", "br0"])
      _ = try await told(events) { event in
        event
          == .neighbor(
            IPAddress(high: 0xfe80_0000_0000_0000, low: 0x77), hardwareAddress: guest,
            interface: bridge, state: .permanent)
      }
      _ = try await world.run(["ip", "-n", "xen1", "neigh", "del", "fe80::77", "dev", "br0"])
      _ = try await told(events) { event in
        event == .neighborRemoved(IPAddress(high: 0xfe80 << 48, low: 0x77), interface: bridge)
      }
      let current = try await world.namespace("xen1").run { try NetworkEvents.current() }
      #expect(current.contains(.forwardingEntry(guest, port: index, isNew: true)))
      // The guest moves away with its interface.
      try await network.move()
      _ = try await told(events) { $0 == .forwardingEntry(guest, port: index, isNew: false) }
    }
  }

  @Test func `addresses come and go`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      let events = try await events(in: world)
      let address = try Network.address("2001:db8:1::5")
      for change in ["add", "del"] {
        _ = try await world.run(
          ["ip", "-n", "xen1", "addr", change, "\(address)/64", "dev", "eth0"])
      }
      let all = try await told(events) { event in
        if case .addressRemoved(address, _) = event { true } else { false }
      }
      let places = all.compactMap { event in
        if case .address(address, let interface) = event { interface } else { nil }
      }
      #expect(!places.isEmpty)
      #expect(all.contains(.addressRemoved(address, interface: try #require(places.first))))
    }
  }

  @Test func `what there is already is listed as if it came`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      _ = try await world.run(
        [
          "ip", "-n", "xen1", "neigh", "add", "2001:db8:1::7", "lladdr", "02:00:00:00:00:77",
          "dev", "eth0",
        ])
      let all = try await world.namespace("xen1").run { try NetworkEvents.current() }
      var names: [String] = []
      var ports: [String] = []
      for event in all {
        if case .link(let link) = event { names.append(link.name) }
        if case .port(let link) = event { ports.append(link.name) }
      }
      #expect(names.sorted() == ["br0", "eth0", "keep0", "keep1", "lo", "vif0"])
      #expect(ports.sorted() == ["keep0", "vif0"])
      let address = try Network.address("2001:db8:1::1")
      #expect(all.contains { if case .address(address, _) = $0 { true } else { false } })
      let neighbor = try Network.address("2001:db8:1::7")
      #expect(
        all.contains { event in
          if case .neighbor(neighbor, let hardware, _, .permanent) = event {
            hardware == HardwareAddress(bits: 0x0200_0000_0077)
          } else {
            false
          }
        })
    }
  }

  @Test func `more than there is room for is an event of its own`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      let events = try await events(in: world)
      let lines = (0..<3000).flatMap { number in
        ["add", "del"].map { "addr \($0) 2001:db8:1::\(String(number, radix: 16))/64 dev lo" }
      }
      _ = try await world.run(
        ["ip", "-n", "xen1", "-batch", "-"], input: lines.joined(separator: "\n") + "\n")
      #expect(try told(events).contains(.overrun))
      // What comes afterwards is told again.
      _ = try told(events)
      _ = try await world.run(
        ["ip", "-n", "xen1", "link", "add", "late0", "type", "veth", "peer", "name", "late1"])
      _ = try await told(events) { event in
        if case .link(let link) = event { link.name == "late0" } else { false }
      }
    }
  }
}

extension World {
  /// Runs a command that looks into /sys, which shows the network namespace that mounted it.
  fileprivate func run(
    _ command: [String], in namespace: String, mounting: Bool
  ) async throws -> String {
    let text = try await run(["ip", "netns", "exec", namespace] + command)
    return String(text.filter { !$0.isWhitespace })
  }
}
