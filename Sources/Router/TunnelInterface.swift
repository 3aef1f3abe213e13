import Wire

/// An interface of the kind ip6tnl: what is routed to it is wrapped for one other end, and what that end sends is
/// unwrapped by it (RFC 2473 section 3, linux/if_tunnel.h).
///
/// No tunnel encapsulation limit is written (RFC 2473 section 4.1.1), and traffic class and flow label are those of
/// the packet, so that the wire shows what seg6 shows.
struct TunnelInterface: Hashable {
  /// What all names begin with; with the kind, what an earlier run left behind is known by it.
  static let namePrefix = "nemotop-t"
  static let kind = "ip6tnl"

  var name: String
  var near: IPAddress
  var far: IPAddress

  var creation: NetlinkMessage {
    Link.creation(name: name, kind: Self.kind) { tunnel in
      let ipv6InIPv6: UInt8 = 41
      let hopLimit: UInt8 = 64
      let flags: UInt32 = Flag.noEncapsulationLimit | Flag.trafficClass | Flag.flowLabel
      tunnel.append(Attribute.nextHeader, [ipv6InIPv6])
      tunnel.append(Attribute.near, near)
      tunnel.append(Attribute.far, far)
      tunnel.append(Attribute.hopLimit, [hopLimit])
      tunnel.append(Attribute.flags, flags)
    }
  }

  /// Makes it, up and without an address of its own.
  func open(_ socket: NetlinkSocket) throws(RouterError) -> Link {
    let what = "making the tunnel \(name) to \(far)"
    try socket.request(creation, what)
    let link = try socket.link(named: name)
    try socket.request(link.withoutAddresses, what)
    try socket.request(link.up, what)
    return link
  }

  /// IP6_TNL_F_… (linux/ip6_tunnel.h).
  private enum Flag {
    static let noEncapsulationLimit: UInt32 = 0x1
    static let trafficClass: UInt32 = 0x2
    static let flowLabel: UInt32 = 0x4
  }

  /// IFLA_IPTUN_… (linux/if_tunnel.h).
  private enum Attribute {
    static let near: UInt16 = 2
    static let far: UInt16 = 3
    static let hopLimit: UInt16 = 4
    static let flags: UInt16 = 8
    static let nextHeader: UInt16 = 9
  }
}

/// The interfaces of one tunnel end, one for each other end.
struct TunnelInterfaces {
  /// An interface whose other end is used no more stays, since guests come back and removing one takes the kernel
  /// some ten milliseconds; once there are more than this many such, all of them go.
  static let spareCount = 64

  /// As many names as have a number of six digits behind their beginning.
  private static let nameCount = 1_000_000

  let near: IPAddress
  private var links: [IPAddress: Link] = [:]
  private var nextNumber = 0

  init(near: IPAddress) {
    self.near = near
  }

  /// The interface to another end, made where there is none yet.
  ///
  /// - Parameter used: The other ends that are in use.
  mutating func link(
    to far: IPAddress, using used: @autoclosure () -> Set<IPAddress>, _ socket: NetlinkSocket
  ) throws(RouterError) -> Link {
    if let link = links[far] { return link }
    try removeSpare(except: used().union([far]), socket)
    let interface = TunnelInterface(
      name: "\(TunnelInterface.namePrefix)\(nextNumber)", near: near, far: far)
    nextNumber = (nextNumber + 1) % Self.nameCount
    let link = try interface.open(socket)
    links[far] = link
    return link
  }

  private mutating func removeSpare(
    except used: Set<IPAddress>, _ socket: NetlinkSocket
  ) throws(RouterError) {
    let spare = links.filter { !used.contains($0.key) }
    guard spare.count > Self.spareCount else { return }
    for (far, link) in spare {
      links[far] = nil
      try socket.request(
        link.removal, "removing the tunnel to \(far)", tolerating: [NetlinkSocket.noSuchDevice])
    }
  }

  /// Forgets those that somebody removed, by what the kernel told since.
  ///
  /// - Returns: Whether there were any.
  mutating func forgetRemoved(after events: [NetworkEvent]) -> Bool {
    let removed = Set(
      events.compactMap { event in
        if case .linkRemoved(let link) = event { link.index } else { nil }
      })
    let count = links.count
    links = links.filter { !removed.contains($0.value.index) }
    return links.count < count
  }
}
