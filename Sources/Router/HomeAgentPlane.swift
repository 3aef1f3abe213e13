package import Mobility
package import Wire

/// What a home agent forwards (RFC 3963 section 6.4), in the network namespace of the thread that opened it:
/// the prefixes of its mobile routers through a tunnel to each one's care-of address, and what comes out of
/// those tunnels.
package final class HomeAgentPlane {
  private let routing: NetlinkSocket
  private let filtering: NetlinkSocket
  private let filter: TunnelFilter
  private var end: TunnelEnd
  private var prefixes: [BindingMessage.Prefix]
  /// Where the prefixes that are bound go.
  private var careOfAddresses: [BindingMessage.Prefix: IPAddress] = [:]

  /// - Parameters:
  ///   - address: The home agent's, the near end of all tunnels.
  ///   - interface: Where the tunnels' packets go out.
  ///   - prefixes: All that may be registered: where they are not, their packets are refused.
  ///   - tunnel: By what packets are wrapped; nil for what the kernel has.
  package init(
    address: IPAddress, interface: String, prefixes: [BindingMessage.Prefix],
    tunnel: TunnelKind? = nil
  ) throws(RouterError) {
    guard let index = interfaceIndex(of: interface) else { throw .noSuchInterface(interface) }
    guard let loopback = interfaceIndex(of: "lo") else { throw .noSuchInterface("lo") }
    routing = try NetlinkSocket(.route)
    filtering = try NetlinkSocket(.netfilter)
    filter = TunnelFilter(name: "nemotop_home_agent", address: address, direction: .fromGuest)
    end = TunnelEnd(
      address: address, interface: index, kind: try .choose(tunnel, through: routing))
    self.prefixes = prefixes
    do throws(RouterError) { try open(loopback: loopback) } catch {
      // What had been made stays no longer than the attempt.
      try? close()
      throw error
    }
  }

  private func open(loopback: UInt32) throws(RouterError) {
    // Nothing is unwrapped before the filter stands.
    try filter.open()
    try end.open(routing)
    try reachOwnAddress(loopback)
    for prefix in prefixes { try refuse(prefix) }
  }

  /// What was unwrapped is looked up in the main table alone, which lacks the own addresses.
  private func reachOwnAddress(_ loopback: UInt32) throws(RouterError) {
    try routing.request(
      Route(destination: end.prefix, way: .local(loopback), table: Route.main).request(.replace),
      "letting guests reach \(end.address)")
  }

  /// By what packets are wrapped.
  package var tunnel: TunnelKind { end.kind }

  /// Whether a tunnel was removed by somebody else, by what the kernel told since: it is there again after `restore`.
  package func hasLostTunnels(after events: [NetworkEvent]) -> Bool {
    end.hasLostTunnels(after: events)
  }

  /// Puts back the routes and tunnels that were removed with an address or a link, or by somebody else.
  package func restore(_ bindings: [Binding]) throws(RouterError) {
    guard let loopback = interfaceIndex(of: "lo") else { throw .noSuchInterface("lo") }
    try end.restore(routing)
    try reachOwnAddress(loopback)
    for binding in bindings { try bind(binding.prefixes, to: binding.careOfAddress) }
  }

  /// Forwards the prefixes to a care-of address, and admits what comes from them through it.
  ///
  /// - Parameter old: Where they went so far: its packets are refused from then on. What was still under
  ///   way from there is lost, as RFC 3963 has it.
  package func bind(
    _ prefixes: [BindingMessage.Prefix], to careOfAddress: IPAddress,
    replacing old: IPAddress? = nil
  ) throws(RouterError) {
    for prefix in prefixes {
      try filter.change(
        .add, TunnelFilter.Admission(end: careOfAddress, prefix: prefix), through: filtering)
      let way = try end.way(to: careOfAddress, using: Set(careOfAddresses.values), routing)
      try routing.request(
        Route(destination: prefix, way: way, table: Route.main).request(.replace),
        "routing \(prefix) to \(careOfAddress)")
      careOfAddresses[prefix] = careOfAddress
    }
    guard let old, old != careOfAddress else { return }
    for prefix in prefixes {
      try filter.change(
        .remove, TunnelFilter.Admission(end: old, prefix: prefix), through: filtering)
    }
  }

  /// Serves these prefixes from now on in the place of those that it had; none of the others is bound any more.
  package func serve(_ wanted: [BindingMessage.Prefix]) throws(RouterError) {
    for prefix in prefixes where !wanted.contains(prefix) {
      try routing.request(
        Route(destination: prefix, way: .unreachable, table: Route.main).removal,
        "giving \(prefix) up", tolerating: [NetlinkSocket.noSuchProcess])
      careOfAddresses[prefix] = nil
    }
    for prefix in wanted where !prefixes.contains(prefix) { try refuse(prefix) }
    prefixes = wanted
  }

  /// Forwards nothing to the care-of address any more.
  package func unbind(
    _ prefixes: [BindingMessage.Prefix], from careOfAddress: IPAddress
  ) throws(RouterError) {
    for prefix in prefixes {
      try refuse(prefix)
      try filter.change(
        .remove, TunnelFilter.Admission(end: careOfAddress, prefix: prefix), through: filtering)
    }
  }

  /// Leaves the host's routes and rules as they were.
  package func close() throws(RouterError) {
    try end.close(routing)
    try filter.close()
  }

  /// Without a binding a default route would send the packets back to where they came from.
  private func refuse(_ prefix: BindingMessage.Prefix) throws(RouterError) {
    try routing.request(
      Route(destination: prefix, way: .unreachable, table: Route.main).request(.replace),
      "refusing \(prefix)")
    careOfAddresses[prefix] = nil
  }
}
