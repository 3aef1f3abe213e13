package import Wire

/// What the kernel tells of a network namespace's links, neighbours and addresses (rtnetlink(7)).
package enum NetworkEvent: Hashable, Sendable {
  package struct Link: Hashable, Sendable {
    package var name: String
    package var index: UInt32
    /// The bridge or bond that it is a part of; nil for none.
    package var master: UInt32?
    package var isUp: Bool
    /// Whether somebody is at its other end, such as the machine that a TAP is for.
    package var hasCarrier: Bool

    package init(
      name: String, index: UInt32, master: UInt32?, isUp: Bool, hasCarrier: Bool = true
    ) {
      self.name = name
      self.index = index
      self.master = master
      self.isUp = isUp
      self.hasCarrier = hasCarrier
    }
  }

  /// How well a neighbour is known (RFC 4861 section 7.3.2).
  package enum Reachability: UInt16, Hashable, Sendable {
    case incomplete = 0x01
    case reachable = 0x02
    case stale = 0x04
    case delay = 0x08
    case probe = 0x10
    case failed = 0x20
    /// Such devices have no neighbours to ask for.
    case needless = 0x40
    /// Set by hand.
    case permanent = 0x80
  }

  /// A link is there, or has changed.
  case link(Link)
  case linkRemoved(Link)
  /// A link is a bridge's port, or has changed as one.
  case port(Link)
  case portRemoved(Link)
  case address(IPAddress, interface: UInt32)
  case addressRemoved(IPAddress, interface: UInt32)
  /// `hardwareAddress` is nil where it is not known.
  case neighbor(
    IPAddress, hardwareAddress: HardwareAddress?, interface: UInt32, state: Reachability)
  case neighborRemoved(IPAddress, interface: UInt32)
  /// A bridge learned behind which of its ports an address is, or forgot it. What was set by hand, as the
  /// ports' own addresses are, is not told.
  case forwardingEntry(HardwareAddress, port: UInt32, isNew: Bool)
  /// The kernel had more to tell than there was room for: what is known now may be wrong.
  case overrun
}

extension NetworkEvent {
  /// Whether routes that were there before may be gone, and could be made again now.
  var mayTakeRoutes: Bool {
    switch self {
    case .link(let link): link.isUp
    case .address, .overrun: true
    default: false
    }
  }
}

extension NetworkEvent {
  /// What a message tells; nil where it is of no interest.
  init?(_ message: NetlinkMessage) {
    let (newLink, deleteLink): (UInt16, UInt16) = (16, 17)
    let (newAddress, deleteAddress): (UInt16, UInt16) = (20, 21)
    let (newNeighbor, deleteNeighbor): (UInt16, UInt16) = (28, 29)
    switch message.type {
    case newLink, deleteLink: self.init(link: message.body, isNew: message.type == newLink)
    case newAddress, deleteAddress:
      self.init(address: message.body, isNew: message.type == newAddress)
    case newNeighbor, deleteNeighbor:
      self.init(neighbor: message.body, isNew: message.type == newNeighbor)
    default: return nil
    }
  }

  private static let bridge: UInt8 = 7

  /// struct ifinfomsg: family (1), padding (1), type (2), index (4), flags (4), change (4). Of the flags, IFF_UP is bit
  /// 0 and IFF_LOWER_UP bit 16.
  private init?(link body: [UInt8], isNew: Bool) {
    guard body.count >= 16 else { return nil }
    let attributes = body[16...]
    guard let name = NetlinkAnswer.attribute(3, in: attributes) else { return nil }
    let master = NetlinkAnswer.attribute(10, in: attributes).flatMap(Self.number)
    let link = Link(
      name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self),
      index: NetlinkAnswer.number(body[...], at: 4, as: UInt32.self), master: master,
      isUp: body[8] & 1 != 0, hasCarrier: body[10] & 1 != 0)
    // A bridge tells of itself as its own part.
    guard master != link.index else { return nil }
    // A port that leaves its bridge is told of as the end of a link, of the bridges' family.
    switch (body[0] == Self.bridge, isNew) {
    case (true, true): self = .port(link)
    case (true, false): self = .portRemoved(link)
    case (false, true): self = .link(link)
    case (false, false): self = .linkRemoved(link)
    }
  }

  /// struct ifaddrmsg: family (1), prefix length (1), flags (1), scope (1), index (4).
  private init?(address body: [UInt8], isNew: Bool) {
    guard body.count >= 8, body[0] == Kernel.inet6,
      let address = NetlinkAnswer.attribute(1, in: body[8...]).flatMap(Self.address)
    else { return nil }
    let interface = NetlinkAnswer.number(body[...], at: 4, as: UInt32.self)
    self =
      isNew
      ? .address(address, interface: interface) : .addressRemoved(address, interface: interface)
  }

  /// struct ndmsg: family (1), padding (3), index (4), state (2), flags (1), type (1).
  private init?(neighbor body: [UInt8], isNew: Bool) {
    guard body.count >= 12 else { return nil }
    let interface = NetlinkAnswer.number(body[...], at: 4, as: UInt32.self)
    let state = Reachability(rawValue: NetlinkAnswer.number(body[...], at: 8, as: UInt16.self))
    let hardware = NetlinkAnswer.attribute(2, in: body[12...]).flatMap(Self.hardwareAddress)
    if body[0] == Self.bridge {
      guard let hardware, state != .permanent, state != .needless else { return nil }
      self = .forwardingEntry(hardware, port: interface, isNew: isNew)
      return
    }
    guard body[0] == Kernel.inet6,
      let address = NetlinkAnswer.attribute(1, in: body[12...]).flatMap(Self.address)
    else { return nil }
    guard isNew else {
      self = .neighborRemoved(address, interface: interface)
      return
    }
    guard let state else { return nil }
    self = .neighbor(address, hardwareAddress: hardware, interface: interface, state: state)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count == 4 else { return nil }
    return NetlinkAnswer.number(bytes, at: bytes.startIndex, as: UInt32.self)
  }

  private static func bits(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
    guard bytes.count == 16 else { return nil }
    return IPAddress(high: bits(bytes.prefix(8)), low: bits(bytes.suffix(8)))
  }

  private static func hardwareAddress(_ bytes: ArraySlice<UInt8>) -> HardwareAddress? {
    bytes.count == HardwareAddress.byteCount ? HardwareAddress(bits: bits(bytes)) : nil
  }
}
