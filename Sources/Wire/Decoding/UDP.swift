extension FrameDecoder {
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
    return tunnel()
  }

  /// The tunnel whose port the datagram has.
  private func tunnel() -> Header {
    switch packet.destinationPort {
    case Self.vxlanPort: return .vxlan
    case Self.genevePort where decapsulation.contains(.geneve): return .geneve
    case Self.teredoPort where decapsulation.contains(.teredo): return .teredo
    default: break
    }
    // A Teredo server answers from its port.
    return packet.sourcePort == Self.teredoPort && decapsulation.contains(.teredo)
      ? .teredo : .none
  }

  /// Ends the walk into a datagram that carries packets: it counts as a stream itself unless there was
  /// one within.
  mutating func leave(_ carrier: DecodedPacket) -> Header {
    if packet.kind != .udp {
      let wasTruncated = packet.isTruncated
      packet = carrier
      packet.isTruncated = wasTruncated
    }
    return .none
  }
}
