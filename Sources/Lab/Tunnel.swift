/// How the kernel wraps IPv6 in IPv6 (RFC 2473, next header 41).
package enum Tunnel: String, Sendable, CaseIterable {
  /// The tunnel interface that a usual kernel has.
  case ip6tnl
  /// Segment routing in its reduced encapsulation with one segment: the same packets on the wire,
  /// since nothing is left to write into a routing header.
  case seg6
}

/// The `ip -6 -batch` lines of the tunnels' ends. `local` is the own outer address, `remote` the
/// other end's; only packets between just these two are taken out of their wrapping, all others
/// that claim to be tunnelled are dropped.
extension Tunnel {
  /// An interface made only to see whether the kernel has the kind.
  static let trial =
    "link add trial0 type ip6tnl mode ip6ip6 local ::1 remote ::2 encaplimit none"
  static let endOfTrial = "link del trial0"

  /// Sets up the end at a mobile router: what the guest sends goes through the tunnel.
  func routerLines(server: Server) -> [String] {
    let local = server.careOfAddress
    let remote = Topology.homeAgentAddress
    let way: [String] =
      switch self {
      case .ip6tnl:
        interfaceLines(local: local, remote: remote) + ["route add default dev tnl0 table 200"]
      case .seg6:
        decapsulationLines(local: local) + [
          "route add default encap seg6 mode encap.red segs \(remote) dev eth0 table 200"
        ]
      }
    return way + [
      "rule add pref 20 iif br0 from \(Topology.mobileNetworkPrefix) lookup 200",
      admission(of: remote, to: local, preference: 4),
    ] + refusalLines(local: local)
  }

  /// Sets up the end at the home agent, bound to a first server.
  func homeAgentLines(bound server: Server) -> [String] {
    let local = Topology.homeAgentAddress
    let remote = server.careOfAddress
    let way: [String] =
      switch self {
      case .ip6tnl: interfaceLines(local: local, remote: remote)
      case .seg6: decapsulationLines(local: local)
      }
    return way + [
      route(to: server), admission(of: remote, to: local, preference: Self.preference(of: server)),
    ] + refusalLines(local: local)
  }

  /// Switches the home agent's binding from one server to the other.
  func bindingLines(from old: Server, to new: Server) -> [String] {
    let local = Topology.homeAgentAddress
    var lines: [String] = []
    if self == .ip6tnl {
      lines.append(
        "tunnel change tnl0 mode ip6ip6 local \(local) remote \(new.careOfAddress) encaplimit none")
    }
    return lines + [
      admission(of: new.careOfAddress, to: local, preference: Self.preference(of: new)),
      route(to: new),
      "rule del pref \(Self.preference(of: old))",
    ]
  }

  /// Which way the home agent sends the guest's prefix.
  private func route(to server: Server) -> String {
    switch self {
    case .ip6tnl: "route replace \(Topology.mobileNetworkPrefix) dev tnl0"
    case .seg6:
      "route replace \(Topology.mobileNetworkPrefix)"
        + " encap seg6 mode encap.red segs \(server.careOfAddress) dev eth0"
    }
  }

  /// Each server has a preference of its own, so that its rule can be taken away by it.
  private static func preference(of server: Server) -> Int {
    switch server {
    case .xen1: 4
    case .xen2: 5
    }
  }

  private func interfaceLines(local: String, remote: String) -> [String] {
    [
      "link add tnl0 type ip6tnl mode ip6ip6 local \(local) remote \(remote) encaplimit none",
      "link set tnl0 up",
    ]
  }

  /// Table 100 takes the outer header off, and the inner packet goes by the main table. The outer
  /// source needs no line: it is the one address of the interface that is not link-local.
  private func decapsulationLines(local: String) -> [String] {
    ["route add \(local)/128 encap seg6local action End.DT6 table 254 dev eth0 table 100"]
  }

  private func admission(of remote: String, to local: String, preference: Int) -> String {
    let table =
      switch self {
      case .ip6tnl: "local"
      case .seg6: "100"
      }
    return "rule add pref \(preference) from \(remote) to \(local) ipproto 41 lookup \(table)"
  }

  /// The local table comes after the rules for tunnelled packets, so that signalling and echo to the
  /// same address reach it and tunnelled packets do not.
  private func refusalLines(local: String) -> [String] {
    [
      "rule add pref 6 to \(local) ipproto 41 blackhole",
      "rule add pref 10 lookup local",
      "rule del pref 0",
    ]
  }
}
