extension FrameDecoder {
  /// An extension header of the common form: options (RFC 8200 sections 4.3 and 4.6), the Host
  /// Identity Protocol (RFC 7401) and Shim6 (RFC 5533).
  ///
  /// ```
  /// | next header (1) | length in 8 bytes, the first 8 not counted (1) | … |
  /// ```
  mutating func extensionHeader() -> Header {
    guard has(2) else { return .none }
    let next = IPProtocol(rawValue: bytes.uint8(at: offset))
    offset += extensionLength
    return .upperLayer(next)
  }

  /// The length of the extension header here, whose first two bytes are known to be there.
  private var extensionLength: Int { 8 * (Int(bytes.uint8(at: offset + 1)) + 1) }

  /// Destination options (RFC 8200 section 4.6), among them the Home Address (RFC 6275 section 6.3).
  ///
  /// ```
  /// | next header (1) | length (1) | { type (1) | length (1) | value } … |
  /// ```
  mutating func destinationOptions() -> Header {
    guard has(2) else { return .none }
    let end = min(offset + extensionLength, limit, bytes.byteCount)
    var option = offset + 2
    while option + 2 <= end {
      let type = bytes.uint8(at: option)
      let length = Int(bytes.uint8(at: option + 1))
      if type == 0xc9, length == 16, option + 18 <= end {
        packet.homeAddress = bytes.ipv6Address(at: option + 2)
      }
      // Pad1 is a single byte.
      option += type == 0 ? 1 : 2 + length
    }
    return extensionHeader()
  }

  /// A routing header (RFC 8200 section 4.4); type 2 carries the Home Address (RFC 6275 section 6.4).
  ///
  /// ```
  /// | next header (1) | length (1) | type (1) | segments left (1) | 0 (4) | Home Address (16) |
  /// ```
  mutating func routingHeader() -> Header {
    guard has(4) else { return .none }
    if bytes.uint8(at: offset + 2) == 2, extensionLength == 24,
      offset + 24 <= min(limit, bytes.byteCount)
    {
      packet.homeAddress = bytes.ipv6Address(at: offset + 8)
    }
    return extensionHeader()
  }

  /// A fragment header (RFC 8200 section 4.5).
  ///
  /// ```
  /// | next header (1) | 0 (1) | offset (13 bits) | 0 (2 bits) | more (1 bit) | identification (4) |
  /// ```
  mutating func fragmentHeader() -> Header {
    guard has(8) else { return .none }
    let next = IPProtocol(rawValue: bytes.uint8(at: offset))
    let fragment = bytes.uint16(at: offset + 2)
    offset += 8
    // Later fragments have no header of what they carry.
    guard fragment >> 3 == 0 else { return end(.other) }
    isFirstFragment = fragment & 1 == 1
    return .upperLayer(next)
  }

  /// An authentication header (RFC 4302 section 2).
  ///
  /// ```
  /// | next header (1) | length in 4 bytes, less 2 (1) | 0 (2) | SPI (4) | sequence (4) | … |
  /// ```
  mutating func authenticationHeader() -> Header {
    guard has(2) else { return .none }
    let next = IPProtocol(rawValue: bytes.uint8(at: offset))
    offset += 4 * (Int(bytes.uint8(at: offset + 1)) + 2)
    return .upperLayer(next)
  }

  /// A Mobility Header (RFC 6275 section 6.1.1), which ends the packet unless it names a payload.
  ///
  /// ```
  /// | payload protocol (1) | length (1) | type (1) | 0 (1) | checksum (2) | … |
  /// ```
  mutating func mobilityHeader() -> Header {
    guard has(8) else { return .none }
    guard bytes.uint8(at: offset) == IPProtocol.noNextHeader.rawValue else {
      return extensionHeader()
    }
    let end = offset + extensionLength
    guard end <= limit || isFirstFragment else { return malformed() }
    packet.kind = .mobility
    packet.mobility = offset..<min(end, limit, bytes.byteCount)
    packet.isTruncated = bytes.byteCount < min(end, limit)
    return .none
  }
}
