extension FrameDecoder {
  /// The Point-to-Point Protocol (RFC 1661), with or without HDLC's address and control bytes
  /// (RFC 1662), its protocol field in two bytes, or in one where that is odd.
  ///
  /// ```
  /// | 0xff | 0x03 | protocol (1 or 2) |
  /// ```
  mutating func ppp() -> Header {
    guard has(2) else { return .none }
    if bytes.uint16(at: offset) == 0xff03 {
      offset += 2
      guard has(2) else { return .none }
    }
    var number = UInt16(bytes.uint8(at: offset))
    offset += 1
    if number & 1 == 0 {
      number = number << 8 | UInt16(bytes.uint8(at: offset))
      offset += 1
    }
    switch number {
    case 0x0021: return .ipv4
    case 0x0057: return .ipv6
    case 0x0281, 0x0283: return .mpls
    default: return end(.other)
    }
  }

  /// A PPP over Ethernet session (RFC 2516 section 4).
  ///
  /// ```
  /// | version, type (1) | code (1) | session (2) | length (2) |
  /// ```
  mutating func pppoe() -> Header {
    guard has(6) else { return .none }
    let code = bytes.uint8(at: offset + 1)
    let length = Int(bytes.uint16(at: offset + 4))
    offset += 6
    guard code == 0 else { return end(.other) }
    limit = min(limit, offset + length)
    return .ppp
  }
}
