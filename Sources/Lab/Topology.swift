/// Who stands where in the experiment: namespaces, interfaces, addresses and points.
///
/// ```
///  guest ──vif── xen1 (MR, CoA1) ──ext──┐
///    ⇅ migrates                         ├── inet ── ha (HA: routes MNP) ── cn
///  guest ──vif── xen2 (MR, CoA2) ──ext──┘
/// ```
/// The home agent has one arm: tunnelled packets come in and plain ones go out by the same link.
package struct Topology: Sendable, Hashable {
  /// What the namespaces' names begin with; nil where nobody else could have the same names.
  package let name: String?
  package let guest: GuestKind

  package init(name: String? = nil, guest: GuestKind = .namespace) {
    self.name = name
    self.guest = guest
  }

  /// The machines that are network namespaces: all but a guest that is a machine of its own.
  package var nodes: [Node] { Node.allCases.filter { $0 != .guest || guest == .namespace } }

  /// The guest's prefix (RFC 3963) and its address, which never change.
  package static let mobileNetworkPrefix = "2001:db8:42::/64"
  package static let guestAddress = "2001:db8:42::10"
  /// By which home agent and mobile routers name the guest; no interface has it (RFC 3963 section 5.1).
  package static let homeAddress = "2001:db8:42::1"
  package static let homeAgentAddress = "2001:db8:aa::1"
  package static let correspondentAddress = "2001:db8:cc::1"
  /// What the servers and the home agent reach the others by.
  package static let externalInterface = "eth0"
  /// What a guest is connected to on a server.
  package static let guestBridge = "br0"
  /// The guest's router on both servers, with the same link-layer address on both, so that the guest
  /// notices nothing.
  package static let gatewayAddress = "fe80::1"
  package static let gatewayLinkLayerAddress = "02:00:00:00:00:01"
  package static let guestLinkLayerAddress = "02:00:00:00:00:10"
  /// Room for the outer header: 1500 less 40, rounded down.
  package static let guestMTU = 1400

  package func namespace(of node: Node) -> String {
    if let name { "\(name)-\(node.rawValue)" } else { node.rawValue }
  }

  package var namespaces: [String] { nodes.map(namespace(of:)) }

  /// A place where the stream can be observed.
  package struct ObservationPoint: Sendable, Hashable {
    /// As the records call it.
    package let name: String
    package let node: Node
    package let interface: String
  }

  /// The points of the experiment that there are, in the order of the stream's way.
  package var points: [ObservationPoint] { Self.allPoints.filter { nodes.contains($0.node) } }

  private static let allPoints = [
    ObservationPoint(name: "guest", node: .guest, interface: "eth0"),
    ObservationPoint(name: "xen1.vif", node: .xen1, interface: "br0"),
    ObservationPoint(name: "xen1", node: .xen1, interface: "eth0"),
    ObservationPoint(name: "xen2.vif", node: .xen2, interface: "br0"),
    ObservationPoint(name: "xen2", node: .xen2, interface: "eth0"),
    ObservationPoint(name: "ha", node: .ha, interface: "eth0"),
    ObservationPoint(name: "cn", node: .cn, interface: "eth0"),
  ]
}
