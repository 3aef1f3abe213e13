/// The address of an Ethernet interface (IEEE 802), also called MAC address.
package struct HardwareAddress: Hashable, Sendable {
  package static var byteCount: Int { 6 }

  /// In the low 48 bits.
  package let bits: UInt64

  /// - Parameter bits: what is above the low 48 of them is left out.
  package init(bits: UInt64) {
    self.bits = bits & 0xffff_ffff_ffff
  }

  /// The six bytes at the offset.
  init(in bytes: RawSpan, at offset: Int) {
    bits = UInt64(bytes.uint16(at: offset)) << 32 | UInt64(bytes.uint32(at: offset + 2))
  }
}

extension HardwareAddress: CustomStringConvertible, LosslessStringConvertible {
  /// Six pairs of hexadecimal digits, such as `52:54:00:12:34:56`.
  package var description: String {
    (0..<Self.byteCount).reversed().map { place in
      let byte = UInt8(truncatingIfNeeded: bits >> UInt64(8 * place))
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: ":")
  }

  /// Nil where the text is none as `description` has it.
  package init?(_ text: String) {
    let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
    guard pairs.count == Self.byteCount else { return nil }
    var bits: UInt64 = 0
    for pair in pairs {
      guard pair.utf8.count == 2, pair.first?.isHexDigit == true,
        let byte = UInt8(pair, radix: 16)
      else { return nil }
      bits = bits << 8 | UInt64(byte)
    }
    self.init(bits: bits)
  }
}
