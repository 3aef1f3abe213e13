import Testing
import Wire

struct BindingMessageTests {
  private static func address(_ text: String) throws -> IPAddress {
    try #require(IPAddress(text))
  }

  /// IPv6, Destination Options with the Home Address, and a Mobility Header with a Mobile Network
  /// Prefix and an Alternate Care-of Address.
  private static let update =
    hex("60000000 0050 3c40") + Layer.careOf + Layer.homeAgent
    + hex("8702 0102 0000 c910") + Layer.guest
    + hex("3b06 0500 258f 1234 c400 0096")
    + hex("0612 0040 20010db8004200000000000000000000")
    + hex("0104 00000000 0310") + Layer.careOf

  /// IPv6, a type 2 routing header, and a Mobility Header.
  private static let acknowledgement =
    hex("60000000 0028 2b40") + Layer.homeAgent + Layer.careOf
    + hex("8702 0201 00000000") + Layer.guest
    + hex("3b01 0600 4d97 0040 1234 0096 0102 0000")

  private static func updateMessage() throws -> BindingMessage {
    BindingMessage(
      kind: .update, source: try address("2001:db8:1::1"),
      destination: try address("2001:db8:ff::1"), sequence: 0x1234, flags: 0xc400, lifetime: 150,
      homeAddress: try address("2001:db8:42::10"),
      alternateCareOfAddress: try address("2001:db8:1::1"),
      prefixes: [.init(address: try address("2001:db8:42::"), length: 64)], checksumIsRight: true)
  }

  private static func acknowledgementMessage() throws -> BindingMessage {
    BindingMessage(
      kind: .acknowledgement, source: try address("2001:db8:ff::1"),
      destination: try address("2001:db8:1::1"), sequence: 0x1234, flags: 0x40, lifetime: 150,
      status: 0, homeAddress: try address("2001:db8:42::10"), checksumIsRight: true)
  }

  private func parse(_ bytes: [UInt8], wireBytes: Int? = nil) -> BindingMessage? {
    let packet = decode(bytes, .ipv6, wireBytes: wireBytes)
    guard packet.kind == .mobility else { return nil }
    return BindingMessage(
      parsing: bytes.rawSpan.extracting(packet.mobility), source: packet.source,
      destination: packet.destination, homeAddress: packet.homeAddress)
  }

  @Test func `an Update is read`() throws {
    #expect(parse(Self.update) == (try Self.updateMessage()))
  }

  @Test func `an Acknowledgement is read`() throws {
    #expect(parse(Self.acknowledgement) == (try Self.acknowledgementMessage()))
  }

  @Test func `both are written as they are read`() throws {
    var bytes: [UInt8] = []
    try Self.updateMessage().serialize(into: &bytes)
    #expect(bytes == Self.update)
    bytes = []
    try Self.acknowledgementMessage().serialize(into: &bytes)
    #expect(bytes == Self.acknowledgement)
  }

  @Test func `both are found in a tunnel`() {
    for message in [Self.update, Self.acknowledgement] {
      let packet = decode(Layer.ethernet(0x86dd, Layer.tunnel(41, message)))
      #expect(packet.kind == .mobility)
      #expect(packet.outerTexts == ["2001:db8:1::1>2001:db8:ff::1"])
      #expect(packet.homeAddress?.description == "2001:db8:42::10")
      #expect(packet.mobility == (14 + 40 + 64)..<(14 + 40 + message.count))
    }
  }

  @Test(arguments: 0..<8)
  func `every number of options, with or without a Home Address, comes back`(form: Int) throws {
    var message = try Self.updateMessage()
    if form & 1 == 0 { message.homeAddress = nil }
    if form & 2 == 0 { message.alternateCareOfAddress = nil }
    message.prefixes = [
      .init(address: IPAddress(high: 0x2001_0db8_0042_0000, low: 0), length: 64),
      .init(address: IPAddress(high: 0x2001_0db8_0043_0000, low: 0), length: 48),
      .init(address: IPAddress(high: 0, low: 0), length: 0),
    ].dropLast(form & 4 == 0 ? 3 : 0)
    var bytes: [UInt8] = []
    message.serialize(into: &bytes)
    #expect(bytes.count.isMultiple(of: 8))
    #expect(parse(bytes) == message)
  }

  @Test(arguments: 0..<40)
  func `any other bit of the message makes the checksum wrong`(offset: Int) {
    var bytes = Self.update
    let index = bytes.count - 1 - offset
    bytes[index] ^= 0x10
    #expect(parse(bytes)?.checksumIsRight != true)
  }

  @Test func `a message that was cut has no verdict on its checksum`() throws {
    var found: [Int] = []
    for count in 0..<Self.update.count {
      let cut = Array(Self.update.prefix(count))
      guard let message = parse(cut, wireBytes: Self.update.count) else { continue }
      found.append(count)
      #expect(message.sequence == 0x1234)
      #expect(message.checksumIsRight == nil)
      #expect(message.prefixes.count == (count >= 96 ? 1 : 0))
      #expect(decode(cut, .ipv6, wireBytes: Self.update.count).isTruncated)
    }
    #expect(found == Array(76..<120))
  }

  @Test func `an option longer than the message ends it`() throws {
    var bytes = Self.update
    bytes[77] = 255
    let message = parse(bytes)
    #expect(message?.prefixes == [])
    #expect(message?.alternateCareOfAddress == nil)
    #expect(message?.checksumIsRight == false)
  }

  @Test(arguments: [0, 1, 4, 7, 255] as [UInt8])
  func `other types are none`(type: UInt8) {
    var bytes = Self.update
    bytes[66] = type
    #expect(decode(bytes, .ipv6).kind == .mobility)
    #expect(parse(bytes) == nil)
  }

  @Test func `a refusal keeps its status`() throws {
    var message = try Self.acknowledgementMessage()
    message.status = 135
    message.lifetime = 0
    var bytes: [UInt8] = []
    message.serialize(into: &bytes)
    #expect(parse(bytes) == message)
  }
}
