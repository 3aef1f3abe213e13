/// The fixed header of an IPv6 packet (RFC 8200 section 3).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version| Traffic Class |           Flow Label                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Payload Length        |  Next Header  |   Hop Limit   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Source Address, 16 bytes                   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Destination Address, 16 bytes                 |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// A tunnel (RFC 2473) is one such header, its next header `.ipv6`, before a whole packet.
package struct IPv6Header: Hashable, Sendable {
  package static var byteCount: Int { 40 }

  package var trafficClass: UInt8
  /// 20 bits.
  package var flowLabel: UInt32
  /// Bytes that follow the fixed header.
  package var payloadLength: UInt16
  package var nextHeader: IPProtocol
  package var hopLimit: UInt8
  package var source: IPAddress
  package var destination: IPAddress

  package init(
    trafficClass: UInt8 = 0, flowLabel: UInt32 = 0, payloadLength: UInt16, nextHeader: IPProtocol,
    hopLimit: UInt8 = 64, source: IPAddress, destination: IPAddress
  ) {
    self.trafficClass = trafficClass
    self.flowLabel = flowLabel
    self.payloadLength = payloadLength
    self.nextHeader = nextHeader
    self.hopLimit = hopLimit
    self.source = source
    self.destination = destination
  }

  /// The header at the start of a packet; nil where the version is not 6 or it does not fit.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= Self.byteCount else { return nil }
    let word = bytes.uint32(at: 0)
    guard word >> 28 == 6 else { return nil }
    trafficClass = UInt8(truncatingIfNeeded: word >> 20)
    flowLabel = word & 0xfffff
    payloadLength = bytes.uint16(at: 4)
    nextHeader = IPProtocol(rawValue: bytes.uint8(at: 6))
    hopLimit = bytes.uint8(at: 7)
    source = bytes.ipv6Address(at: 8)
    destination = bytes.ipv6Address(at: 24)
  }

  /// Appends the 40 bytes.
  package func serialize(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: 6 << 28 | UInt32(trafficClass) << 20 | flowLabel & 0xfffff)
    bytes.append(bigEndian: payloadLength)
    bytes.append(nextHeader.rawValue)
    bytes.append(hopLimit)
    bytes.append(source)
    bytes.append(destination)
  }
}
