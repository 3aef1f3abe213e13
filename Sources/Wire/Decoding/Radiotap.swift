extension FrameDecoder {
  /// What a driver knows of an IEEE 802.11 frame (LINKTYPE_IEEE802_11_RADIOTAP; radiotap.org), all of
  /// it little-endian. The highest bit of a presence word says that another one follows.
  ///
  /// ```
  ///  0                   1                   2                   3
  ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |    version    |      pad      |            length             |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                  which fields are present …                   |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |   if bit 0: time (8), aligned to 8; if bit 1: flags (1); …    |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  mutating func radiotap() -> Header {
    guard has(8) else { return .none }
    guard bytes.uint8(at: offset) == 0 else { return end(.other) }
    let length = Int(bytes.uint16(at: offset + 2).byteSwapped)
    guard length >= 8 else { return malformed() }
    guard has(length) else { return .none }
    let present = bytes.uint32(at: offset + 4).byteSwapped
    var word = present
    var field = 8
    while word & 1 << 31 != 0, field + 4 <= length {
      word = bytes.uint32(at: offset + field).byteSwapped
      field += 4
    }
    if present & 1 != 0 { field = (field + 7) & ~7 + 8 }
    let hasFlags = present & 2 != 0 && field < length
    let isPadded = hasFlags && bytes.uint8(at: offset + field) & 0x20 != 0
    offset += length
    return .wireless(isPadded: isPadded)
  }
}
