extension FrameDecoder {
  /// Generic routing encapsulation: version 0 (RFC 2784, RFC 2890), and version 1, PPTP's (RFC 2637
  /// section 4.1).
  ///
  /// ```
  ///  0                   1                   2                   3
  ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |C|R|K|S|s|Recur|A| Flags | Ver |         Protocol Type         |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |  checksum, offset (C or R); key (K); sequence (S); acknowledgement (A), four bytes each
  /// ```
  mutating func gre() -> Header {
    guard has(4) else { return .none }
    let flags = bytes.uint16(at: offset)
    let type = EtherType(rawValue: bytes.uint16(at: offset + 2))
    let hasSequence = flags & 0x1000 != 0
    offset += 4
    if flags & 0x2000 != 0 { offset += 4 }
    if hasSequence { offset += 4 }
    switch flags & 0x0007 {
    case 0:
      if flags & 0xc000 != 0 { offset += 4 }
      // Source routes (RFC 1701) went out of use.
      guard flags & 0x4000 == 0 else { return end(.other) }
      return grePayload(type, hasSequence: hasSequence)
    case 1:
      if flags & 0x0080 != 0 { offset += 4 }
      return type == .ppp && hasSequence ? .ppp : end(.other)
    default:
      return end(.other)
    }
  }

  private mutating func grePayload(_ type: EtherType, hasSequence: Bool) -> Header {
    switch type {
    case .ethernetBridging: return .ethernet
    case .ppp: return .ppp
    case .erspan:
      // Type II has a header of eight bytes and a sequence number; type I has neither.
      if hasSequence { offset += 8 }
      return .ethernet
    case .erspan3:
      return erspan3()
    // 0 is a keepalive.
    default: return type.isLength ? end(.other) : .payload(type)
    }
  }

  /// A mirrored Ethernet frame: ERSPAN type III.
  ///
  /// ```
  /// | version, VLAN (2) | COS, session (2) | time (4) | SGT (2) | P … O (2) | sub-header (8) if O |
  /// ```
  private mutating func erspan3() -> Header {
    guard has(12) else { return .none }
    let hasSubheader = bytes.uint8(at: offset + 11) & 1 == 1
    offset += hasSubheader ? 20 : 12
    return .ethernet
  }
}
