import Foundation
import Lab
import LabTesting
import Router
import Synchronization
import Testing
import Wire

@Suite(.needsNamespaces) struct PlaneTests {
  /// A network whose guest is on the first server, with tunnels set up there and at the home agent.
  private struct Bound {
    let network: Network
    let agent: Held<HomeAgentPlane>
    let routers: [Held<MobileRouterPlane>]
    let prefix: BindingMessage.Prefix
    let servers: [IPAddress]
  }

  private func bound(in world: World) async throws -> Bound {
    let network = try await Network.up(in: world)
    let bound = Bound(
      network: network, agent: try await network.homeAgent(),
      routers: [try await network.mobileRouter(1), try await network.mobileRouter(2)],
      prefix: try Network.prefix("2001:db8:42::"),
      servers: [try Network.address("2001:db8:1::1"), try Network.address("2001:db8:2::1")])
    try bound.agent.plane.withLock { try $0.bind([bound.prefix], to: bound.servers[0]) }
    try bound.routers[0].plane.withLock {
      try $0.attach([bound.prefix])
      try $0.openTunnel([bound.prefix])
    }
    return bound
  }

  @Test func `packets go both ways through the tunnel of the server that is bound`() async throws {
    try await PrivateTestWorld.with { world in
      let bound = try await bound(in: world)
      let network = bound.network
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      let back = { (count: Int) in
        try await network.deliver(
          count, from: "cn", source: "2001:db8:cc::1", to: "guest",
          destination: "2001:db8:42::10")
      }
      #expect(try await back(20) == 20)
      // The home agent itself is reached through it as well.
      #expect(try await network.deliver(5, to: "ha", destination: "2001:db8:aa::1") == 5)
      // The guest moves: the new server has nothing open yet, and nothing leaves it bare.
      try await network.move()
      try bound.routers[1].plane.withLock { try $0.attach([bound.prefix]) }
      #expect(try await network.deliver(5) == 0)
      // It opens its way before the home agent knows: what it sends is dropped there.
      try bound.routers[1].plane.withLock { try $0.openTunnel([bound.prefix]) }
      #expect(try await network.deliver(5) == 0)
      try bound.agent.plane.withLock {
        try $0.bind([bound.prefix], to: bound.servers[1], replacing: bound.servers[0])
      }
      try bound.routers[0].plane.withLock {
        try $0.closeTunnel([bound.prefix])
        try $0.detach([bound.prefix])
      }
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      #expect(try await back(20) == 20)
      try bound.agent.plane.withLock { try $0.unbind([bound.prefix], from: bound.servers[1]) }
      #expect(try await network.deliver(5) == 0)
      #expect(try await back(5) == 0)
    }
  }

  @Test func `an inner address that is not registered is refused at both ends`() async throws {
    try await PrivateTestWorld.with { world in
      let bound = try await bound(in: world)
      let network = bound.network
      let other = try Network.prefix("2001:db8:43::")
      // The server tunnels what the home agent has not registered for it.
      try bound.routers[0].plane.withLock {
        try $0.attach([other])
        try $0.openTunnel([other])
      }
      #expect(try await network.deliver(5, source: "2001:db8:43::10") == 0)
      #expect(try await network.deliver(5, awaiting: 5) == 5)
      // The home agent tunnels what the server has not opened.
      try bound.routers[0].plane.withLock { try $0.closeTunnel([other]) }
      try bound.agent.plane.withLock { try $0.bind([other], to: bound.servers[0]) }
      let back = { (address: String) in
        try await network.deliver(
          5, from: "cn", source: "2001:db8:cc::1", to: "guest", destination: address)
      }
      #expect(try await back("2001:db8:43::10") == 0)
      #expect(try await back("2001:db8:42::10") == 5)
      let counters = try await world.run(["nft", "list", "ruleset"], in: "ha")
      #expect(counters.contains("counter packets 5 "), "\(counters)")
    }
  }

  /// Extension headers that a stranger may put before the inner one, by their numbers: none, hop-by-hop
  /// options, destination options, routing, fragment, authentication.
  static let disguises = ["", "00", "3c", "3c3c", "2b", "2c", "33", "003c2b2c"]

