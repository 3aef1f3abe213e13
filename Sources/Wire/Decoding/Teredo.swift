extension FrameDecoder {
  /// RFC 4380 section 2.7.
  static var teredoPort: UInt16 { 3544 }

  /// An IPv6 packet behind a NAT (Teredo, RFC 4380 section 5.1.1), after the indications that a server
  /// may put before it.
  ///
  /// ```
  /// | 0x00 | 0x01 | ID-len (1) | AU-len (1) | client | authentication value | nonce (8) | (1) |
  /// | 0x00 | 0x00 | origin port (2) | origin IPv4 address (4) |
  /// ```
  mutating func teredo() -> Header {
    let carrier = packet
    if has(4), bytes.uint16(at: offset) == 0x0001 {
      offset += 13 + Int(bytes.uint8(at: offset + 2)) + Int(bytes.uint8(at: offset + 3))
    }
    if has(2), bytes.uint16(at: offset) == 0x0000 { offset += 8 }
    if has(1), bytes.uint8(at: offset) >> 4 == 6 { walk(from: .ipv6) }
    return leave(carrier)
  }
}
