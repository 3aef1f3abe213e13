import Wire

/// By what the kernel wraps IPv6 in IPv6 (RFC 2473): on the wire both are one header before the packet, with
/// next header 41.
package enum TunnelKind: String, Sendable, Hashable, CaseIterable {
  /// An interface for each other end.
  case ip6tnl
  /// Routes that wrap, by the reduced encapsulation of segment routing with one segment (RFC 8986 section 5.2).
  case seg6
}

extension TunnelKind {
  /// The kind that is wanted; where none is, ip6tnl if the kernel takes such an interface, else seg6.
  ///
  /// - Throws: `RouterError.noTunnels` where ip6tnl is wanted and the kernel does not have it.
  static func choose(
    _ wanted: TunnelKind?, through socket: NetlinkSocket
  ) throws(RouterError) -> TunnelKind {
    guard wanted != .seg6 else { return .seg6 }
    // The kernel loads the kind's module where it has one.
    let trial = TunnelInterface(
      name: TunnelInterface.namePrefix + "rial", near: IPAddress(high: 0, low: 1),
      far: IPAddress(high: 0, low: 2))
    let code = try socket.request(
      trial.creation, "making an interface of the kind ip6tnl",
      tolerating: [NetlinkSocket.notSupported])
    guard code == 0 else {
      guard wanted == nil else { throw .noTunnels(.ip6tnl) }
      return .seg6
    }
    try socket.request(
      try socket.link(named: trial.name).removal, "removing an interface of the kind ip6tnl")
    return .ip6tnl
  }
}