  @Test(arguments: disguises)
  func `a tunnel that was made up is refused, whatever stands before the inner header`(
    disguise: String
  ) async throws {
    try await PrivateTestWorld.with { world in
      let bound = try await bound(in: world)
      let network = bound.network
      let (agent, correspondent) = ("2001:db8:aa::1", "2001:db8:cc::1")
      let (guest, other) = ("2001:db8:42::10", "2001:db8:43::10")
      let (first, second) = ("2001:db8:1::1", "2001:db8:2::1")
      try bound.agent.plane.withLock {
        try $0.bind([try Network.prefix("2001:db8:43::")], to: bound.servers[1])
      }
      func forge(
        _ outer: (String, String), _ inner: (String, String), at node: String, to receiver: String
      ) async throws -> Int {
        try await network.forge(
          Network.Ends(outer: outer, inner: inner), behind: disguise, at: node, to: receiver)
      }
      // From a server that does not have the guest; of a guest that another server has.
      #expect(
        try await forge((second, agent), (guest, correspondent), at: "xen2", to: "cn") == 0)
      #expect(try await forge((first, agent), (other, correspondent), at: "xen1", to: "cn") == 0)
      // To a guest from somebody who is no home agent; to a guest that is not there.
      #expect(
        try await forge((correspondent, first), (correspondent, guest), at: "cn", to: "guest") == 0)
      #expect(try await forge((agent, first), (correspondent, other), at: "ha", to: "guest") == 0)
      // The same is taken from those who may, where nothing stands before it.
      let expected = disguise.isEmpty ? 5 : 0
      #expect(
        try await forge((first, agent), (guest, correspondent), at: "xen1", to: "cn") == expected)
      #expect(
        try await forge((agent, first), (correspondent, guest), at: "ha", to: "guest") == expected)
      #expect(try await network.deliver(5, awaiting: 5) == 5)
    }
  }

  @Test func `nothing is left behind, also after a crash`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      var before: [String: String] = [:]
      for node in ["ha", "xen1"] { before[node] = try await network.state(of: node) }
      let prefix = try Network.prefix("2001:db8:42::")
      for isClosed in [false, true] {
        let agent = try await network.homeAgent()
        let router = try await network.mobileRouter(1)
        try agent.plane.withLock { try $0.bind([prefix], to: try Network.address("2001:db8:1::1")) }
        try router.plane.withLock {
          try $0.attach([prefix])
          try $0.openTunnel([prefix])
        }
        #expect(try await network.deliver(5, awaiting: 5) == 5)
        #expect(try await network.state(of: "ha") != before["ha"])
        guard isClosed else { continue }
        // In the network namespaces that they were opened in, since `nft` is started there.
        try await world.namespace("ha").run { try agent.plane.withLock { try $0.close() } }
        try await world.namespace("xen1").run { try router.plane.withLock { try $0.close() } }
      }
      for node in ["ha", "xen1"] {
        #expect(try await network.state(of: node) == before[node])
      }
    }
  }

  @Test func `binding takes no program, and is as quick as the kernel`() async throws {
    try await PrivateTestWorld.with { world in
      let bound = try await bound(in: world)
      var times: [Duration] = []
      for turn in 0..<200 {
        let (new, old) = (bound.servers[turn % 2], bound.servers[1 - turn % 2])
        let start = ContinuousClock.now
        try bound.agent.plane.withLock { try $0.bind([bound.prefix], to: new, replacing: old) }
        times.append(ContinuousClock.now - start)
      }
      times.sort()
      print("a binding takes \(times[100]) (median), \(times[199]) (most)")
      let text = try await world.run(["ip", "-6", "route", "show", "2001:db8:42::/64"], in: "ha")
      #expect(text.contains("2001:db8:2::1") && !text.contains("2001:db8:1::1"), "\(text)")
      let set = try await world.run(
        ["nft", "list", "set", "ip6", "nemotop_home_agent", "tunnels"], in: "ha")
      #expect(set.contains("2001:db8:2::1") && !set.contains("2001:db8:1::1"), "\(set)")
    }
  }

  @Test func `what is not there is named`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      await #expect(throws: RouterError.noSuchInterface("eth9")) {
        try await network.world.namespace("ha").run {
          _ = try HomeAgentPlane(
            address: try Network.address("2001:db8:aa::1"), interface: "eth9", prefixes: [])
        }
      }
    }
  }
}
