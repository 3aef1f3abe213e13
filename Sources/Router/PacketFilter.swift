import Wire

/// A program of the kernel's classic packet filter (linux/filter.h) for packets without their link header,
/// as a packet socket of the kind SOCK_DGRAM has them.
struct PacketFilter: Hashable, Sendable {
  /// struct sock_filter.
  struct Instruction: Hashable, Sendable {
    var code: UInt16
    /// How many instructions are passed over where the comparison holds, and where it does not.
    var ifTrue: UInt8 = 0
    var ifFalse: UInt8 = 0
    var value: UInt32
  }

  private(set) var instructions: [Instruction] = []

  /// The instructions in the machine's order.
  var bytes: [UInt8] {
    instructions.flatMap { native($0.code) + [$0.ifTrue, $0.ifFalse] + native($0.value) }
  }

  mutating func loadByte(at offset: UInt32) { append(0x30, offset) }
  mutating func loadWord(at offset: UInt32) { append(0x20, offset) }
  /// The frame's EtherType, which the kernel knows besides the packet (SKF_AD_PROTOCOL).
  mutating func loadEtherType() { append(0x20, 0xffff_f000) }
  mutating func mask(_ bits: UInt32) { append(0x54, bits) }
  mutating func accept() { append(0x06, .max) }
  mutating func reject() { append(0x06, 0) }

  /// Passes over so many instructions where the number that was loaded is another one.
  mutating func unless(equal value: UInt32, skip count: Int) {
    instructions.append(Instruction(code: 0x15, ifFalse: UInt8(count), value: value))
  }

  /// Accepts the packet where the number that was loaded is one of these.
  mutating func accept(_ values: [UInt32]) {
    for value in values {
      unless(equal: value, skip: 1)
      accept()
    }
  }

  /// Rejects the packet where the number that was loaded is another one.
  mutating func require(_ value: UInt32) {
    instructions.append(Instruction(code: 0x15, ifTrue: 1, value: value))
    reject()
  }

  /// Accepts IPv6 packets whose source lies in the prefix.
  mutating func accept(sourceIn prefix: BindingMessage.Prefix) {
    let words = [
      prefix.address.high >> 32, prefix.address.high, prefix.address.low >> 32, prefix.address.low,
    ].map { UInt32(truncatingIfNeeded: $0) }
    // From the last word to the first, so that each comparison knows how much there is to pass over.
    var tail = PacketFilter()
    tail.accept()
    for place in (0..<4).reversed() {
      let bits = min(max(Int(prefix.length) - 32 * place, 0), 32)
      guard bits > 0 else { continue }
      let mask = UInt32.max << UInt32(32 - bits)
      var test = PacketFilter()
      test.loadWord(at: UInt32(8 + 4 * place))
      if bits < 32 { test.mask(mask) }
      test.unless(equal: words[place] & mask, skip: tail.instructions.count)
      tail.instructions = test.instructions + tail.instructions
    }
    instructions += tail.instructions
  }

  private mutating func append(_ code: UInt16, _ value: UInt32) {
    instructions.append(Instruction(code: code, value: value))
  }
}

extension PacketFilter {
  /// What tells that a guest is there: ARP and RARP, Neighbor Discovery (RFC 4861), listener reports (RFC
  /// 3810, behind a hop-by-hop header), and every IPv6 packet that comes from one of the prefixes.
  static func guests(trafficOf prefixes: [BindingMessage.Prefix]) -> PacketFilter {
    var filter = PacketFilter()
    filter.loadEtherType()
    filter.accept([
      UInt32(EtherType.reverseARP.rawValue), UInt32(EtherType.arp.rawValue),
    ])
    filter.require(UInt32(EtherType.ipv6.rawValue))
    for prefix in prefixes { filter.accept(sourceIn: prefix) }
    var reports = PacketFilter()
    reports.loadByte(at: 40)
    reports.require(UInt32(IPProtocol.icmp6.rawValue))
    reports.loadByte(at: 48)
    reports.accept(NeighborMessage.reports.map(UInt32.init))
    reports.reject()
    filter.loadByte(at: 6)
    filter.unless(
      equal: UInt32(IPProtocol.hopByHopOptions.rawValue), skip: reports.instructions.count)
    filter.instructions += reports.instructions
    filter.require(UInt32(IPProtocol.icmp6.rawValue))
    filter.loadByte(at: 40)
    filter.accept(NeighborMessage.discovery.map(UInt32.init))
    filter.reject()
    return filter
  }
}

/// Types of ICMPv6 messages by which a host is noticed.
enum NeighborMessage {
  static let routerSolicitation: UInt8 = 133
  static let neighborSolicitation: UInt8 = 135
  static let neighborAdvertisement: UInt8 = 136
  /// RFC 4861 section 4, without what routers send.
  static let discovery = [routerSolicitation, neighborSolicitation, neighborAdvertisement]
  /// Listener reports of both versions (RFC 2710 section 3, RFC 3810 section 5.2).
  static let reports: [UInt8] = [131, 143]
}
