import Foundation
import Lab
import LabTesting
import Mobility
import Router
import Synchronization
import Testing
import Wire

/// The home agent and two mobile routers at work, with a guest that moves between them.
@Suite(.needsNamespaces) struct ServiceTests {
  /// What a service told, in its order.
  private final class Log<Event: Sendable>: Sendable {
    let events = Mutex<[Event]>([])
  }

  private struct Services {
    let agent: HomeAgentService.Handle
    let routers: [MobileRouterService.Handle]
    let log: Log<HomeAgentService.Event>
    let routerLog: Log<(Int, MobileRouterService.Event)>
    let home: IPAddress
    fileprivate let ends: [Task<Void, any Error>]

    func stop() async throws {
      agent.stop()
      for router in routers { router.stop() }
      for end in ends { try await end.value }
    }
  }

  /// Runs a service on a thread of its own in a node, and gives its handle as soon as it is set up.
  private func start<Handle: Sendable>(
    in node: String, of world: World,
    _ body: @escaping @Sendable ((Handle) -> Void) throws -> Void
  ) async throws -> (handle: Handle, end: Task<Void, any Error>) {
    let (stream, continuation) = AsyncStream.makeStream(of: Handle.self)
    let end = Task {
      defer { continuation.finish() }
      try await world.namespace(node).run { try body { continuation.yield($0) } }
    }
    for await handle in stream { return (handle, end) }
    try await end.value
    throw CancellationError()
  }

  private func start(
    in world: World, keys: [[UInt8]?] = [nil, nil, nil], holding: HeldPackets.Limits? = nil,
    isWatching: Bool = false
  ) async throws -> Services {
    let home = try Network.address("2001:db8:42::1")
    let prefix = try Network.prefix("2001:db8:42::")
    let address = try Network.address("2001:db8:aa::1")
    let associations = keys.map { key in key.map { SecurityAssociation(index: 256, key: $0) } }
    let log = Log<HomeAgentService.Event>()
    let routerLog = Log<(Int, MobileRouterService.Event)>()
    let agent = try await start(in: "ha", of: world) { ready in
      let service = try HomeAgentService(
        HomeAgent.Configuration(
          address: address,
          mobileNodes: [
            HomeAgent.MobileNode(
              homeAddress: home, prefixes: [prefix], security: associations[0])
          ]), interface: "eth0"
      ) { event in log.events.withLock { $0.append(event) } }
      ready(service.handle)
      try service.run()
    }
    var routers: [MobileRouterService.Handle] = []
    var ends = [agent.end]
    for number in [1, 2] {
      let careOf = try Network.address("2001:db8:\(number)::1")
      let router = try await start(in: "xen\(number)", of: world) { ready in
        let service = try MobileRouterService(
          MobileRouterService.Configuration(
            careOfAddress: careOf, homeAgent: address, interface: "eth0", bridge: "br0",
            guests: [
              MobileRouterService.Guest(
                router: MobileRouter.Configuration(
                  homeAddress: home, careOfAddress: careOf, homeAgent: address, prefixes: [prefix],
                  security: associations[number]))
            ], holding: holding, isWatching: isWatching)
        ) { event in routerLog.events.withLock { $0.append((number, event)) } }
        ready(service.handle)
        try service.run()
      }
      routers.append(router.handle)
      ends.append(router.end)
    }
    return Services(
      agent: agent.handle, routers: routers, log: log, routerLog: routerLog, home: home, ends: ends)
  }

  private func wait(_ what: String, until isSo: () -> Bool) async throws {
    for _ in 0..<5000 {
      if isSo() { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("\(what) did not come about")
  }

  @Test func `the guest keeps its address from server to server`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      var before: [String: String] = [:]
      for node in ["ha", "xen1", "xen2"] { before[node] = try await network.state(of: node) }
      let services = try await start(in: world, keys: [[1, 2, 3], [1, 2, 3], [1, 2, 3]])
      #expect(try await network.deliver(5) == 0)
      services.routers[0].arrive(services.home)
      try await wait("the first binding") {
        if case .registered? = services.routers[0].states[services.home] { true } else { false }
      }
      let first = try Network.address("2001:db8:1::1")
      try await wait("the first server's binding") {
        services.agent.bindings.map(\.careOfAddress) == [first]
      }
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      try await network.move()
      let start = ContinuousClock.now
      services.routers[1].arrive(services.home)
      services.routers[0].leave(services.home)
      try await wait("the second binding") {
        if case .registered? = services.routers[1].states[services.home] { true } else { false }
      }
      print("registered on the second server after \(ContinuousClock.now - start)")
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      #expect(
        try await network.deliver(
          20, from: "cn", source: "2001:db8:cc::1", to: "guest",
          destination: "2001:db8:42::10") == 20)
      let second = try Network.address("2001:db8:2::1")
      try await wait("the second server's binding") {
        services.agent.bindings.map(\.careOfAddress) == [second]
      }
      #expect(services.routers[0].states[services.home] == .away)
      // Gone for good.
      services.routers[1].leave(services.home, deregistering: true)
      try await wait("the end of the binding") { services.agent.bindings.isEmpty }
      #expect(try await network.deliver(5) == 0)
      try await services.stop()
      // The guest's interface went, and came.
      for node in ["ha"] { #expect(try await network.state(of: node) == before[node]) }
      let after = try await network.state(of: "xen1")
      for mark in ["lookup 780", "table 780", "proto 78", "nemotop"] {
        #expect(!after.contains(mark), "\(after)")
      }
    }
  }

