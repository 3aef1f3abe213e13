extension RawSpan {
  /// The IPv4 address in the four bytes at the offset.
  func ipv4Address(at offset: Int) -> IPAddress {
    IPAddress(ipv4: uint32(at: offset))
  }

  /// The IPv6 address in the sixteen bytes at the offset.
  func ipv6Address(at offset: Int) -> IPAddress {
    IPAddress(high: uint64(at: offset), low: uint64(at: offset + 8))
  }

  /// The bytes in the range, copied.
  func array(_ range: Range<Int>) -> [UInt8] {
    range.map { uint8(at: $0) }
  }
}

extension MutableRawSpan {
  /// Writes the value big-endian at the offset.
  @_lifetime(self: copy self)
  package mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at offset: Int
  ) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
  }
}

extension [UInt8] {
  /// Appends the value in network byte order.
  package mutating func append(bigEndian value: some FixedWidthInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends the four or sixteen bytes of the address.
  package mutating func append(_ address: IPAddress) {
    if address.isIPv4 {
      append(bigEndian: UInt32(truncatingIfNeeded: address.low))
    } else {
      append(bigEndian: address.high)
      append(bigEndian: address.low)
    }
  }
}
