import Wire

/// A rule that says which table a packet is looked up in (linux/fib_rules.h).
struct Rule: Hashable {
  /// The lowest is asked first.
  var priority: UInt32
  var table: UInt32
  /// Only packets from there.
  var source: BindingMessage.Prefix?
  /// Only packets to there.
  var destination: BindingMessage.Prefix?
  /// Only packets that came in there.
  var interface: String?
  /// Only packets with this next header.
  var nextHeader: UInt8?
  /// Who made it.
  var origin: UInt8 = Kernel.origin

  /// The table of the own addresses.
  static let local: UInt32 = 255
  /// The kernel's own first rule, which it begins with.
  static let first = Rule(priority: 0, table: local, origin: 2)

  func request(_ change: Change) -> NetlinkMessage {
    NetlinkMessage(type: change.ruleType, flags: change.flags, body: header + attributes.bytes)
  }

  /// struct fib_rule_hdr.
  private var header: [UInt8] {
    let lookUp: UInt8 = 1
    return [Kernel.inet6, destination?.length ?? 0, source?.length ?? 0, 0, 0, 0, 0, lookUp]
      + native(UInt32(0))
  }

  private var attributes: NetlinkAttributes {
    var attributes = NetlinkAttributes()
    if let destination { attributes.append(Attribute.destination, destination.address) }
    if let source { attributes.append(Attribute.source, source.address) }
    if let interface { attributes.append(Attribute.interface, text: interface) }
    attributes.append(Attribute.priority, priority)
    attributes.append(Attribute.table, table)
    attributes.append(Attribute.origin, [origin])
    if let nextHeader { attributes.append(Attribute.nextHeader, [nextHeader]) }
    return attributes
  }

  enum Attribute {
    static let destination: UInt16 = 1
    static let source: UInt16 = 2
    static let interface: UInt16 = 3
    static let priority: UInt16 = 6
    static let table: UInt16 = 15
    static let origin: UInt16 = 21
    static let nextHeader: UInt16 = 22
  }
}
