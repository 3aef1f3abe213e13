import Testing
import Wire

/// A frame and what it says.
struct Sample: Sendable, CustomTestStringConvertible {
  /// How the IP packet that holds the datagram is written.
  enum Datagram {
    case ipv6, ipv4
  }

  var name: String
  var linkType = LinkType.ethernet
  var bytes: [UInt8]
  /// The outer headers as `source>destination`, outermost first.
  var outer: [String] = []
  var datagram = Datagram.ipv6
  /// Bytes of the innermost IP packet.
  var ipBytes = 52
  /// What must be asked for to find it.
  var decapsulation: Decapsulation = []

  var testDescription: String { name }

  private static let udp6 = Layer.ipv6(17, Layer.udp)
  private static let udp4 = Layer.ipv4(17, Layer.udp)
  private static let nemo = "2001:db8:1::1>2001:db8:ff::1"
  private static let site = "10.0.0.1>10.0.0.2"
  private static let within = Layer.ethernet(0x86dd, udp6)

  private static func ethernet(
    _ name: String, _ type: Int, _ payload: [UInt8], outer: [String] = [],
    datagram: Datagram = .ipv6, ipBytes: Int? = nil, decapsulation: Decapsulation = []
  ) -> Sample {
    Sample(
      name: name, bytes: Layer.ethernet(type, payload), outer: outer, datagram: datagram,
      ipBytes: ipBytes ?? (datagram == .ipv6 ? 52 : 32), decapsulation: decapsulation)
  }

  /// Frames with a datagram of four bytes from port 5004 to port 5006, between the guest and the
  /// correspondent node, or between 192.0.2.1 and 198.51.100.2.
  static let datagrams: [Sample] = linkLayers + wireless + extensions + tunnels + asked

  private static let linkLayers: [Sample] = [
    ethernet("Ethernet, IPv6", 0x86dd, udp6),
    ethernet("Ethernet, IPv4", 0x0800, udp4, datagram: .ipv4),
    ethernet("padding", 0x0800, udp4 + hex("0000000000"), datagram: .ipv4),
    ethernet("802.1Q", 0x8100, hex("002a 86dd") + udp6),
    ethernet("802.1ad", 0x88a8, hex("0064 8100 002a 86dd") + udp6),
    ethernet("old QinQ", 0x9100, hex("0064 9200 002a 0800") + udp4, datagram: .ipv4),
    ethernet("SNAP", 60, hex("aaaa03 000000 86dd") + udp6),
    ethernet("SNAP in 802.1Q", 0x8100, hex("002a 003c aaaa03 000000 86dd") + udp6),
    ethernet("PPPoE", 0x8864, hex("1100 0001 0036 0057") + udp6),
    ethernet("MPLS, IPv6", 0x8847, hex("00010040 00002140") + udp6),
    ethernet("MPLS multicast, IPv4", 0x8848, hex("00002140") + udp4, datagram: .ipv4),
    ethernet("pseudowire", 0x8847, hex("00010040 00002140 00000000") + within),
    Sample(
      name: "cooked", linkType: .linuxSLL,
      bytes: hex("0000 0001 0006 020000000001 0000 86dd") + udp6),
    Sample(
      name: "cooked, VLAN", linkType: .linuxSLL,
      bytes: hex("0000 0001 0006 020000000001 0000 8100 002a 86dd") + udp6),
    Sample(
      name: "cooked, 802.2", linkType: .linuxSLL,
      bytes: hex("0000 0001 0006 020000000001 0000 0004 aaaa03 000000 86dd") + udp6),
    Sample(
      name: "cooked 2", linkType: .linuxSLL2,
      bytes: hex("86dd 0000 00000003 0001 00 06 020000000001 0000") + udp6),
    Sample(name: "raw IPv6", linkType: .raw, bytes: udp6),
    Sample(name: "raw IPv4", linkType: .raw, bytes: udp4, datagram: .ipv4, ipBytes: 32),
    Sample(name: "IPv6", linkType: .ipv6, bytes: udp6),
    Sample(name: "IPv4", linkType: .ipv4, bytes: udp4, datagram: .ipv4, ipBytes: 32),
    Sample(name: "null, little-endian", linkType: .null, bytes: hex("1e000000") + udp6),
    Sample(name: "null, big-endian", linkType: .null, bytes: hex("0000001c") + udp6),
    Sample(
      name: "null, IPv4", linkType: .null, bytes: hex("02000000") + udp4, datagram: .ipv4,
      ipBytes: 32),
    Sample(name: "loop", linkType: .loop, bytes: hex("00000018") + udp6),
    Sample(name: "PPP", linkType: .ppp, bytes: hex("0057") + udp6),
    Sample(name: "PPP, framed", linkType: .ppp, bytes: hex("ff03 0057") + udp6),
    Sample(
      name: "PPP, compressed protocol", linkType: .ppp, bytes: hex("21") + udp4, datagram: .ipv4,
      ipBytes: 32),
    Sample(name: "PPP, MPLS", linkType: .ppp, bytes: hex("0281 00002140") + udp6),
  ]

