/// How the guest reaches the world through its servers.
package enum Attachment: String, Sendable, CaseIterable {
  /// The servers are mobile routers, and tunnel its packets to a home agent (RFC 3963): it keeps its address.
  case nemo
  /// Both servers' bridges are on one segment with the router: it keeps its address there, and its announcements tell
  /// where it is.
  case bridged
  /// Its prefix is routed to the first server, and each server forwards only for what is routed to it: on the other
  /// one it reaches nobody.
  case routed
  /// Each server puts its own address in the place of the guest's (NAT, as RFC 6296 has it, with ports).
  case nat
}

extension Attachment {
  /// What a network was made with, by its router's route to the guest's prefix: to the home agent, onto the one
  /// segment, to the first server, or none, as behind NAT.
  ///
  /// - Parameter route: As `ip route show PREFIX` writes it.
  init(routerRoute route: String) {
    let words = route.split(whereSeparator: \.isWhitespace).map(String.init)
    func has(_ key: String, _ value: String) -> Bool {
      zip(words, words.dropFirst()).contains { $0 == (key, value) }
    }
    if has("via", Topology.homeAgentAddress) {
      self = .nemo
    } else if has("via", Server.xen1.careOfAddress) {
      self = .routed
    } else if has("dev", Self.segment) {
      self = .bridged
    } else {
      self = .nat
    }
  }

  /// The router's bridge between bridged servers.
  private static let segment = "lan"
}

/// The lines that make the ways of attaching; those of `nemo` are with the tunnels.
extension Attachment {
  /// The `ip -6 -batch` lines of a server. The bridge keeps a port of its own, so that it stays up while the guest
  /// is away: a bridge that loses its last port takes up to a second to come back.
  func lines(of server: Server, subnet: String) -> [String] {
    let ports = [
      "link add keep0 type veth peer name keep1",
      "link set keep0 master br0 up",
      "link set keep1 up",
      "link set br0 up",
    ]
    if self == .bridged {
      return ["link add br0 type bridge mcast_snooping 0", "link set br0 addrgenmode none"] + ports
        + ["link set eth0 master br0 up"]
    }
    let gateway =
      Topology.endLines(address: server.careOfAddress, gateway: "\(subnet)::ff") + [
        "link add br0 address \(Topology.gatewayLinkLayerAddress) type bridge mcast_snooping 0",
        "link set br0 addrgenmode none",
      ] + ports + ["addr add \(Topology.gatewayAddress)/64 dev br0 nodad"]
    let isReached = self == .nat || self == .routed
    return gateway + (isReached ? ["route add \(Topology.mobileNetworkPrefix) dev br0"] : [])
  }

  /// The `ip -6 -batch` lines of the router, whose links to the servers have these subnets.
  func routerLines(subnets: [(server: Server, subnet: String)]) -> [String] {
    let prefix = Topology.mobileNetworkPrefix
    guard self == .bridged else {
      let links = subnets.flatMap { server, subnet in
        [
          "link set \(server.rawValue) up",
          "addr add \(subnet)::ff/64 dev \(server.rawValue) nodad",
        ]
      }
      switch self {
      case .nemo: return links + ["route add \(prefix) via \(Topology.homeAgentAddress)"]
      case .routed: return links + ["route add \(prefix) via \(Server.xen1.careOfAddress)"]
      case .nat, .bridged: return links
      }
    }
    return [
      "link add \(Self.segment) address \(Topology.gatewayLinkLayerAddress) type bridge mcast_snooping 0",
      "link set \(Self.segment) addrgenmode none",
    ] + subnets.map { "link set \($0.server.rawValue) master \(Self.segment) up" } + [
      "link set \(Self.segment) up",
      "addr add \(Topology.gatewayAddress)/64 dev \(Self.segment) nodad",
      "route add \(prefix) dev \(Self.segment)",
    ]
  }

  /// The nftables rules of a server, where it has any.
  func rules(of server: Server) -> String? {
    let prefix = Topology.mobileNetworkPrefix
    switch self {
    case .routed where server != .xen1:
      return """
        table ip6 nemotop_routed {
          chain forward {
            type filter hook forward priority 0;
            iifname "br0" ip6 saddr \(prefix) drop
          }
        }

        """
    case .nat:
      return """
        table ip6 nemotop_nat {
          chain source {
            type nat hook postrouting priority 100;
            oifname "eth0" ip6 saddr \(prefix) masquerade
          }
        }

        """
    case .nemo, .bridged, .routed: return nil
    }
  }

  /// The `ip -6 -batch` lines by which the guest tells its neighbours that it is where it is now: a driver that comes
  /// up again does the same, and the kernel sends unsolicited Neighbor Advertisements (RFC 4861 section 7.2.6). What it
  /// knew of its neighbours is gone with that.
  static let announcement = [
    "link set eth0 address \(Topology.guestLinkLayerAddress)", Topology.gatewayNeighborLine,
  ]
}
