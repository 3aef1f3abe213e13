import Testing
import Wire

func decode(
  _ bytes: [UInt8], _ linkType: LinkType = .ethernet, wireBytes: Int? = nil,
  decapsulation: Decapsulation = []
) -> DecodedPacket {
  DecodedPacket(
    decoding: bytes.rawSpan, linkType: linkType, wireBytes: wireBytes ?? bytes.count,
    decapsulation: decapsulation)
}

func decode(_ sample: Sample) -> DecodedPacket {
  decode(sample.bytes, sample.linkType, decapsulation: sample.decapsulation)
}

extension DecodedPacket {
  /// The outer headers as `source>destination`.
  var outerTexts: [String] {
    (0..<outer.count).map { "\(outer[$0].source)>\(outer[$0].destination)" }
  }

  /// The stream and its lengths.
  var streamText: String {
    "\(kind) \(source).\(sourcePort)>\(destination).\(destinationPort) \(ipBytes) \(udpBytes)"
  }
}

struct DecodingTests {
  @Test(arguments: Sample.datagrams)
  func `the innermost datagram is found`(sample: Sample) {
    let packet = decode(sample)
    let isIPv6 = sample.datagram == .ipv6
    #expect(packet.kind == .udp)
    #expect(packet.source.description == (isIPv6 ? "2001:db8:42::10" : "192.0.2.1"))
    #expect(packet.destination.description == (isIPv6 ? "2001:db8:cc::1" : "198.51.100.2"))
    #expect(packet.sourcePort == 5004)
    #expect(packet.destinationPort == 5006)
    #expect(packet.ipBytes == sample.ipBytes)
    #expect(packet.udpBytes == 4)
    #expect(Array(sample.bytes[packet.payload]) == [0xde, 0xad, 0xbe, 0xef])
    #expect(packet.outerTexts == sample.outer)
    #expect(!packet.isTruncated)
    #expect(packet.homeAddress == nil)
  }

  @Test(
    arguments: [
      (0x86dd, Layer.ipv6(6, hex("0016")), .tcp),
      (0x0800, Layer.ipv4(6, hex("0016")), .tcp),
      (0x86dd, Layer.ipv6(58, hex("8000")), .icmp6),
      (0x0800, Layer.ipv4(1, hex("0800")), .other),
      (0x0800, Layer.ipv4(58, hex("8000")), .other),
      (0x86dd, Layer.ipv6(50, Layer.udp), .esp),
      (0x0800, Layer.ipv4(50, Layer.udp), .esp),
      (0x86dd, Layer.tunnel(41, Layer.ipv6(50, Layer.udp)), .esp),
      (0x86dd, Layer.ipv6(59, []), .other),
      (0x86dd, Layer.ipv6(135, hex("3b00 0700 00000000")), .mobility),
      (0x0800, Layer.ipv4(135, hex("3b00 0700 00000000")), .other),
      (0x0800, Layer.ipv4(0, hex("1100 0104 00000000") + Layer.udp), .other),
      (0x0806, hex("0001 0800 0604 0001"), .arp),
      (0x8035, hex("0001 0800 0604 0003"), .other),
      (0x88cc, hex("0207"), .other),
      (0x8863, hex("1109 0000 0000"), .other),
      (0x8864, hex("1100 0001 0004 c021 0100"), .other),
      (38, hex("424203 0000"), .other),
      (60, hex("aaaa03 00000c 2000") + Layer.ipv6(17, Layer.udp), .other),
      (0x8847, hex("0000d140 10000000"), .other),
      (0x0800, Layer.tunnel4(47, hex("4000 0800 00000000") + Layer.ipv4(17, Layer.udp)), .other),
      (0x0800, Layer.tunnel4(47, hex("0002 0800") + Layer.ipv4(17, Layer.udp)), .other),
      (0x0800, Layer.tunnel4(47, hex("2000 0000 00000028")), .other),
      (0x0800, Layer.tunnel4(47, hex("2081 880b 00000001 00000001")), .other),
    ] as [(Int, [UInt8], DecodedPacket.Kind)])
  func `what is no datagram counts by protocol`(
    type: Int, payload: [UInt8], kind: DecodedPacket.Kind
  ) {
    let packet = decode(Layer.ethernet(type, payload))
    #expect(packet.kind == kind)
    #expect(!packet.isTruncated)
  }

