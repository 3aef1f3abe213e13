/// Packets of the guest that the laboratory itself drops, and counts: netfilter does both, at a server
/// once they are tunnelled, so that the guest's interface has seen them and the outer one has not.
package struct Impairments: Sendable, Equatable {
  /// The probability that a tunnelled packet is lost between a server and the home agent.
  package var pathLoss: Double

  package init(pathLoss: Double = 0) {
    self.pathLoss = pathLoss
  }

  /// Chances are drawn among so many.
  private static let chances = 100_000

  private static let table = "table ip6 nemotop"

  /// The rules of the router: what it loses, and what it passes to the home agent and from there.
  var routerRules: String {
    let lost = Int((pathLoss * Double(Self.chances)).rounded())
    return """
      \(Self.table) {
        counter lost { }
        counter toAnchor { }
        counter fromAnchor { }
        chain signalling { }
        chain way {
          type filter hook prerouting priority -400;
          meta l4proto 135 jump signalling
          iifname { "xen1", "xen2" } ip6 nexthdr 41 numgen random mod \(Self.chances) < \(lost) counter name lost drop
          iifname { "xen1", "xen2" } ip6 nexthdr 41 counter name toAnchor
          iifname "ha" ip6 saddr \(Topology.mobileNetworkPrefix) counter name fromAnchor
        }
      }

      """
  }

  /// The rules of a server, which drop nothing yet, and count what comes from the guest and what is tunnelled.
  static let serverRules = """
    \(table) {
      counter lost { }
      counter fromGuest { }
      counter tunnelled { }
      chain blocked { }
      chain arrival {
        type filter hook prerouting priority -400;
        iifname "br0" ip6 saddr \(Topology.mobileNetworkPrefix) udp dport != 0 counter name fromGuest
      }
      chain way {
        type filter hook postrouting priority 0;
        oifname "eth0" ip6 nexthdr 41 counter name tunnelled
        oifname "eth0" ip6 nexthdr 41 jump blocked
      }
    }

    """

  /// Lets the router lose so many of the next messages, and none after those.
  static func losing(_ count: Int, of message: SignallingMessage) -> String {
    let address =
      switch message {
      case .update: "daddr"
      case .acknowledgement: "saddr"
      }
    return """
      flush chain ip6 nemotop signalling
      add rule ip6 nemotop signalling ip6 \(address) \(Topology.homeAgentAddress) \
      limit rate 1/day burst \(count) packets drop

      """
  }

  /// Lets a server drop what comes from the guest, or pass it again.
  static func blocking(_ isBlocking: Bool) -> String {
    isBlocking
      ? "add rule ip6 nemotop blocked counter name lost drop\n"
      : "flush chain ip6 nemotop blocked\n"
  }

  /// The packets of a counter in what `nft list counters` writes; nil where it has none of that name.
  static func packets(of counter: String, in text: String) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard
      let name = words.indices.first(where: {
        words[$0] == "counter" && $0 + 4 < words.count && words[$0 + 1] == counter
      })
    else { return nil }
    return words[name + 3] == "packets" ? Int(words[name + 4]) : nil
  }
}

/// What mobile routers and home agent send to one another (RFC 6275).
package enum SignallingMessage: Sendable, Hashable {
  case update
  case acknowledgement
}

/// How many packets of the guest were dropped where, as netfilter counted them.
package struct DroppedPackets: Sendable, Equatable {
  /// Between the guest's interface and the outer one, at both servers.
  package var server = 0
  /// By the servers, which had no tunnel for them, or not yet: mobile routers alone do that. What is held at
  /// the end is among them.
  package var untunnelled = 0
  /// Between the servers and the home agent.
  package var path = 0
  /// By the home agent, which takes them from no other server than the one that it has bound.
  package var homeAgent = 0

  package init() {}
}

extension Laboratory {
  /// Begins to impair the network.
  package func impair(_ impairments: Impairments) async throws(LabError) {
    try await filter(impairments.routerRules, at: .inet)
    for server in Server.allCases { try await filter(Impairments.serverRules, at: server.node) }
  }

  /// Lets a server drop what comes from the guest, or pass it again.
  package func block(_ isBlocking: Bool, at server: Server) async throws(LabError) {
    try await filter(Impairments.blocking(isBlocking), at: server.node)
  }

  /// Lets the next messages get lost between servers and home agent.
  package func lose(_ count: Int, of message: SignallingMessage) async throws(LabError) {
    try await filter(Impairments.losing(count, of: message), at: .inet)
  }

  /// What was dropped since the network is impaired.
  package func droppedPackets() async throws(LabError) -> DroppedPackets {
    var dropped = DroppedPackets()
    let router = try await counters(of: .inet)
    dropped.path = Impairments.packets(of: "lost", in: router) ?? 0
    dropped.homeAgent =
      (Impairments.packets(of: "toAnchor", in: router) ?? 0)
      - (Impairments.packets(of: "fromAnchor", in: router) ?? 0)
    for server in Server.allCases {
      let text = try await counters(of: server.node)
      dropped.server += Impairments.packets(of: "lost", in: text) ?? 0
      dropped.untunnelled +=
        (Impairments.packets(of: "fromGuest", in: text) ?? 0)
        - (Impairments.packets(of: "tunnelled", in: text) ?? 0)
    }
    dropped.path += relays.reduce(0) { $0 + $1.droppedPackets }
    return dropped
  }

  private func counters(of node: Node) async throws(LabError) -> String {
    try await world.run(["nft", "list", "counters"], in: topology.namespace(of: node))
  }

  func filter(_ rules: String, at node: Node) async throws(LabError) {
    _ = try await world.run(["nft", "-f", "-"], in: topology.namespace(of: node), input: rules)
  }
}
