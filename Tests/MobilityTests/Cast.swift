import Mobility
import Wire

/// Who takes part: a home agent, a guest's home address and prefix, and the servers' care-of addresses.
enum Cast {
  static let agent = address("2001:db8:aa::1")
  static let home = address("2001:db8:42::1")
  static let prefix = BindingMessage.Prefix(address: address("2001:db8:42::"), length: 64)
  static let servers = [address("2001:db8:1::1"), address("2001:db8:2::1")]
  static let security = SecurityAssociation(index: 256, key: Array("a key of the lab".utf8))

  static func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { fatalError("\(text) is no address") }
    return address
  }

  /// A moment so many seconds after a fixed one.
  static func at(_ seconds: Double) -> Moment {
    Moment(
      elapsed: .seconds(seconds),
      wall: Timestamp(nanoseconds: 1_795_000_000_000_000_000) + .seconds(seconds))
  }

  static func homeAgent(
    prefixes: [BindingMessage.Prefix] = [prefix], security: SecurityAssociation? = nil,
    maximumBindings: Int = 10, isProhibited: Bool = false
  ) -> HomeAgent {
    HomeAgent(
      HomeAgent.Configuration(
        address: agent, maximumLifetime: .seconds(60), maximumBindings: maximumBindings,
        mobileNodes: [
          HomeAgent.MobileNode(
            homeAddress: home, prefixes: prefixes, security: security, isProhibited: isProhibited),
          HomeAgent.MobileNode(
            homeAddress: address("2001:db8:43::1"),
            prefixes: [BindingMessage.Prefix(address: address("2001:db8:43::"), length: 64)]),
        ]))
  }

  static func router(
    _ server: Int = 0, isExplicit: Bool = true, lifetime: Duration = .seconds(60),
    security: SecurityAssociation? = nil
  ) -> MobileRouter {
    MobileRouter(
      MobileRouter.Configuration(
        homeAddress: home, careOfAddress: servers[server], homeAgent: agent, prefixes: [prefix],
        isExplicit: isExplicit, lifetime: lifetime, security: security))
  }

  /// An Update as a router would send it.
  static func update(
    _ sequence: UInt16, server: Int = 0, flags: UInt16 = 0xc400, lifetime: UInt16 = 15,
    prefixes: [BindingMessage.Prefix] = [prefix], homeAddress: IPAddress? = home,
    alternate: IPAddress? = nil
  ) -> BindingMessage {
    BindingMessage(
      kind: .update, source: servers[server], destination: agent, sequence: sequence, flags: flags,
      lifetime: lifetime, homeAddress: homeAddress, alternateCareOfAddress: alternate,
      prefixes: prefixes, checksumIsRight: true)
  }
}

extension BindingMessage {
  /// The message as it is read at the other end.
  var onArrival: BindingMessage? {
    var bytes: [UInt8] = []
    serialize(into: &bytes)
    return BindingMessage(packet: bytes)
  }

  /// The message in a whole IPv6 packet.
  init?(packet bytes: [UInt8]) {
    let packet = DecodedPacket(
      decoding: bytes.rawSpan, linkType: .ipv6, wireBytes: bytes.count)
    guard packet.kind == .mobility else { return nil }
    self.init(
      parsing: bytes.rawSpan.extracting(packet.mobility), source: packet.source,
      destination: packet.destination, homeAddress: packet.homeAddress)
  }
}

extension [HomeAgent.Action] {
  var answers: [BindingMessage] {
    compactMap { if case .send(let message) = $0 { message } else { nil } }
  }

  var status: BindingStatus? { answers.last?.status.flatMap(BindingStatus.init) }
}

extension [MobileRouter.Action] {
  var updates: [BindingMessage] {
    compactMap { if case .send(let message) = $0 { message } else { nil } }
  }
}
