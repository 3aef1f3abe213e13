import Testing
import Wire

struct SerializationTests {
  private static let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
  private static let correspondent = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)
  private static let careOf = IPAddress(high: 0x2001_0db8_0001_0000, low: 1)
  private static let homeAgent = IPAddress(high: 0x2001_0db8_00ff_0000, low: 1)

  @Test func `a tunnelled frame is written as it is decoded`() {
    let payload = Array("nemotop".utf8)
    var datagram: [UInt8] = []
    UDPHeader(
      sourcePort: 5004, destinationPort: 5006, payload: payload.rawSpan, source: Self.guest,
      destination: Self.correspondent
    ).serialize(into: &datagram)
    datagram += payload
    var frame: [UInt8] = []
    EthernetHeader(destination: 0x0200_0000_0001, source: 0x0200_0000_0002, etherType: .ipv6)
      .serialize(into: &frame)
    IPv6Header(
      payloadLength: 55, nextHeader: .ipv6, source: Self.careOf, destination: Self.homeAgent
    ).serialize(into: &frame)
    IPv6Header(
      payloadLength: 15, nextHeader: .udp, source: Self.guest, destination: Self.correspondent
    ).serialize(into: &frame)
    frame += datagram
    #expect(frame == Layer.ethernet(0x86dd, Layer.tunnel(41, Layer.ipv6(17, datagram))))
    let packet = decode(frame)
    #expect(packet.streamText == "udp 2001:db8:42::10.5004>2001:db8:cc::1.5006 55 7")
    #expect(packet.outerTexts == ["2001:db8:1::1>2001:db8:ff::1"])
    #expect(Array(frame[packet.payload]) == payload)
  }

  @Test(
    arguments: [
      ([], 0x7c33),
      (hex("7c2f"), 0xffff),
      (hex("01"), 0x7b31),
    ] as [([UInt8], UInt16)])
  func `a UDP checksum covers the pseudo-header`(payload: [UInt8], checksum: UInt16) {
    let header = UDPHeader(
      sourcePort: 5004, destinationPort: 5006, payload: payload.rawSpan, source: Self.guest,
      destination: Self.correspondent)
    #expect(header.checksum == checksum)
    #expect(Int(header.length) == 8 + payload.count)
  }

  @Test func `every field of an IPv6 header comes back`() {
    let header = IPv6Header(
      trafficClass: 0xb8, flowLabel: 0xabcde, payloadLength: 0x1234, nextHeader: .mobilityHeader,
      hopLimit: 7, source: Self.guest, destination: Self.correspondent)
    var bytes: [UInt8] = []
    header.serialize(into: &bytes)
    #expect(Array(bytes.prefix(8)) == hex("6b8abcde 1234 8707"))
    #expect(IPv6Header(parsing: bytes.rawSpan) == header)
    bytes.removeLast()
    #expect(IPv6Header(parsing: bytes.rawSpan) == nil)
    bytes = hex("45") + bytes
    #expect(IPv6Header(parsing: bytes.rawSpan) == nil)
  }

  @Test func `every field of an Ethernet header comes back`() {
    let header = EthernetHeader(
      destination: 0xffff_ffff_ffff, source: 0x00163e_abcdef, etherType: .arp)
    var bytes: [UInt8] = []
    header.serialize(into: &bytes)
    #expect(bytes == hex("ffffffffffff 00163eabcdef 0806"))
    #expect(EthernetHeader(parsing: bytes.rawSpan) == header)
    bytes.removeLast()
    #expect(EthernetHeader(parsing: bytes.rawSpan) == nil)
  }

  @Test func `every field of a UDP header comes back`() {
    let header = UDPHeader(sourcePort: 1, destinationPort: 0xfffe, length: 9, checksum: 0xabcd)
    var bytes: [UInt8] = []
    header.serialize(into: &bytes)
    #expect(bytes == hex("0001 fffe 0009 abcd"))
    #expect(UDPHeader(parsing: bytes.rawSpan) == header)
    bytes.removeLast()
    #expect(UDPHeader(parsing: bytes.rawSpan) == nil)
  }
}
