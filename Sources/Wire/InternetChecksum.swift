/// The Internet checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words.
struct InternetChecksum {
  private var sum: UInt64 = 0

  /// Begins with the pseudo-header of an upper-layer packet: RFC 8200 section 8.1 for IPv6, RFC 768
  /// for IPv4. Both sum the same way.
  init(source: IPAddress, destination: IPAddress, length: Int, protocol number: UInt8) {
    add(source)
    add(destination)
    sum &+= UInt64(truncatingIfNeeded: length) &+ UInt64(number)
  }

  private mutating func add(_ address: IPAddress) {
    sum &+= address.high >> 32 &+ address.high & 0xffff_ffff
    sum &+= address.low >> 32 &+ address.low & 0xffff_ffff
  }

  mutating func add(_ word: UInt16) {
    sum &+= UInt64(word)
  }

  /// Adds the bytes, padded with a zero where their count is odd: only the last may be odd.
  mutating func add(_ bytes: RawSpan) {
    var offset = 0
    while offset + 1 < bytes.byteCount {
      sum &+= UInt64(bytes.uint16(at: offset))
      offset += 2
    }
    if offset < bytes.byteCount { sum &+= UInt64(bytes.uint8(at: offset)) << 8 }
  }

  /// The checksum of all that was added; 0 where that held a right checksum itself.
  var value: UInt16 {
    var folded = sum
    while folded > 0xffff { folded = folded >> 16 &+ folded & 0xffff }
    return ~UInt16(truncatingIfNeeded: folded)
  }
}
