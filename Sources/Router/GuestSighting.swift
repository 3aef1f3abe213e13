package import Wire

/// A packet by which a guest was noticed on its bridge.
package struct GuestSighting: Hashable, Sendable {
  /// What kind of packet it was.
  package enum Sign: Hashable, Sendable {
    /// Sent to say where the guest is now, by itself or by the hypervisor.
    case announcement(Announcement)
    /// Another message of Neighbor Discovery (RFC 4861), such as the guest asking for its router.
    case neighborDiscovery
    /// It tells which groups it listens to (RFC 2710, RFC 3810), as hosts do when their link comes up.
    case listenerReport
    /// Whatever it sends from a prefix that is watched.
    case traffic
  }

  package var sign: Sign
  /// Who sent the frame.
  package var hardwareAddress: HardwareAddress
  /// The guest's address: the packet's source, or the one that it asks about before it has it (RFC 4862
  /// section 5.4). Nil where it does not say.
  package var address: IPAddress?
  /// When the kernel got it.
  package var time: Timestamp

  package init(
    sign: Sign, hardwareAddress: HardwareAddress, address: IPAddress?, time: Timestamp
  ) {
    self.sign = sign
    self.hardwareAddress = hardwareAddress
    self.address = address
    self.time = time
  }
}

extension GuestSighting {
  /// What a packet tells of a guest; nil where nothing.
  ///
  /// - Parameters:
  ///   - packet: From behind its link header on, as far as it was captured.
  ///   - byteCount: Its whole length.
  ///   - prefixes: Whose traffic is a sign.
  init?(
    parsing packet: [UInt8], byteCount: Int, etherType: EtherType, from source: HardwareAddress,
    trafficOf prefixes: [BindingMessage.Prefix], at time: Timestamp
  ) {
    var frame: [UInt8] = [0, 0, 0, 0, 0, 0]
    frame.append(bigEndian: UInt16(truncatingIfNeeded: source.bits >> 32))
    frame.append(bigEndian: UInt32(truncatingIfNeeded: source.bits))
    frame.append(bigEndian: etherType.rawValue)
    let linkHeader = frame.count
    frame += packet
    let decoded = DecodedPacket(
      decoding: frame.rawSpan, linkType: .ethernet, wireBytes: linkHeader + byteCount)
    if let announcement = Announcement(decoded, in: frame.rawSpan) {
      self.init(
        sign: .announcement(announcement), hardwareAddress: source, address: announcement.address,
        time: time)
      return
    }
    guard etherType == .ipv6, let header = IPv6Header(parsing: packet.rawSpan) else { return nil }
    let asked = Self.discovery(packet, header)
    if asked != nil || Self.isReport(packet, header) {
      let own = header.source == Self.unspecified ? asked ?? Self.unspecified : header.source
      self.init(
        sign: asked != nil ? .neighborDiscovery : .listenerReport, hardwareAddress: source,
        address: own == Self.unspecified ? nil : own, time: time)
    } else if prefixes.contains(where: { $0.contains(header.source) }) {
      self.init(sign: .traffic, hardwareAddress: source, address: header.source, time: time)
    } else {
      return nil
    }
  }

  private static let unspecified = IPAddress(high: 0, low: 0)

  /// The address that a message of Neighbor Discovery is about, `::` where it is about none; nil for other
  /// packets, and for those that came from elsewhere than the link (RFC 4861 section 7.1).
  private static func discovery(_ packet: [UInt8], _ header: IPv6Header) -> IPAddress? {
    guard header.nextHeader == .icmp6, header.hopLimit == 255, packet.count >= 48,
      NeighborMessage.discovery.contains(packet[40])
    else { return nil }
    guard packet[40] != NeighborMessage.routerSolicitation else { return unspecified }
    guard packet.count >= 64 else { return nil }
    let bytes = packet.rawSpan
    return IPAddress(high: bytes.uint64(at: 48), low: bytes.uint64(at: 56))
  }

  private static func isReport(_ packet: [UInt8], _ header: IPv6Header) -> Bool {
    header.nextHeader == .hopByHopOptions && header.hopLimit == 1 && packet.count >= 56
      && packet[40] == IPProtocol.icmp6.rawValue && packet[41] == 0
      && NeighborMessage.reports.contains(packet[48])
  }
}

extension BindingMessage.Prefix {
  /// Whether an IPv6 address lies in it.
  func contains(_ other: IPAddress) -> Bool {
    guard !other.isIPv4 else { return false }
    func mask(_ bits: Int) -> UInt64 {
      bits <= 0 ? 0 : bits >= 64 ? .max : .max << UInt64(64 - bits)
    }
    return (address.high ^ other.high) & mask(Int(length)) == 0
      && (address.low ^ other.low) & mask(Int(length) - 64) == 0
  }
}