  @Test func `families and protocols that are not IP count as other`() {
    #expect(decode(hex("00000007 45000014"), .null).kind == .other)
    #expect(decode(hex("c021 0101"), .ppp).kind == .other)
    #expect(decode(hex("0000 0118 0000 0000000000000000 000c 0000"), .linuxSLL).kind == .other)
  }

  @Test(
    arguments: [
      ("a beacon", .wireless, Layer.wireless(0x8000)),
      ("an acknowledgement", .wireless, hex("d400 0000 020000000001")),
      ("no data", .wireless, Layer.wireless(0x4801)),
      ("QoS, no data", .wireless, Layer.wireless(0xc801, hex("0000"))),
      ("protected", .wireless, Layer.wireless(0x0841) + snap),
      (
        "a later fragment", .wireless,
        hex("0801 0000 020000000001 020000000002 020000000003 1100") + snap
      ),
      ("several packets", .wireless, Layer.wireless(0x8801, hex("8000")) + snap),
      (
        "several packets, four addresses", .wireless,
        Layer.wireless(0x8803, hex("020000000004 8000")) + snap
      ),
      ("another version", .wireless, Layer.wireless(0x0901) + snap),
      ("no SNAP", .wireless, Layer.wireless(0x0801) + hex("424203 0000")),
      ("radiotap 1", .radiotap, hex("0100 0800 00000000") + Layer.wireless(0x0801) + snap),
      ("PPI 1", .ppi, hex("0100 0800 69000000") + Layer.wireless(0x0801) + snap),
      ("PPI of FDDI", .ppi, hex("0000 0800 0a000000") + Layer.wireless(0x0801) + snap),
    ] as [(String, LinkType, [UInt8])])
  func `wireless frames that are not entered count as other`(
    frame: (name: String, linkType: LinkType, bytes: [UInt8])
  ) {
    let packet = decode(frame.bytes, frame.linkType)
    #expect(packet.kind == .other)
    #expect(!packet.isTruncated)
  }

  private static let snap = hex("aaaa03 000000 86dd") + Layer.ipv6(17, Layer.udp)

  @Test(
    arguments: [
      (.radiotap, "0000 0700 00000000"), (.radiotap, "0000 0900 00000000"),
      (.ppi, "0000 0700 69000000"), (.ppi, "0000 0900 69000000"), (.wireless, "08"),
      (.wireless, "0801 0000 020000000001 020000000002 020000000003 10"),
      (.wireless, "8801 0000 020000000001 020000000002 020000000003 1000 00"),
    ] as [(LinkType, String)])
  func `wireless headers that contradict the frame's length are malformed`(
    frame: (linkType: LinkType, text: String)
  ) {
    #expect(decode(hex(frame.text), frame.linkType).kind == .malformed)
  }

  @Test(arguments: Sample.asked)
  func `Geneve and Teredo count as themselves where nobody asks for what they carry`(
    sample: Sample
  ) {
    for decapsulation in [[], Decapsulation([.geneve, .teredo]).subtracting(sample.decapsulation)] {
      let packet = decode(sample.bytes, decapsulation: decapsulation)
      #expect(packet.kind == .udp)
      #expect(Set([packet.sourcePort, packet.destinationPort]).isDisjoint(with: [5004, 5006]))
      #expect(packet.outer.count == sample.outer.count - 1)
    }
  }

