/// The header of an Ethernet frame (IEEE 802.3).
///
/// ```
/// | destination (6) | source (6) | EtherType or length (2) |
/// ```
package struct EthernetHeader: Hashable, Sendable {
  package static var byteCount: Int { 14 }

  /// The hardware addresses, each in the low 48 bits.
  package var destination: UInt64
  package var source: UInt64
  package var etherType: EtherType

  package init(destination: UInt64, source: UInt64, etherType: EtherType) {
    self.destination = destination
    self.source = source
    self.etherType = etherType
  }

  /// The header at the start of a frame; nil where it does not fit.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= Self.byteCount else { return nil }
    destination = bytes.uint64(at: 0) >> 16
    source = bytes.uint64(at: 6) >> 16
    etherType = EtherType(rawValue: bytes.uint16(at: 12))
  }

  /// Appends the 14 bytes.
  package func serialize(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: UInt16(truncatingIfNeeded: destination >> 32))
    bytes.append(bigEndian: UInt32(truncatingIfNeeded: destination))
    bytes.append(bigEndian: UInt16(truncatingIfNeeded: source >> 32))
    bytes.append(bigEndian: UInt32(truncatingIfNeeded: source))
    bytes.append(bigEndian: etherType.rawValue)
  }
}
