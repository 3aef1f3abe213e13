import Wire

/// One end of the tunnels of IPv6 in IPv6 (RFC 2473) at a host: by what the kernel wraps and unwraps there.
///
/// With seg6 packets to the own address are unwrapped by a route in a table of its own, which is asked before that
/// of the host's addresses. With ip6tnl the interface of the other end unwraps what reaches the host.
struct TunnelEnd {
  /// Where packets to the own address are unwrapped, and where a mobile router finds its tunnels.
  static let unwrapping: UInt32 = 7801
  static let wrapping: UInt32 = 7802

  let address: IPAddress
  let interface: UInt32
  let kind: TunnelKind
  private var interfaces: TunnelInterfaces

  /// - Parameters:
  ///   - address: The own one.
  ///   - interface: Where the tunnels' packets go out.
  init(address: IPAddress, interface: UInt32, kind: TunnelKind) {
    self.address = address
    self.interface = interface
    self.kind = kind
    interfaces = TunnelInterfaces(near: address)
  }

  /// Packets that are tunnelled to the address are taken out; all others to it reach the host itself. What an
  /// earlier run left behind is gone then.
  func open(_ socket: NetlinkSocket) throws(RouterError) {
    try close(socket)
    guard kind == .seg6 else { return }
    // The table of the own addresses comes after the rule for tunnelled packets, and never is there a moment
    // without a rule for it.
    try socket.request(
      Rule(priority: 10, table: Rule.local).request(.add), "adding a rule",
      tolerating: [Self.exists])
    try socket.request(
      Rule.first.request(.remove), "moving the rule of the own addresses",
      tolerating: [NetlinkSocket.noSuchFile])
    let code = try socket.request(
      route.request(.replace), "unwrapping what is tunnelled to \(address)",
      tolerating: [NetlinkSocket.notSupported])
    guard code == 0 else { throw .noTunnels(.seg6) }
    try socket.request(
      Rule(
        priority: 5, table: Self.unwrapping,
        destination: prefix, nextHeader: 41
      ).request(.add), "adding a rule")
  }

  /// The way through the tunnel to another end; it has to be asked for again where an interface was removed.
  ///
  /// - Parameter used: All ends that packets are routed to.
  mutating func way(
    to far: IPAddress, using used: @autoclosure () -> Set<IPAddress>, _ socket: NetlinkSocket
  ) throws(RouterError) -> Route.Way {
    switch kind {
    case .seg6: .tunnel(to: far, interface: interface)
    case .ip6tnl: .interface(try interfaces.link(to: far, using: used(), socket).index)
    }
  }

  /// Puts back what the kernel forgets when the interface loses its address or goes down.
  func restore(_ socket: NetlinkSocket) throws(RouterError) {
    guard kind == .seg6 else { return }
    try socket.request(route.request(.replace), "unwrapping what is tunnelled to \(address)")
  }

  /// Whether a tunnel was removed by somebody else, by what the kernel told since.
  mutating func hasLostTunnels(after events: [NetworkEvent]) -> Bool {
    interfaces.forgetRemoved(after: events)
  }

  /// Leaves rules, routes and interfaces as they were.
  func close(_ socket: NetlinkSocket) throws(RouterError) {
    try socket.request(
      Rule.first.request(.add), "moving the rule of the own addresses back",
      tolerating: [Self.exists])
    try socket.removeLeftovers()
  }

  /// The address alone.
  var prefix: BindingMessage.Prefix { BindingMessage.Prefix(address: address, length: 128) }

  private var route: Route {
    Route(
      destination: prefix,
      way: .unwrapped(table: Route.main, interface: interface), table: Self.unwrapping)
  }

  private static let exists: Int32 = 17
}
