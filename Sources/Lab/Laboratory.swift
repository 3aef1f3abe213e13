/// The experiment's network as it stands: made, found again, moved about in and removed.
package actor Laboratory {
  package nonisolated let topology: Topology
  package nonisolated let world: World
  /// How packets are tunnelled here; nil where home agent and mobile routers see to it.
  package nonisolated let tunnel: Tunnel?
  package nonisolated let attachment: Attachment
  /// The links of the servers, where they have a delay or a bandwidth.
  nonisolated let relays: [Relay]
  /// Where the guest's interface is; nil between two servers.
  package private(set) var location: Server?
  /// Whose care-of address the home agent has bound; nil where no fixed tunnel is.
  package private(set) var bound: Server?

  private init(
    topology: Topology, world: World, attachment: Attachment = .nemo, tunnel: Tunnel?,
    relays: [Relay] = [], location: Server?, bound: Server?
  ) {
    self.attachment = attachment
    self.relays = relays
    self.topology = topology
    self.world = world
    self.tunnel = tunnel
    self.location = location
    self.bound = bound
  }

  /// Makes the network with the guest on the first server and bound there; nothing is left of it
  /// where that fails.
  ///
  /// - Parameters:
  ///   - attachment: How the guest reaches the world.
  ///   - isTunnelled: Whether the tunnels of `nemo` are fixed ones, switched by `bind`. Without them nothing of
  ///     the guest's leaves its server until a mobile router sees to it.
  ///   - serverLinks: What the links between the servers and the router are like; they last as long as this laboratory.
  package static func up(
    _ topology: Topology = Topology(), in world: World = .own, attachment: Attachment = .nemo,
    isTunnelled: Bool = true, serverLinks: LinkCharacteristics? = nil
  ) async throws(LabError) -> Laboratory {
    let present = try await present(topology, in: world)
    guard present.isEmpty else { throw .alreadyUp(namespaces: present) }
    var relays: [Relay] = []
    do throws(LabError) {
      try await world.batch(topology.creation(isRelayed: serverLinks != nil))
      if let serverLinks {
        for server in Server.allCases {
          relays.append(try await relay(of: server, topology, in: world, serverLinks))
        }
      }
      let tunnel =
        attachment == .nemo && isTunnelled ? await tunnel(of: topology, in: world) : nil
      try await setUpNodes(of: topology, in: world, attachment: attachment, tunnel: tunnel)
      let laboratory = Laboratory(
        topology: topology, world: world, attachment: attachment, tunnel: tunnel, relays: relays,
        location: topology.guest == .namespace ? nil : .xen1, bound: tunnel == nil ? nil : .xen1)
      for server in Server.allCases {
        guard let rules = attachment.rules(of: server) else { continue }
        try await laboratory.filter(rules, at: server.node)
      }
      if topology.guest == .namespace { try await laboratory.attach(to: .xen1) }
      return laboratory
    } catch {
      for relay in relays { await relay.stop() }
      _ = try? await remove(topology, in: world)
      throw error
    }
  }

  /// Finds a network that was made before, and how it stands, from its namespaces alone.
  package static func find(
    _ topology: Topology = Topology(), in world: World = .own
  ) async throws(LabError) -> Laboratory {
    let present = try await present(topology, in: world)
    let missing = topology.namespaces.filter { !present.contains($0) }
    guard missing.isEmpty else { throw .notUp(namespaces: missing) }
    let attachment = Attachment(routerRoute: try await route(at: .inet, of: topology, in: world))
    let (tunnel, bound) =
      attachment == .nemo ? try await binding(of: topology, in: world) : (nil, nil)
    var location: Server?
    for server in Server.allCases {
      let links = try await world.run(
        ["ip", "-n", topology.namespace(of: server.node), "-o", "link", "show", "type", "veth"])
      if links.contains(": vif0@") { location = server }
    }
    return Laboratory(
      topology: topology, world: world, attachment: attachment, tunnel: tunnel, location: location,
      bound: bound)
  }

  /// By which route a node reaches the guest's prefix, as `ip` writes it; empty where there is none.
  private static func route(
    at node: Node, of topology: Topology, in world: World
  ) async throws(LabError) -> String {
    try await world.run([
      "ip", "-6", "-n", topology.namespace(of: node), "route", "show",
      Topology.mobileNetworkPrefix,
    ])
  }

  /// The fixed tunnel, and where it leads to; nil where there is none.
  private static func binding(
    of topology: Topology, in world: World
  ) async throws(LabError) -> (Tunnel?, Server?) {
    let route = try await route(at: .ha, of: topology, in: world)
    guard !route.isEmpty else { return (nil, nil) }
    let tunnel: Tunnel = route.contains("seg6") ? .seg6 : .ip6tnl
    let anchor = topology.namespace(of: .ha)
    let binding =
      switch tunnel {
      case .seg6: route
      case .ip6tnl: try await world.run(["ip", "-6", "-n", anchor, "tunnel", "show", "tnl0"])
      }
    let bound = Server.allCases.first { server in
      binding.split(whereSeparator: \.isWhitespace).contains { $0 == server.careOfAddress }
    }
    guard let bound else { throw .notUp(namespaces: [anchor]) }
    return (tunnel, bound)
  }

  /// Moves the guest's interface to a server, as a migration does; it is over when the bridge there forwards what the
  /// guest sends. Packets find their way again when
  /// the home agent has bound that server too.
  package func move(to server: Server) async throws(LabError) {
    guard location != server else { return }
    if let location {
      _ = try await world.run([
        "ip", "-n", topology.namespace(of: location.node), "link", "set", "vif0", "netns",
        topology.namespace(of: server.node),
      ])
      self.location = nil
    }
    try await attach(to: server)
    guard attachment == .bridged else { return }
    try await world.batch(
      Attachment.announcement, in: topology.namespace(of: .guest), options: ["-6"])
  }

  /// Notes that the guest, a virtual machine, has moved to a server.
  package func moved(to server: Server) { location = server }

  /// Switches the home agent to a server's care-of address: the guest's prefix is routed there, and
  /// from now on tunnelled packets come from there alone.
  package func bind(to server: Server) async throws(LabError) {
    guard let tunnel, let bound, bound != server else { return }
    try await world.batch(
      tunnel.bindingLines(from: bound, to: server), in: topology.namespace(of: .ha),
      options: ["-6"])
    self.bound = server
  }

  /// The network namespace of a node, for captures and programs.
  package nonisolated func namespace(of node: Node) -> NetworkNamespace {
    world.namespace(topology.namespace(of: node))
  }

  /// What the kernel counted at a point.
  package nonisolated func counters(
    at point: Topology.ObservationPoint
  ) async throws(LabError) -> InterfaceCounters {
    let command = ["cat", "/proc/net/dev"]
    let text = try await world.run(command, in: topology.namespace(of: point.node))
    guard let counters = InterfaceCounters(interface: point.interface, in: text) else {
      throw .commandFailed(
        command: command.joined(separator: " "), reason: "no interface \(point.interface)")
    }
    return counters
  }

  /// Removes the network.
  package nonisolated func down() async throws(LabError) {
    for relay in relays { await relay.stop() }
    _ = try await Self.remove(topology, in: world)
  }

  /// Removes what is there of a network, whole or not.
  ///
  /// - Returns: the names of the namespaces that it removed.
  package static func remove(
    _ topology: Topology, in world: World = .own
  ) async throws(LabError) -> [String] {
    let present = try await present(topology, in: world)
    if !present.isEmpty { try await world.batch(topology.removal(of: present)) }
    return present
  }

  private func attach(to server: Server) async throws(LabError) {
    _ = try await world.run([
      "ip", "-n", topology.namespace(of: server.node), "link", "set", "vif0", "master", "br0", "up",
    ])
    try await world.waitUntilForwarding(
      to: World.Interface("vif0", in: topology.namespace(of: server.node)),
      from: World.Interface("eth0", in: topology.namespace(of: .guest)))
    location = server
  }

  /// Which of a network's namespaces there are.
  private static func present(
    _ topology: Topology, in world: World
  ) async throws(LabError) -> [String] {
    let list = try await world.run(["ip", "netns", "list"])
    let names = list.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    return topology.namespaces.filter { name in names.contains { $0 == name } }
  }

  /// The kernel's tunnel interface where it has one.
  private static func tunnel(of topology: Topology, in world: World) async -> Tunnel {
    do throws(LabError) {
      try await world.batch(
        [Tunnel.trial, Tunnel.endOfTrial], in: topology.namespace(of: .ha), options: ["-6"])
      return .ip6tnl
    } catch {
      return .seg6
    }
  }

  /// The link between a server and the router.
  private static func relay(
    of server: Server, _ topology: Topology, in world: World, _ characteristics: LinkCharacteristics
  ) async throws(LabError) -> Relay {
    try await Relay(
      from: Relay.End(
        namespace: world.namespace(topology.namespace(of: server.node)),
        interface: Topology.externalInterface),
      to: Relay.End(
        namespace: world.namespace(topology.namespace(of: .inet)), interface: server.rawValue),
      characteristics)
  }

  private static func setUpNodes(
    of topology: Topology, in world: World, attachment: Attachment, tunnel: Tunnel?
  ) async throws(LabError) {
    let results = await withTaskGroup(of: Result<Void, LabError>.self) { group in
      for node in topology.nodes {
        group.addTask {
          do throws(LabError) {
            let lines = topology.lines(
              of: node, attachment: attachment, tunnel: tunnel, bound: .xen1)
            _ = try await world.run(
              ["sh", "-c", Topology.settings(of: node)], in: topology.namespace(of: node),
              input: lines.joined(separator: "\n") + "\n")
            return .success(())
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for result in results { try result.get() }
  }
}
