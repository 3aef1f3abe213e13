extension FrameDecoder {
  /// What a driver knows of a frame of any type (LINKTYPE_PPI; PPI Packet Header Format 1.0.10), all of
  /// it little-endian.
  ///
  /// ```
  /// | version (1) | flags (1) | length (2) | link type (4) | fields … |
  /// ```
  mutating func ppi() -> Header {
    guard has(8) else { return .none }
    guard bytes.uint8(at: offset) == 0 else { return end(.other) }
    let length = Int(bytes.uint16(at: offset + 2).byteSwapped)
    let number = Int(bytes.uint32(at: offset + 4).byteSwapped)
    guard length >= 8 else { return malformed() }
    offset += length
    guard let linkType = LinkType(linkNumber: number) else { return end(.other) }
    return Header(linkType)
  }
}
