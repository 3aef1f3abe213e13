/// The header of a UDP datagram (RFC 768).
///
/// ```
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |     source      |   destination   |
/// +--------+--------+--------+--------+
/// |     length      |    checksum     |
/// +--------+--------+--------+--------+
/// ```
package struct UDPHeader: Hashable, Sendable {
  package static var byteCount: Int { 8 }

  package var sourcePort: UInt16
  package var destinationPort: UInt16
  /// Bytes of the header and the payload.
  package var length: UInt16
  package var checksum: UInt16

  package init(sourcePort: UInt16, destinationPort: UInt16, length: UInt16, checksum: UInt16) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.length = length
    self.checksum = checksum
  }

  /// The header of a datagram with this payload between these addresses, its checksum summed over
  /// the pseudo-header.
  ///
  /// - Precondition: The payload has at most 65 527 bytes.
  package init(
    sourcePort: UInt16, destinationPort: UInt16, payload: RawSpan, source: IPAddress,
    destination: IPAddress
  ) {
    let length = UInt16(Self.byteCount + payload.byteCount)
    self.init(
      sourcePort: sourcePort, destinationPort: destinationPort, length: length, checksum: 0)
    var sum = InternetChecksum(
      source: source, destination: destination, length: Int(length),
      protocol: IPProtocol.udp.rawValue)
    sum.add(sourcePort)
    sum.add(destinationPort)
    sum.add(length)
    sum.add(payload)
    // A computed 0 is sent as all ones: 0 would mean that there is none.
    checksum = sum.value == 0 ? 0xffff : sum.value
  }

  /// The header at the start of a datagram; nil where it does not fit. The length is not judged.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= Self.byteCount else { return nil }
    sourcePort = bytes.uint16(at: 0)
    destinationPort = bytes.uint16(at: 2)
    length = bytes.uint16(at: 4)
    checksum = bytes.uint16(at: 6)
  }

  /// Appends the 8 bytes.
  package func serialize(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: sourcePort)
    bytes.append(bigEndian: destinationPort)
    bytes.append(bigEndian: length)
    bytes.append(bigEndian: checksum)
  }
}
