/// A message that says where a guest is reached now, as it is sent after a migration: by the hypervisor
/// (RARP), or by the guest itself (ARP and Neighbor Advertisements that nobody asked for).
///
/// ARP (RFC 826) and RARP (RFC 903), of IPv4 on Ethernet:
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Hardware = 1          |       Protocol = 0x0800       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Length = 6   |  Length = 4   |           Operation           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      Sender hardware (6), sender protocol (4), target hardware (6), target protocol (4)
/// ```
/// Neighbor Advertisement (RFC 4861 section 4.4):
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Type = 136   |   Code = 0    |           Checksum            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|S|O|                     Reserved                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      Target Address (16)                      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Options: type (1), length in 8 bytes (1), value …
/// ```
package struct Announcement: Hashable, Sendable {
  package enum Form: String, Sendable, CaseIterable {
    /// A RARP request for the sender's own address, as QEMU sends it: only switches learn from it.
    case reverseARP = "rarp"
    /// An ARP request whose sender and target have the same IPv4 address (RFC 5227 section 3).
    case requestARP = "arp-request"
    /// The same as a reply (RFC 5944 section 4.6).
    case replyARP = "arp-reply"
    /// A Neighbor Advertisement to all nodes that nobody asked for (RFC 4861 section 7.2.6).
    case neighborAdvertisement = "neighbor-advertisement"
  }

  package var form: Form
  package var hardwareAddress: HardwareAddress
  /// The IPv4 or IPv6 address that is announced; nil for RARP, which has none.
  package var address: IPAddress?

  package init(form: Form, hardwareAddress: HardwareAddress, address: IPAddress? = nil) {
    self.form = form
    self.hardwareAddress = hardwareAddress
    self.address = address
  }

  /// The announcement in a frame; nil where it has none.
  ///
  /// - Parameter bytes: the frame that was decoded, as far as it was captured.
  package init?(_ packet: borrowing DecodedPacket, in bytes: RawSpan) {
    guard !packet.announcement.isEmpty else { return nil }
    let message = bytes.extracting(packet.announcement)
    if packet.kind == .icmp6 {
      self.init(parsingAdvertisement: message, destination: packet.destination)
    } else {
      self.init(parsingARP: message)
    }
  }

  /// What an ARP or RARP packet announces; nil where it asks or answers.
  init?(parsingARP bytes: RawSpan) {
    guard bytes.byteCount >= 28, bytes.uint16(at: 0) == 1, bytes.uint16(at: 2) == 0x0800,
      bytes.uint16(at: 4) == 0x0604
    else { return nil }
    let sender = HardwareAddress(in: bytes, at: 8)
    let address = bytes.ipv4Address(at: 14)
    // A sender without an address asks whether one is free (RFC 5227 section 2.1).
    let isOwn = address.low != 0 && address == bytes.ipv4Address(at: 24)
    switch bytes.uint16(at: 6) {
    case 1 where isOwn: self.init(form: .requestARP, hardwareAddress: sender, address: address)
    case 2 where isOwn: self.init(form: .replyARP, hardwareAddress: sender, address: address)
    case 3 where sender == HardwareAddress(in: bytes, at: 18):
      self.init(form: .reverseARP, hardwareAddress: sender)
    default: return nil
    }
  }

  /// What a Neighbor Advertisement announces; nil where it answers, or lacks the hardware address.
  init?(parsingAdvertisement bytes: RawSpan, destination: IPAddress) {
    guard bytes.byteCount >= 24, bytes.uint16(at: 0) == 0x8800, destination == .allNodes else {
      return nil
    }
    let isSolicited = bytes.uint8(at: 4) & 0x40 != 0
    guard !isSolicited else { return nil }
    var offset = 24
    while offset + 8 <= bytes.byteCount {
      let length = 8 * Int(bytes.uint8(at: offset + 1))
      guard length > 0 else { return nil }
      // The target's link-layer address (RFC 4861 section 4.6.1).
      if bytes.uint8(at: offset) == 2, length == 8 {
        self.init(
          form: .neighborAdvertisement,
          hardwareAddress: HardwareAddress(in: bytes, at: offset + 2),
          address: bytes.ipv6Address(at: 8))
        return
      }
      offset += length
    }
    return nil
  }
}

extension IPAddress {
  /// All nodes of the link, `ff02::1` (RFC 4291 section 2.7.1).
  static var allNodes: IPAddress { IPAddress(high: 0xff02_0000_0000_0000, low: 1) }
}