  private static let snap = hex("aaaa03 000000 86dd") + udp6

  private static let wireless: [Sample] = [
    Sample(name: "802.11", linkType: .wireless, bytes: Layer.wireless(0x0801) + snap),
    Sample(
      name: "802.11, IPv4, first fragment", linkType: .wireless,
      bytes: Layer.wireless(0x0805) + hex("aaaa03 000000 0800") + udp4, datagram: .ipv4,
      ipBytes: 32),
    Sample(
      name: "802.11, QoS", linkType: .wireless, bytes: Layer.wireless(0x8802, hex("0600")) + snap),
    Sample(
      name: "802.11, QoS and HT control", linkType: .wireless,
      bytes: Layer.wireless(0x8881, hex("0700 00000088")) + snap),
    Sample(
      name: "802.11, strictly ordered", linkType: .wireless, bytes: Layer.wireless(0x0881) + snap),
    Sample(
      name: "802.11, four addresses", linkType: .wireless,
      bytes: Layer.wireless(0x0803, hex("020000000004")) + snap),
    Sample(
      name: "802.11, four addresses, QoS and HT control", linkType: .wireless,
      bytes: Layer.wireless(0x8883, hex("020000000084 0000 00000000")) + snap),
    Sample(
      name: "radiotap", linkType: .radiotap,
      bytes: hex("0000 0800 00000000") + Layer.wireless(0x0801) + snap),
    Sample(
      name: "radiotap, flags", linkType: .radiotap,
      bytes: hex("0000 0a00 02000000 1000") + Layer.wireless(0x8801, hex("0000")) + snap),
    Sample(
      name: "radiotap, padded", linkType: .radiotap,
      bytes: hex("0000 0900 02000000 20") + Layer.wireless(0x8801, hex("0000 0000")) + snap),
    Sample(
      name: "radiotap, time and padded", linkType: .radiotap,
      bytes: hex("0000 1200 03000000 2020202020202020 2030")
        + Layer.wireless(0x8801, hex("0000 0000")) + snap),
    Sample(
      name: "radiotap, two words, time and padded", linkType: .radiotap,
      bytes: hex("0000 1a00 030000a0 00000000 00000000 0101010101010101 2000")
        + Layer.wireless(0x8801, hex("0000 0000")) + snap),
    Sample(
      name: "PPI, 802.11", linkType: .ppi,
      bytes: hex("0000 1000 69000000 0200 0400 00000000") + Layer.wireless(0x0802) + snap),
    Sample(
      name: "PPI, Ethernet", linkType: .ppi, bytes: hex("0000 0800 01000000") + within),
  ]

  private static let extensions: [Sample] = [
    ethernet(
      "hop-by-hop", 0x86dd, Layer.ipv6(0, hex("1100 0104 00000000") + Layer.udp), ipBytes: 60),
    ethernet(
      "routing", 0x86dd,
      Layer.ipv6(43, hex("1102 0401 00000000") + Layer.homeAgent + Layer.udp), ipBytes: 76),
    ethernet(
      "destination options", 0x86dd, Layer.ipv6(60, hex("1100 0000 0102 0000") + Layer.udp),
      ipBytes: 60),
    ethernet(
      "AH", 0x86dd,
      Layer.ipv6(
        51, hex("1104 0000 00000001 00000001") + hex("000102030405060708090a0b") + Layer.udp),
      ipBytes: 76),
    ethernet(
      "AH, IPv4", 0x0800,
      Layer.ipv4(51, hex("1104 0000 00000001 00000001 000102030405060708090a0b") + Layer.udp),
      datagram: .ipv4, ipBytes: 56),
    ethernet(
      "HIP", 0x86dd, Layer.ipv6(139, hex("1100 0111 00000000") + Layer.udp), ipBytes: 60),
    ethernet(
      "shim6", 0x86dd, Layer.ipv6(140, hex("1100 8000 00000001") + Layer.udp), ipBytes: 60),
    ethernet(
      "mobility with a payload", 0x86dd, Layer.ipv6(135, hex("1100 0000 00000000") + Layer.udp),
      ipBytes: 60),
    ethernet(
      "atomic fragment", 0x86dd, Layer.ipv6(44, hex("1100 0000 00000001") + Layer.udp), ipBytes: 60),
    ethernet(
      "chain", 0x86dd,
      Layer.ipv6(
        0,
        hex("2b00 0104 00000000") + hex("3c00 0400 00000000") + hex("2c00 0104 00000000")
          + hex("1100 0000 00000001") + Layer.udp),
      ipBytes: 84),
    ethernet(
      "IPv4 options", 0x0800,
      hex("4600 0024 0001 0000 4011 0000 c0000201 c6336402 94040000") + Layer.udp, datagram: .ipv4,
      ipBytes: 36),
  ]

