import Wire

/// A route of IPv6 (rtnetlink(7), linux/rtnetlink.h).
struct Route: Hashable {
  /// What becomes of a packet that it fits.
  enum Way: Hashable {
    case interface(UInt32)
    /// Wrapped into IPv6 for this address (linux/seg6_iptunnel.h): the reduced encapsulation of segment
    /// routing with one segment, which writes no routing header.
    case tunnel(to: IPAddress, interface: UInt32)
    /// Unwrapped, and looked up again in a table (linux/seg6_local.h, End.DT6).
    case unwrapped(table: UInt32, interface: UInt32)
    /// Taken by the host itself, by its loopback interface.
    case local(UInt32)
    /// Dropped, and its sender told.
    case unreachable
  }

  var destination: BindingMessage.Prefix
  /// Only packets from there; from anywhere where it is nil.
  var source: BindingMessage.Prefix?
  var way: Way
  var table: UInt32
  /// Of several, the lowest is taken; nil for the kernel's own choice.
  var metric: UInt32?

  /// The main table.
  static let main: UInt32 = 254
  static let everywhere = BindingMessage.Prefix(address: IPAddress(high: 0, low: 0), length: 0)

  func request(_ change: Change) -> NetlinkMessage {
    NetlinkMessage(type: change.routeType, flags: change.flags, body: header + attributes.bytes)
  }

  /// Removes the route whatever became of its packets.
  var removal: NetlinkMessage {
    NetlinkMessage(
      type: Change.remove.routeType, flags: Change.remove.flags, body: header + place.bytes)
  }

  /// struct rtmsg.
  private var header: [UInt8] {
    let type: UInt8 =
      switch way {
      case .interface, .tunnel, .unwrapped: 1
      case .local: 2
      case .unreachable: 7
      }
    return [
      Kernel.inet6, destination.length, source?.length ?? 0, 0, 0, Kernel.origin, 0,
      type,
    ] + native(UInt32(0))
  }

  /// Which packets it is for.
  private var place: NetlinkAttributes {
    var attributes = NetlinkAttributes()
    if destination.length > 0 { attributes.append(Attribute.destination, destination.address) }
    if let source { attributes.append(Attribute.source, source.address) }
    attributes.append(Attribute.table, table)
    if let metric { attributes.append(Attribute.metric, metric) }
    return attributes
  }

  private var attributes: NetlinkAttributes {
    var attributes = place
    switch way {
    case .interface(let index), .local(let index): attributes.append(Attribute.interface, index)
    case .tunnel(let end, let index):
      attributes.append(Attribute.interface, index)
      attributes.append(Attribute.wrapping, nesting: { $0.append(1, Self.segmentHeader(end)) })
      attributes.append(Attribute.wrappingType, native(UInt16(5)))
    case .unwrapped(let table, let index):
      attributes.append(Attribute.interface, index)
      attributes.append(
        Attribute.wrapping,
        nesting: { local in
          let (action, innerTable): (UInt16, UInt16) = (1, 3)
          let decapsulateIntoTable: UInt32 = 7
          local.append(action, decapsulateIntoTable)
          local.append(innerTable, table)
        })
      attributes.append(Attribute.wrappingType, native(UInt16(7)))
    case .unreachable: break
    }
    return attributes
  }

  /// struct seg6_iptunnel_encap: the mode, and a segment routing header (RFC 8754 section 2) that the
  /// reduced mode does not write out.
  private static func segmentHeader(_ end: IPAddress) -> [UInt8] {
    let reducedEncapsulation: UInt32 = 3
    var bytes = native(reducedEncapsulation) + [0, 2, 4, 0, 0, 0, 0, 0]
    bytes.append(end)
    return bytes
  }

  /// enum rtattr_type_t.
  private enum Attribute {
    static let destination: UInt16 = 1
    static let source: UInt16 = 2
    static let interface: UInt16 = 4
    static let metric: UInt16 = 6
    static let table: UInt16 = 15
    static let wrappingType: UInt16 = 21
    static let wrapping: UInt16 = 22
  }
}

/// Numbers of the kernel's that several requests share.
enum Kernel {
  static let inet6: UInt8 = 10
  /// Who made a route or a rule (`proto 78` in ip's words): a number that nobody else has in
  /// /etc/iproute2/rt_protos, by which what an earlier run left behind is known.
  static let origin: UInt8 = 78
}

/// What is to be done with a route or a rule.
enum Change {
  case add, replace, remove

  var flags: NetlinkMessage.Flags {
    switch self {
    case .add: [.request, .acknowledge, .create, .exclusive]
    case .replace: [.request, .acknowledge, .create, .replace]
    case .remove: [.request, .acknowledge]
    }
  }

  /// RTM_NEWROUTE and RTM_DELROUTE.
  var routeType: UInt16 { self == .remove ? 25 : 24 }
  /// RTM_NEWRULE and RTM_DELRULE.
  var ruleType: UInt16 { self == .remove ? 33 : 32 }
}
