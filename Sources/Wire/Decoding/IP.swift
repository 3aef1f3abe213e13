extension FrameDecoder {
  /// An IP packet of the version that its first four bits say.
  mutating func ip() -> Header {
    guard has(1) else { return .none }
    switch bytes.uint8(at: offset) >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    default: return malformed()
    }
  }

  /// The header of an IPv4 packet (RFC 791 section 3.1).
  ///
  /// ```
  ///  0                   1                   2                   3
  ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |Version|  IHL  |Type of Service|          Total Length         |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |         Identification        |Flags|      Fragment Offset    |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |  Time to Live |    Protocol   |         Header Checksum       |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                         Source Address                        |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                      Destination Address                      |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                            Options                            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  mutating func ipv4() -> Header {
    guard has(20) else { return .none }
    let version = bytes.uint8(at: offset) >> 4
    let headerLength = Int(bytes.uint8(at: offset) & 0x0f) * 4
    let totalLength = Int(bytes.uint16(at: offset + 2))
    guard version == 4, headerLength >= 20, totalLength == 0 || totalLength >= headerLength,
      enterIP(
        source: bytes.ipv4Address(at: offset + 12),
        destination: bytes.ipv4Address(at: offset + 16))
    else { return malformed() }
    let fragment = bytes.uint16(at: offset + 6)
    let next = IPProtocol(rawValue: bytes.uint8(at: offset + 9))
    setLength(totalLength)
    offset += headerLength
    // Later fragments have no header of what they carry.
    guard fragment & 0x1fff == 0 else { return end(.other) }
    isFirstFragment = fragment & 0x2000 != 0
    return .upperLayer(next)
  }

  /// An IPv6 packet; see `IPv6Header`.
  mutating func ipv6() -> Header {
    guard has(IPv6Header.byteCount) else { return .none }
    guard let header = IPv6Header(parsing: rest),
      enterIP(source: header.source, destination: header.destination)
    else { return malformed() }
    let length = Int(header.payloadLength)
    setLength(length == 0 ? 0 : IPv6Header.byteCount + length)
    offset += IPv6Header.byteCount
    return .upperLayer(header.nextHeader)
  }

  /// What follows an IP header or an extension header.
  mutating func upperLayer(_ number: IPProtocol) -> Header {
    switch number {
    case .udp: return udp()
    case .tcp: return end(.tcp)
    case .ipv4: return .ipv4
    case .ipv6: return .ipv6
    case .gre: return .gre
    case .authenticationHeader: return authenticationHeader()
    case .encapsulatingSecurityPayload: return end(.esp)
    case _ where packet.source.isIPv4: return end(.other)
    case .icmp6: return icmp6()
    case .hopByHopOptions, .hostIdentity, .shim6: return extensionHeader()
    case .destinationOptions: return destinationOptions()
    case .routingHeader: return routingHeader()
    case .fragmentHeader: return fragmentHeader()
    case .mobilityHeader: return mobilityHeader()
    default: return end(.other)
    }
  }
}
