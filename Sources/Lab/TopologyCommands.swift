/// The commands that make the experiment's network, as text: nothing here runs anything.
extension Topology {
  /// Names of the interfaces of one link of `inet`, and their numbers.
  private static let links: [(node: Node, number: Int)] = [
    (.xen1, 1), (.xen2, 2), (.ha, 3), (.cn, 4),
  ]

  /// The `ip -batch` lines that make the namespaces and the links between them.
  ///
  /// The interfaces are numbered by hand, since the kernel puts off by up to a second the news that
  /// a link came up where both ends of a pair happen to have the same number.
  ///
  /// - Parameter isRelayed: Whether the links of the servers are made elsewhere.
  func creation(isRelayed: Bool = false) -> [String] {
    nodes.map { "netns add \(namespace(of: $0))" } + guestCreation
      + Self.links.filter { !isRelayed || ![.xen1, .xen2].contains($0.node) }.map { link in
        "link add eth0 index 2\(link.number) netns \(namespace(of: link.node)) type veth"
          + " peer name \(link.node.rawValue) index 3\(link.number) netns \(namespace(of: .inet))"
      }
  }

  private var guestCreation: [String] {
    guard guest == .namespace else { return [] }
    return [
      "link add eth0 index 10 address \(Self.guestLinkLayerAddress)"
        + " netns \(namespace(of: .guest)) type veth"
        + " peer name \(GuestKind.interface) index 11 netns \(namespace(of: .xen1))"
    ]
  }

  /// The `ip -batch` lines that remove these of the namespaces, and with them everything.
  func removal(of present: [String]) -> [String] {
    present.map { "netns del \($0)" }
  }

  /// The kernel's settings of a node, as a script that then gives its input to `ip`.
  ///
  /// Addresses are free to use at once, since nobody else can have them, and nobody asks for routers.
  static func settings(of node: Node) -> String {
    let forwards =
      switch node {
      case .guest, .cn: "0"
      case .xen1, .xen2, .inet, .ha: "1"
      }
    return """
      set -e; cd /proc/sys/net/ipv6/conf
      for setting in */accept_dad */router_solicitations; do echo 0 >$setting; done
      echo \(forwards) >all/forwarding
      echo \(node == .guest ? "1" : "0") >all/ndisc_notify
      exec ip -6 -batch -
      """
  }

  /// The `ip -6 -batch` lines of a node, once its links exist.
  ///
  /// - Parameters:
  ///   - attachment: How the guest reaches the world.
  ///   - tunnel: Nil where there is none, or home agent and mobile routers are to see to it.
  ///   - bound: The server that fixed tunnels lead to.
  func lines(
    of node: Node, attachment: Attachment = .nemo, tunnel: Tunnel?, bound: Server
  ) -> [String] {
    let own: [String] =
      switch node {
      case .guest: Self.guestLines
      case .xen1: Self.lines(of: .xen1, attachment: attachment, tunnel: tunnel) + guest.serverLines
      case .xen2: Self.lines(of: .xen2, attachment: attachment, tunnel: tunnel) + guest.serverLines
      case .inet: Self.routerLines(attachment: attachment)
      case .ha:
        Self.endLines(address: Self.homeAgentAddress, gateway: "2001:db8:aa::ff")
          + (tunnel?.homeAgentLines(bound: bound) ?? [])
      case .cn: Self.endLines(address: Self.correspondentAddress, gateway: "2001:db8:cc::ff")
      }
    return ["link set lo up"] + own
  }

  /// The gateway is known for good: under Xen a guest's link does not go down either when it moves.
  private static let guestLines = [
    "link set eth0 mtu \(guestMTU) up",
    "addr add \(guestAddress)/64 dev eth0 nodad",
    gatewayNeighborLine,
    "route add default via \(gatewayAddress) dev eth0",
  ]

  static let gatewayNeighborLine =
    "neigh replace \(gatewayAddress) lladdr \(gatewayLinkLayerAddress) dev eth0 nud permanent"

  static func endLines(address: String, gateway: String) -> [String] {
    [
      "link set eth0 up",
      "addr add \(address)/64 dev eth0 nodad",
      "route add default via \(gateway) dev eth0",
    ]
  }

  private static let subnets = [
    (server: Server.xen1, subnet: "2001:db8:1"), (server: .xen2, subnet: "2001:db8:2"),
  ]

  private static func routerLines(attachment: Attachment) -> [String] {
    [(Node.ha, "2001:db8:aa"), (.cn, "2001:db8:cc")].flatMap { node, subnet in
      [
        "link set \(node.rawValue) up",
        "addr add \(subnet)::ff/64 dev \(node.rawValue) nodad",
      ]
    } + attachment.routerLines(subnets: subnets)
  }

  private static func lines(
    of server: Server, attachment: Attachment, tunnel: Tunnel?
  ) -> [String] {
    let own = subnets.first { $0.server == server }.map {
      attachment.lines(of: server, subnet: $0.subnet)
    }
    guard let tunnel else { return own ?? [] }
    return (own ?? []) + ["route add \(mobileNetworkPrefix) dev br0"]
      + tunnel.routerLines(server: server)
  }
}
