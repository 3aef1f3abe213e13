package import Wire

/// What a mobile router forwards (RFC 3963 section 5.4), in the network namespace of the thread that opened
/// it: what its guests send through the tunnel to the home agent, and what comes out of it to them. Without
/// a tunnel nothing of theirs leaves the host, neither wrapped nor bare.
package final class MobileRouterPlane {
  private let routing: NetlinkSocket
  private let filtering: NetlinkSocket
  private let filter: TunnelFilter
  private var end: TunnelEnd
  private let homeAgent: IPAddress
  private let bridge: UInt32

  /// - Parameters:
  ///   - interface: The external interface, where the tunnel's packets go out.
  ///   - bridge: Where the guests are.
  ///   - tunnel: By what packets are wrapped; nil for what the kernel has.
  package init(
    careOfAddress: IPAddress, homeAgent: IPAddress, interface: String, bridge: String,
    tunnel: TunnelKind? = nil
  ) throws(RouterError) {
    guard let index = interfaceIndex(of: interface) else { throw .noSuchInterface(interface) }
    guard let bridgeIndex = interfaceIndex(of: bridge) else { throw .noSuchInterface(bridge) }
    routing = try NetlinkSocket(.route)
    filtering = try NetlinkSocket(.netfilter)
    filter = TunnelFilter(
      name: "nemotop_mobile_router", address: careOfAddress, direction: .toGuest, bridge: bridge)
    end = TunnelEnd(
      address: careOfAddress, interface: index, kind: try .choose(tunnel, through: routing))
    self.homeAgent = homeAgent
    self.bridge = bridgeIndex
    do throws(RouterError) { try open(bridge: bridge) } catch {
      // What had been made stays no longer than the attempt.
      try? close()
      throw error
    }
  }

  private func open(bridge: String) throws(RouterError) {
    try filter.open()
    try end.open(routing)
    try refuseOthers()
    // The tunnel is there before a guest needs it.
    _ = try way
    if tunnel == .seg6 {
      // What has been wrapped is looked up once more, as if it came from the bridge.
      try routing.request(
        Rule(
          priority: 20, table: Route.main, source: end.prefix,
          destination: BindingMessage.Prefix(address: homeAgent, length: 128), interface: bridge,
          nextHeader: 41
        ).request(.add), "adding a rule")
    }
    try routing.request(
      Rule(priority: 21, table: TunnelEnd.wrapping, interface: bridge).request(.add),
      "adding a rule")
  }

  /// Without a tunnel, and to whatever has none.
  private func refuseOthers() throws(RouterError) {
    try routing.request(
      Route(
        destination: Route.everywhere, way: .unreachable, table: TunnelEnd.wrapping,
        metric: .max
      ).request(.replace), "refusing what has no tunnel")
  }

  /// By what packets are wrapped.
  package var tunnel: TunnelKind { end.kind }

  /// Whether the tunnel was removed by somebody else, by what the kernel told since: it is there again after `restore`.
  package func hasLostTunnels(after events: [NetworkEvent]) -> Bool {
    end.hasLostTunnels(after: events)
  }

  /// Puts back the tunnel, and the routes of its own that the kernel removed with an address or a link; those of
  /// prefixes are the caller's to ask for again.
  package func restore() throws(RouterError) {
    try end.restore(routing)
    try refuseOthers()
    _ = try way
  }

  /// A guest is on the bridge: its prefixes are there.
  package func attach(_ prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    for prefix in prefixes {
      try routing.request(onBridge(prefix).request(.replace), "routing \(prefix) to the bridge")
    }
  }

  /// The guest left.
  package func detach(_ prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    for prefix in prefixes {
      try routing.request(
        onBridge(prefix).request(.remove), "removing \(prefix) from the bridge",
        tolerating: [NetlinkSocket.noSuchProcess])
    }
  }

  /// The home agent forwards the prefixes to here: they go through the tunnel, both ways.
  package func openTunnel(_ prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    for prefix in prefixes {
      try filter.change(
        .add, TunnelFilter.Admission(end: homeAgent, prefix: prefix), through: filtering)
      try routing.request(
        outward(prefix, by: try way).request(.replace), "tunnelling \(prefix)")
    }
  }

  /// There is no tunnel yet, but there soon will be: what comes from the prefixes goes to a device of this
  /// process until `openTunnel` or `closeTunnel`. Each takes the other's place without a moment between.
  ///
  /// - Parameter device: The index of a `HoldingDevice`.
  package func hold(
    _ prefixes: [BindingMessage.Prefix], by device: UInt32
  ) throws(RouterError) {
    for prefix in prefixes {
      try routing.request(
        outward(prefix, by: .interface(device)).request(.replace), "holding \(prefix)")
    }
  }

  /// From now on nothing from the prefixes leaves the host, whether it went through a tunnel or was held.
  package func closeTunnel(_ prefixes: [BindingMessage.Prefix]) throws(RouterError) {
    for prefix in prefixes {
      try routing.request(
        outward(prefix, by: .interface(end.interface)).removal, "closing the tunnel of \(prefix)",
        tolerating: [NetlinkSocket.noSuchProcess])
      try filter.change(
        .remove, TunnelFilter.Admission(end: homeAgent, prefix: prefix), through: filtering)
    }
  }

  /// Leaves the host's routes and rules as they were.
  package func close() throws(RouterError) {
    try end.close(routing)
    try filter.close()
  }

  private func onBridge(_ prefix: BindingMessage.Prefix) -> Route {
    Route(destination: prefix, way: .interface(bridge), table: Route.main)
  }

  /// Only from the prefix (`from` in ip's words), whatever the destination.
  private func outward(_ prefix: BindingMessage.Prefix, by way: Route.Way) -> Route {
    Route(
      destination: Route.everywhere, source: prefix, way: way, table: TunnelEnd.wrapping)
  }

  private var way: Route.Way {
    get throws(RouterError) { try end.way(to: homeAgent, using: [homeAgent], routing) }
  }
}
