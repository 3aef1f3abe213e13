extension FrameDecoder {
  /// RFC 8926 section 3.3.
  static var genevePort: UInt16 { 6081 }

  /// A virtual network's frame or packet (Geneve, RFC 8926 section 3.4). Control messages carry none.
  ///
  /// ```
  ///  0                   1                   2                   3
  ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |        Virtual Network Identifier (VNI)       |    Reserved   |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                  options, in units of 4 bytes                 |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  mutating func geneve() -> Header {
    let carrier = packet
    if has(8) {
      let first = bytes.uint8(at: offset)
      let isControl = bytes.uint8(at: offset + 1) & 0x80 != 0
      let type = EtherType(rawValue: bytes.uint16(at: offset + 2))
      if first >> 6 == 0, !isControl {
        offset += 8 + 4 * Int(first & 0x3f)
        walk(from: type == .ethernetBridging ? .ethernet : .payload(type))
      }
    }
    return leave(carrier)
  }
}
