/// A network interface, by its index, and what can be asked of it (rtnetlink(7)).
struct Link: Hashable {
  var index: UInt32

  /// It gets no address of its own, which would have the kernel send from it.
  var withoutAddresses: NetlinkMessage {
    let (perFamily, addressGeneration, none): (UInt16, UInt16, UInt8) = (26, 8, 1)
    var attributes = NetlinkAttributes()
    attributes.append(
      perFamily,
      nesting: { families in
        families.append(UInt16(Kernel.inet6), nesting: { $0.append(addressGeneration, [none]) })
      })
    return Self.request(.change, header: header(), attributes)
  }

  var up: NetlinkMessage {
    let isUp: UInt32 = 1
    return Self.request(.change, header: header(flags: isUp, change: isUp), NetlinkAttributes())
  }

  var removal: NetlinkMessage { Self.request(.remove, header: header(), NetlinkAttributes()) }

  /// What asks for the link of this name.
  static func inquiry(name: String) -> NetlinkMessage {
    var attributes = NetlinkAttributes()
    attributes.append(Attribute.name, text: name)
    return request(.ask, header: anyHeader, attributes)
  }

  /// What makes a new link of a kind, with that kind's own attributes.
  static func creation(
    name: String, kind: String, _ fill: (inout NetlinkAttributes) -> Void
  ) -> NetlinkMessage {
    var attributes = NetlinkAttributes()
    attributes.append(Attribute.name, text: name)
    attributes.append(
      Attribute.information,
      nesting: { information in
        information.append(Attribute.kind, Array(kind.utf8))
        information.append(Attribute.data, nesting: fill)
      })
    var message = request(.change, header: anyHeader, attributes)
    message.flags.formUnion([.create, .exclusive])
    return message
  }

  /// The message numbers RTM_NEWLINK, RTM_DELLINK and RTM_GETLINK.
  private enum Request: UInt16 {
    case change = 16
    case remove = 17
    case ask = 18
  }

  private static func request(
    _ request: Request, header: [UInt8], _ attributes: NetlinkAttributes
  ) -> NetlinkMessage {
    NetlinkMessage(
      type: request.rawValue, flags: [.request, .acknowledge], body: header + attributes.bytes)
  }

  private static let anyHeader = Link(index: 0).header()

  /// struct ifinfomsg: family, padding, type, index, flags and which of them change.
  private func header(flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
    [0, 0, 0, 0] + native(index) + native(flags) + native(change)
  }

  /// enum IFLA_… (linux/if_link.h).
  enum Attribute {
    static let name: UInt16 = 3
    static let information: UInt16 = 18
    static let kind: UInt16 = 1
    static let data: UInt16 = 2
  }
}

extension NetlinkSocket {
  /// The link of this name in the socket's network namespace.
  func link(named name: String) throws(RouterError) -> Link {
    let answers = try answers(to: Link.inquiry(name: name), "looking for the interface \(name)")
    guard let body = answers.first?.body, body.count >= 16 else { throw .noSuchInterface(name) }
    return Link(index: NetlinkAnswer.number(body[...], at: 4, as: UInt32.self))
  }

  /// All links there, with their names and kinds; the kind is empty where the link has none.
  func links() throws(RouterError) -> [(link: Link, name: String, kind: String)] {
    let header = [UInt8](repeating: 0, count: 16)
    return try dump(type: 18, header: header, "listing the interfaces").compactMap { message in
      guard message.body.count >= 16 else { return nil }
      let attributes = message.body[16...]
      let information = NetlinkAnswer.attribute(Link.Attribute.information, in: attributes)
      let kind = information.flatMap { NetlinkAnswer.attribute(Link.Attribute.kind, in: $0) }
      return (
        Link(index: NetlinkAnswer.number(message.body[...], at: 4, as: UInt32.self)),
        Self.text(NetlinkAnswer.attribute(Link.Attribute.name, in: attributes)), Self.text(kind)
      )
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>?) -> String {
    String(decoding: (bytes ?? []).prefix { $0 != 0 }, as: UTF8.self)
  }
}
