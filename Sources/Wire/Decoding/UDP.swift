extension FrameDecoder {
  /// The port of VXLAN (RFC 7348 section 8).
  private static var vxlanPort: UInt16 { 4789 }

  /// A UDP datagram; see `UDPHeader`.
  mutating func udp() -> Header {
    guard has(UDPHeader.byteCount), let header = UDPHeader(parsing: rest) else { return .none }
    let room = packetEnd - offset
    // A length of 0 is that of a datagram too long for the field (RFC 2675 section 4).
    var length = header.length == 0 ? room : Int(header.length)
    guard length >= UDPHeader.byteCount else { return malformed() }
    if !isFirstFragment { length = min(length, room) }
    packet.kind = .udp
    packet.sourcePort = header.sourcePort
    packet.destinationPort = header.destinationPort
    packet.udpBytes = length - UDPHeader.byteCount
    limit = min(limit, offset + length)
    offset += UDPHeader.byteCount
    packet.payload = offset..<max(offset, min(limit, bytes.byteCount))
    return header.destinationPort == Self.vxlanPort ? .vxlan : .none
  }

  /// A virtual network's Ethernet frame (VXLAN, RFC 7348 section 5). The datagram that carries it
  /// counts as a stream itself unless there is one within.
  ///
  /// ```
  /// | flags (1) | 0 (3) | network identifier (3) | 0 (1) |
  /// ```
  mutating func vxlan() -> Header {
    let carrier = packet
    if has(8), bytes.uint8(at: offset) & 0x08 != 0 {
      offset += 8
      walk(from: .ethernet)
    }
    if packet.kind != .udp {
      let wasTruncated = packet.isTruncated
      packet = carrier
      packet.isTruncated = wasTruncated
    }
    return .none
  }
}