  private func isRegistered(_ number: Int, _ services: Services) -> Bool {
    if case .registered? = services.routers[number].states[services.home] { true } else { false }
  }

  @Test func `a guest is noticed where it comes and where it went`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let services = try await start(in: world, isWatching: true)
      _ = try await network.deliver(1)
      try await wait("the guest on the first server") { isRegistered(0, services) }
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      try await network.move()
      try await wait("the guest's leaving") { services.routers[0].states[services.home] == .away }
      _ = try await network.deliver(1)
      try await wait("the guest on the second server") { isRegistered(1, services) }
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      let notices = services.routerLog.events.withLock { events in
        events.compactMap { number, event -> String? in
          switch event {
          case .arrived: "came to \(number)"
          case .left(_, let notice): "left \(number): \(notice)"
          default: nil
          }
        }
      }
      #expect(notices == ["came to 1", "left 1: portRemoved", "came to 2"])
      try await services.stop()
    }
  }

  @Test func `a guest is away once nobody is at the other end of its port`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let services = try await start(in: world, isWatching: true)
      _ = try await network.deliver(1)
      try await wait("the guest on the first server") { isRegistered(0, services) }
      // As a TAP does whose machine ends.
      _ = try await world.run(["ip", "-n", "guest", "link", "set", "eth0", "down"])
      try await wait("the guest's leaving") { services.routers[0].states[services.home] == .away }
      try await services.stop()
    }
  }

  @Test func `nothing is lost where packets are held, and they keep their order`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let services = try await start(in: world, holding: HeldPackets.Limits(), isWatching: true)
      // The very first packet is what the guest is noticed by.
      #expect(try await network.deliver(20, awaiting: 20) == 20)
      try await network.move()
      #expect(try await network.deliver(200, awaiting: 200) == 200)
      try await wait("the guest on the second server") { isRegistered(1, services) }
      let released = services.routerLog.events.withLock { events in
        events.reduce(into: [0, 0]) { sums, entry in
          if case .released(let count, _) = entry.1 { sums[entry.0 - 1] += count }
        }
      }
      #expect(released.allSatisfy { $0 > 0 }, "\(released)")
      for router in services.routers {
        let status = try #require(router.statuses[services.home])
        #expect(status.heldPackets == 0 && status.heldDrops == HeldPackets.Drops())
      }
      try await services.stop()
      let after = try await network.state(of: "xen2")
      for mark in ["lookup 780", "table 780", "proto 78", "nemotop"] {
        #expect(!after.contains(mark), "\(after)")
      }
    }
  }

  @Test func `an interface that comes back has its routes again`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let services = try await start(in: world)
      services.routers[0].arrive(services.home)
      try await wait("the binding") { isRegistered(0, services) }
      #expect(try await network.deliver(5, awaiting: 5) == 5)
      for (node, address, gateway) in [
        ("xen1", "2001:db8:1::1", "2001:db8:1::ff"), ("ha", "2001:db8:aa::1", "2001:db8:aa::ff"),
      ] {
        _ = try await world.run(["ip", "-n", node, "link", "set", "eth0", "down"])
        _ = try await world.run(["ip", "-n", node, "link", "set", "eth0", "up"])
        let present = try await world.run(["ip", "-n", node, "-6", "addr", "show", "dev", "eth0"])
        if !present.contains(address) {
          _ = try await world.run(
            ["ip", "-n", node, "addr", "add", "\(address)/64", "dev", "eth0", "nodad"])
        }
        _ = try await world.run(
          ["ip", "-n", node, "route", "replace", "default", "via", gateway])
      }
      var delivered = 0
      for _ in 0..<50 where delivered < 5 {
        try await Task.sleep(for: .milliseconds(100))
        delivered = try await network.deliver(5)
      }
      #expect(delivered == 5)
      try await services.stop()
    }
  }

  @Test func `an interface that goes down ends nothing, and nothing is left behind`() async throws {
    try await PrivateTestWorld.with { world in
      _ = try await Network.up(in: world)
      let services = try await start(in: world)
      _ = try await world.run(["ip", "-n", "ha", "link", "set", "eth0", "down"])
      try await wait("word of it") {
        services.log.events.withLock { events in
          events.contains { if case .failed = $0 { true } else { false } }
        }
      }
      try await services.stop()
      let rules = try await world.run(["ip", "-6", "rule"], in: "ha")
      #expect(rules == "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n")
    }
  }

  @Test func `a wrong key binds nothing`() async throws {
    try await PrivateTestWorld.with { world in
      let network = try await Network.up(in: world)
      let services = try await start(in: world, keys: [[1, 2, 3], [3, 2, 1], nil])
      for router in services.routers { router.arrive(services.home) }
      try await wait("a refusal") {
        services.log.events.withLock { events in
          events.contains { event in
            if case .did(.send(let answer)) = event { answer.status == 146 } else { false }
          }
            && events.contains { event in
              if case .did(.ignored(_, .notAuthenticated)) = event { true } else { false }
            }
        }
      }
      #expect(services.agent.bindings.isEmpty)
      #expect(try await network.deliver(5) == 0)
      try await services.stop()
    }
  }
}
