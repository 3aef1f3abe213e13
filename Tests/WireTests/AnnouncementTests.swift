import Testing

@testable import Wire

/// The messages that hypervisors and guests send after a migration.
struct AnnouncementTests {
  private static let mac = HardwareAddress(bits: 0x5254_0012_3456)
  private static let guest = IPAddress(ipv4: 0xc000_020a)
  private static let guest6 = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
  private static let broadcast = "ffffffffffff 525400123456"

  private static func arp(_ operation: String, from sender: String, to target: String) -> [UInt8] {
    hex("0001 0800 06 04" + operation + sender + target)
  }

  private static let reverse = arp(
    "0003", from: "525400123456 00000000", to: "525400123456 00000000")
  private static let request = arp(
    "0001", from: "525400123456 c000020a", to: "000000000000 c000020a")
  private static let reply = arp("0002", from: "525400123456 c000020a", to: "ffffffffffff c000020a")

  /// With the override flag, to all nodes.
  private static func advertisement(
    flags: String = "20000000", to destination: String = "ff020000000000000000000000000001",
    options: String = "0201 525400123456"
  ) -> [UInt8] {
    let message = hex("8800 0000" + flags) + Layer.guest + hex(options)
    return Layer.ipv6(58, message, to: hex(destination))
  }

  private func announcement(_ frame: [UInt8], captured: Int? = nil) -> Announcement? {
    let bytes = Array(frame.prefix(captured ?? frame.count))
    return Announcement(decode(bytes, wireBytes: frame.count), in: bytes.rawSpan)
  }

  @Test(
    arguments: [
      ("8035", reverse, Announcement(form: .reverseARP, hardwareAddress: mac), .other),
      (
        "0806", request, Announcement(form: .requestARP, hardwareAddress: mac, address: guest), .arp
      ),
      ("0806", reply, Announcement(form: .replyARP, hardwareAddress: mac, address: guest), .arp),
      (
        "86dd", advertisement(),
        Announcement(form: .neighborAdvertisement, hardwareAddress: mac, address: guest6), .icmp6
      ),
    ] as [(String, [UInt8], Announcement, DecodedPacket.Kind)])
  func `each form is recognised, padded, behind VLAN tags and in tunnels`(
    type: String, message: [UInt8], expected: Announcement, kind: DecodedPacket.Kind
  ) {
    let padding = [UInt8](repeating: 0, count: 18)
    for tags in ["", "8100 002a", "88a8 0007 8100 002a"] {
      let frame = hex(Self.broadcast + tags + type) + message
      #expect(announcement(frame) == expected)
      #expect(announcement(frame + padding) == expected)
      #expect(decode(frame).kind == kind)
      let bridged = Layer.ethernet(
        0x86dd, Layer.tunnel(47, hex("0000 6558") + frame))
      #expect(announcement(bridged) == expected)
    }
  }

  @Test func `questions and answers announce nothing`() {
    let others = [
      // Who has it; whether it is free (RFC 5227); an answer; a reverse request for another.
      ("0806", Self.arp("0001", from: "525400123456 c000020a", to: "000000000000 c0000201")),
      ("0806", Self.arp("0001", from: "525400123456 00000000", to: "000000000000 c000020a")),
      ("0806", Self.arp("0001", from: "525400123456 00000000", to: "000000000000 00000000")),
      ("0806", Self.arp("0002", from: "525400123456 c000020a", to: "020000000001 c0000201")),
      ("8035", Self.arp("0003", from: "525400123456 00000000", to: "020000000001 00000000")),
      ("8035", Self.arp("0004", from: "020000000001 c0000201", to: "525400123456 c000020a")),
      // Solicited; to one node; without the hardware address; options that contradict themselves.
      ("86dd", Self.advertisement(flags: "60000000")),
      ("86dd", Self.advertisement(to: "20010db800cc00000000000000000001")),
      ("86dd", Self.advertisement(options: "")),
      ("86dd", Self.advertisement(options: "0200 525400123456")),
      ("86dd", Self.advertisement(options: "0101 525400123456")),
    ]
    for (type, message) in others {
      #expect(announcement(hex(Self.broadcast + type) + message) == nil)
    }
  }

  @Test func `what the snaplen cut announces nothing, and nothing traps`() {
    let frames = [
      hex(Self.broadcast + "8035") + Self.reverse,
      hex(Self.broadcast + "86dd") + Self.advertisement(),
    ]
    for frame in frames {
      for captured in 0..<frame.count {
        #expect(announcement(frame, captured: captured) == nil)
        #expect(announcement(Array(frame.prefix(captured))) == nil)
      }
    }
  }

  @Test func `a hardware address is read as it is written`() {
    #expect("\(Self.mac)" == "52:54:00:12:34:56")
    #expect(HardwareAddress("52:54:00:12:34:56") == Self.mac)
    #expect(HardwareAddress("00:00:00:00:00:0A") == HardwareAddress(bits: 10))
    for text in [
      "", "52:54:00:12:34", "52:54:00:12:34:5", "52:54:00:12:34:5g", "52:54:00:12:34:+5",
    ] {
      #expect(HardwareAddress(text) == nil)
    }
  }
}
