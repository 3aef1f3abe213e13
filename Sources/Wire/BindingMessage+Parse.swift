extension BindingMessage {
  /// The message in a Mobility Header (RFC 6275 sections 6.1.7 and 6.1.8).
  ///
  /// Nil where it is of another type, or too short. Options that were cut, or that are not known, are
  /// passed over.
  ///
  /// - Parameters:
  ///   - bytes: The Mobility Header, as far as it was captured.
  ///   - source: The IPv6 header's source.
  ///   - destination: The IPv6 header's destination.
  ///   - homeAddress: From the Home Address option or the type 2 routing header before it.
  package init?(
    parsing bytes: RawSpan, source: IPAddress, destination: IPAddress, homeAddress: IPAddress?
  ) {
    guard bytes.byteCount >= 12, let kind = Kind(rawValue: bytes.uint8(at: 2)) else { return nil }
    let length = 8 * (Int(bytes.uint8(at: 1)) + 1)
    guard length >= 12 else { return nil }
    switch kind {
    case .update:
      self.init(
        kind: kind, source: source, destination: destination, sequence: bytes.uint16(at: 6),
        flags: bytes.uint16(at: 8), lifetime: bytes.uint16(at: 10), homeAddress: homeAddress)
    case .acknowledgement:
      self.init(
        kind: kind, source: source, destination: destination, sequence: bytes.uint16(at: 8),
        flags: UInt16(bytes.uint8(at: 7)), lifetime: bytes.uint16(at: 10),
        status: bytes.uint8(at: 6), homeAddress: homeAddress)
    }
    let end = min(length, bytes.byteCount)
    parseOptions(bytes.extracting(0..<end))
    if end == length {
      checksumIsRight = checksum(of: bytes.extracting(0..<length)) == 0
    }
  }

  /// The mobility options (RFC 6275 section 6.2) of a message, those that stand for something here.
  ///
  /// ```
  /// | type (1) | length (1) | value |
  /// Mobile Network Prefix (RFC 3963 section 4.3): | 6 | 18 | 0 (1) | prefix length (1) | prefix (16) |
  /// Alternate Care-of Address (section 6.2.5):    | 3 | 16 | address (16) |
  /// Replay protection (RFC 4285 section 6):       | 10 | 8 | timestamp (8) |
  /// Authentication (RFC 4285 section 5):          | 9 | 5 + n | subtype (1) | SPI (4) | code (n) |
  /// ```
  private mutating func parseOptions(_ bytes: RawSpan) {
    var offset = 12
    while offset + 2 <= bytes.byteCount {
      let type = bytes.uint8(at: offset)
      // Pad1 is a single byte.
      guard type != 0 else {
        offset += 1
        continue
      }
      let length = Int(bytes.uint8(at: offset + 1))
      guard offset + 2 + length <= bytes.byteCount else { return }
      switch (type, length) {
      case (6, 18):
        prefixes.append(
          Prefix(
            address: bytes.ipv6Address(at: offset + 4), length: bytes.uint8(at: offset + 3)))
      case (3, 16):
        alternateCareOfAddress = bytes.ipv6Address(at: offset + 2)
      case (10, 8):
        messageIdentifier = bytes.uint64(at: offset + 2)
      case (9, 5...):
        authentication = Authentication(
          subtype: bytes.uint8(at: offset + 2), index: bytes.uint32(at: offset + 3),
          authenticator: bytes.array(offset + 7..<offset + 2 + length),
          covered: bytes.array(0..<offset + 7))
        authentication?.covered.replaceSubrange(4..<6, with: [0, 0])
        // It is the last option: what stands behind it is covered by nothing.
        return
      default:
        break
      }
      offset += 2 + length
    }
  }
}