  private static let tunnels: [Sample] = [
    ethernet("6in6", 0x86dd, Layer.tunnel(41, udp6), outer: [nemo]),
    ethernet(
      "6in6 with an encapsulation limit", 0x86dd,
      Layer.tunnel(60, hex("2900 0401 04 010100") + udp6), outer: [nemo]),
    ethernet("6in6in6", 0x86dd, Layer.tunnel(41, Layer.tunnel(41, udp6)), outer: [nemo, nemo]),
    ethernet("4in6", 0x86dd, Layer.tunnel(4, udp4), outer: [nemo], datagram: .ipv4),
    ethernet("6in4", 0x0800, Layer.tunnel4(41, udp6), outer: [site]),
    ethernet("4in4", 0x0800, Layer.tunnel4(4, udp4), outer: [site], datagram: .ipv4),
    ethernet("GRE", 0x86dd, Layer.tunnel(47, hex("0000 86dd") + udp6), outer: [nemo]),
    ethernet(
      "GRE, checksum, key, sequence", 0x0800,
      Layer.tunnel4(47, hex("b000 0800 00000000 00000001 00000002") + udp4), outer: [site],
      datagram: .ipv4),
    ethernet("GRE, Ethernet", 0x0800, Layer.tunnel4(47, hex("0000 6558") + within), outer: [site]),
    ethernet(
      "GRE, MPLS", 0x0800, Layer.tunnel4(47, hex("0000 8847 00002140") + udp6), outer: [site]),
    ethernet("GRE, PPP", 0x0800, Layer.tunnel4(47, hex("0000 880b 0057") + udp6), outer: [site]),
    ethernet("ERSPAN I", 0x0800, Layer.tunnel4(47, hex("0000 88be") + within), outer: [site]),
    ethernet(
      "ERSPAN II", 0x0800,
      Layer.tunnel4(47, hex("1000 88be 00000001 10010001 00000000") + within), outer: [site]),
    ethernet(
      "ERSPAN III", 0x0800,
      Layer.tunnel4(47, hex("1000 22eb 00000001 20010001 00000000 00000000") + within),
      outer: [site]),
    ethernet(
      "ERSPAN III, sub-header", 0x0800,
      Layer.tunnel4(
        47, hex("1000 22eb 00000001 20010001 00000000 00000001 0000000000000000") + within),
      outer: [site]),
    ethernet(
      "PPTP", 0x0800, Layer.tunnel4(47, hex("3001 880b 00380001 00000001 ff03 0057") + udp6),
      outer: [site]),
    ethernet(
      "PPTP, acknowledged", 0x0800,
      Layer.tunnel4(47, hex("3081 880b 00380001 00000001 00000000 ff03 0057") + udp6), outer: [site]
    ),
    ethernet("VXLAN", 0x0800, Layer.tunnel4(17, Layer.vxlan(within)), outer: [site]),
    ethernet(
      "VXLAN in VXLAN over 6in6", 0x86dd,
      Layer.tunnel(
        41,
        Layer.tunnel(
          17,
          Layer.vxlan(Layer.ethernet(0x0800, Layer.tunnel4(17, Layer.vxlan(within)))))),
      outer: [nemo, nemo, site]),
    ethernet(
      "8 tunnels", 0x86dd, (0..<8).reduce(udp6) { packet, _ in Layer.tunnel(41, packet) },
      outer: [String](repeating: nemo, count: 8)),
  ]
  /// What is entered only where it is asked for.
  static let asked: [Sample] = [
    ethernet(
      "Geneve, Ethernet", 0x0800,
      Layer.tunnel4(17, Layer.datagram(to: 6081, hex("0000 6558 00007b00") + within)),
      outer: [site], decapsulation: .geneve),
    ethernet(
      "Geneve, IPv6, options", 0x86dd,
      Layer.tunnel(
        17,
        Layer.datagram(to: 6081, hex("0240 86dd 00007b00 01030201 deadbeef") + udp6)),
      outer: [nemo], decapsulation: [.geneve, .teredo]),
    ethernet(
      "Geneve in VXLAN", 0x0800,
      Layer.tunnel4(
        17,
        Layer.vxlan(
          Layer.ethernet(
            0x86dd,
            Layer.tunnel(17, Layer.datagram(to: 6081, hex("0000 0800 00000000") + udp4))))),
      outer: [site, nemo], datagram: .ipv4, decapsulation: .geneve),
    ethernet(
      "Teredo", 0x0800, Layer.tunnel4(17, Layer.datagram(to: 3544, udp6)), outer: [site],
      decapsulation: .teredo),
    ethernet(
      "Teredo from a server, origin", 0x0800,
      Layer.tunnel4(
        17, Layer.datagram(from: 3544, to: 1025, hex("0000 fbfe 3fffffc7") + udp6)),
      outer: [site], decapsulation: .teredo),
    ethernet(
      "Teredo, authentication and origin", 0x0800,
      Layer.tunnel4(
        17,
        Layer.datagram(
          to: 3544,
          hex("0001 0203 aaaa bbbbbb 0102030405060708 00") + hex("0000 fbfe 3fffffc7") + udp6)),
      outer: [site], decapsulation: [.teredo, .geneve]),
  ]
}
