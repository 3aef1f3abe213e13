import Wire

/// One end of the tunnels of IPv6 in IPv6 (RFC 2473) at a host: what is unwrapped there, and in which order
/// the host's tables are asked.
struct TunnelEnd {
  /// Where packets to the own address are unwrapped, and where a mobile router finds its tunnels.
  static let unwrapping: UInt32 = 7801
  static let wrapping: UInt32 = 7802

  let address: IPAddress
  let interface: UInt32

  /// Packets that are tunnelled to the address are taken out; all others to it reach the host itself,
  /// since the table of its own addresses comes after the rule for the tunnelled ones.
  func open(_ socket: NetlinkSocket) throws(RouterError) {
    try socket.removeLeftovers()
    // Never is there a moment without a rule for the own addresses.
    try socket.request(
      Rule(priority: 10, table: Rule.local).request(.add), "adding a rule",
      tolerating: [Self.exists])
    try socket.request(
      Rule.first.request(.remove), "moving the rule of the own addresses",
      tolerating: [NetlinkSocket.noSuchFile])
    try socket.request(route.request(.replace), "unwrapping what is tunnelled to \(address)")
    try socket.request(
      Rule(
        priority: 5, table: Self.unwrapping,
        destination: prefix, nextHeader: 41
      ).request(.add), "adding a rule")
  }

  /// Puts back what the kernel forgets when the interface loses its address or goes down.
  func restore(_ socket: NetlinkSocket) throws(RouterError) {
    try socket.request(route.request(.replace), "unwrapping what is tunnelled to \(address)")
  }

  /// Leaves the rules as they were.
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