  @Test(
    arguments: [
      (6081, "0000 6558 00007b00", .geneve),
      (6081, "0080 86dd 00007b00" + ipv6, .geneve),
      (6081, "4000 86dd 00007b00" + ipv6, .geneve),
      (6081, "3f00 86dd 00007b00" + ipv6, .geneve),
      (6081, "0000 86dd 0000", .geneve),
      (6081, "0000 0004 00007b00" + ipv6, .geneve),
      (3544, "60000000 0000 3b 40" + addresses, .teredo),
      (3544, "50000000 000c 11 40" + addresses, .teredo),
      (3544, "0001", .teredo), (3544, "0000", .teredo), (3544, "", .teredo),
      (3544, "0001 ffff", .teredo),
    ] as [(Int, String, Decapsulation)])
  func `a carrier without a datagram within counts itself`(
    carrier: (port: Int, text: String, decapsulation: Decapsulation)
  ) {
    let payload = hex(carrier.text)
    let frame = Layer.ethernet(
      0x0800, Layer.ipv4(17, Layer.datagram(to: carrier.port, payload)))
    #expect(
      decode(frame, decapsulation: carrier.decapsulation).streamText
        == "udp 192.0.2.1.49152>198.51.100.2.\(carrier.port) \(28 + payload.count) \(payload.count)"
    )
  }

  private static let addresses =
    "20010db8004200000000000000000010 20010db800cc00000000000000000001"
  private static let ipv6 =
    "60000000 000c 11 40" + addresses + "138c 138e 000c 0000 deadbeef"

  @Test(
    arguments: [
      (0x0800, hex("4400 0020") + Layer.ipv4(17, Layer.udp).dropFirst(4)),
      (0x0800, hex("4500 0013") + Layer.ipv4(17, Layer.udp).dropFirst(4)),
      (0x0800, hex("4f00 0020") + Layer.ipv4(17, Layer.udp).dropFirst(4)),
      (0x0800, Layer.ipv6(17, Layer.udp)),
      (0x86dd, Layer.ipv4(17, Layer.udp) + Layer.udp),
      (0x86dd, Layer.ipv6(17, Array(Layer.udp.prefix(7)))),
      (0x86dd, Layer.ipv6(17, hex("138c 138e 0007 0000 deadbeef"))),
      (0x86dd, Layer.ipv6(60, hex("1101 0000 0102 0000"))),
      (0x86dd, Layer.ipv6(60, hex("0601 0000 0102 0000"))),
      (0x86dd, Layer.ipv6(41, [])),
      (0x86dd, Layer.ipv6(135, hex("3b01 0500 00000000"))),
      (0x86dd, (0..<9).reduce(Layer.ipv6(17, Layer.udp)) { packet, _ in Layer.tunnel(41, packet) }),
      (0x8100, (0..<400).reduce([]) { tags, _ in tags + hex("0001 8100") }),
      (0x8864, hex("1100 0001 0001 0057") + Layer.ipv6(17, Layer.udp)),
      (0x86dd, []),
    ] as [(Int, [UInt8])])
  func `what contradicts itself is malformed`(type: Int, payload: [UInt8]) {
    let packet = decode(Layer.ethernet(type, payload))
    #expect(packet.kind == .malformed)
    #expect(!packet.isTruncated)
  }

  @Test func `nothing at all is malformed`() {
    for linkType in LinkType.allCases {
      #expect(decode([], linkType).kind == .malformed)
    }
  }
}

struct LengthTests {
  private func packet(udpLength: String, payload: Int) -> DecodedPacket {
    let datagram = hex("138c 138e \(udpLength) 0000") + [UInt8](repeating: 7, count: payload)
    return decode(Layer.ethernet(0x86dd, Layer.ipv6(17, datagram)))
  }

  @Test func `a length beyond the IP packet is clipped to it`() {
    #expect(packet(udpLength: "0014", payload: 12).udpBytes == 12)
    #expect(packet(udpLength: "0015", payload: 12).udpBytes == 12)
    #expect(packet(udpLength: "ffff", payload: 12).udpBytes == 12)
    #expect(packet(udpLength: "0013", payload: 12).udpBytes == 11)
    #expect(packet(udpLength: "0013", payload: 12).payload.count == 11)
  }

