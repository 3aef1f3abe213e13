extension FrameDecoder {
  /// An entry of an MPLS label stack (RFC 3032 section 2.1).
  ///
  /// ```
  /// | label (20 bits) | traffic class (3 bits) | bottom of stack (1 bit) | time to live (8 bits) |
  /// ```
  ///
  /// The stack does not say what it carries; the first four bits behind it do: an IP version, or 0
  /// for the control word of a pseudowire (RFC 4385), which is taken to carry Ethernet (RFC 4448).
  mutating func mpls() -> Header {
    guard has(4) else { return .none }
    let isBottom = bytes.uint8(at: offset + 2) & 1 == 1
    offset += 4
    guard isBottom else { return .mpls }
    guard has(1) else { return .none }
    switch bytes.uint8(at: offset) >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    case 0:
      offset += 4
      return .ethernet
    default: return end(.other)
    }
  }
}
