extension FrameDecoder {
  /// RFC 7348 section 8.
  static var vxlanPort: UInt16 { 4789 }

  /// A virtual network's Ethernet frame (VXLAN, RFC 7348 section 5).
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
    return leave(carrier)
  }
}