  @Test func `a length of 0 is that of the IP packet`() {
    #expect(packet(udpLength: "0000", payload: 12).udpBytes == 12)
    #expect(packet(udpLength: "0008", payload: 12).udpBytes == 0)
    #expect(packet(udpLength: "0008", payload: 12).payload.isEmpty)
  }

  @Test func `an IP length of 0 is what was captured`() {
    var bytes = Layer.ethernet(0x86dd, Layer.ipv6(17, Layer.udp))
    bytes[18] = 0
    bytes[19] = 0
    #expect(decode(bytes).streamText == "udp 2001:db8:42::10.5004>2001:db8:cc::1.5006 52 4")
    bytes = Layer.ethernet(0x0800, Layer.ipv4(17, Layer.udp))
    bytes[16] = 0
    bytes[17] = 0
    #expect(decode(bytes).streamText == "udp 192.0.2.1.5004>198.51.100.2.5006 32 4")
  }

  @Test func `the headers' lengths count, not what was captured`() {
    let datagram = hex("138c 138e 03f0 0000") + [UInt8](repeating: 7, count: 1000)
    let bytes = Layer.ethernet(0x86dd, Layer.ipv6(17, datagram))
    let packet = decode(Array(bytes.prefix(70)), wireBytes: bytes.count)
    #expect(packet.kind == .udp)
    #expect(packet.ipBytes == 1048)
    #expect(packet.udpBytes == 1000)
    #expect(packet.payload == 62..<70)
    #expect(!packet.isTruncated)
  }

  @Test func `a first fragment counts with the whole datagram's length`() {
    let datagram = hex("138c 138e 1008 0000") + [UInt8](repeating: 7, count: 16)
    let six = decode(
      Layer.ethernet(0x86dd, Layer.ipv6(44, hex("1100 0001 00000001") + datagram)))
    #expect(six.streamText == "udp 2001:db8:42::10.5004>2001:db8:cc::1.5006 72 4096")
    #expect(six.payload.count == 16)
    let four = decode(Layer.ethernet(0x0800, Layer.ipv4(17, datagram, fragment: 0x2000)))
    #expect(four.streamText == "udp 192.0.2.1.5004>198.51.100.2.5006 44 4096")
  }

  @Test func `later fragments count as other`() {
    let six = Layer.ipv6(44, hex("1100 0008 00000001") + Layer.udp)
    #expect(decode(Layer.ethernet(0x86dd, six)).kind == .other)
    let four = Layer.ipv4(17, Layer.udp, fragment: 0x0001)
    #expect(decode(Layer.ethernet(0x0800, four)).kind == .other)
  }

  @Test func `the first fragment of a tunnel shows the packet within`() {
    let inner = Layer.ipv6(17, hex("138c 138e 0408 0000") + [UInt8](repeating: 7, count: 1024))
    let outer = Layer.tunnel(44, hex("2900 0001 00000001") + inner.prefix(256))
    let packet = decode(Layer.ethernet(0x86dd, outer))
    #expect(packet.streamText == "udp 2001:db8:42::10.5004>2001:db8:cc::1.5006 1072 1024")
    #expect(packet.outerTexts == ["2001:db8:1::1>2001:db8:ff::1"])
    #expect(packet.payload.count == 256 - 48)
  }

  @Test(arguments: [
    Layer.vxlan(Layer.ethernet(0x86dd, Layer.ipv6(6, hex("0016")))),
    Layer.vxlan(Layer.ethernet(0x86dd, hex("60"))),
    Layer.vxlan([]),
    hex("c000 12b5 0010 0000 0000000000000000"),
    hex("c000 12b5 000c 0000 08000000"),
  ])
  func `a VXLAN carrier without a datagram within counts itself`(datagram: [UInt8]) {
    let packet = decode(Layer.ethernet(0x0800, Layer.ipv4(17, datagram)))
    #expect(
      packet.streamText
        == "udp 192.0.2.1.49152>198.51.100.2.4789 \(20 + datagram.count) \(datagram.count - 8)")
    #expect(packet.outer.count == 0)
    #expect(packet.payload.count == datagram.count - 8)
  }
}
