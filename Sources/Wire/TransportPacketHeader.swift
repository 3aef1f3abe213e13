/// The header of a transport stream packet (ISO/IEC 13818-1 section 2.4.3.2), 188 bytes long.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  sync 0x47    |E|S|P|          PID            |TSC|AFC|counter|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | field length  |D|    flags    |  adaptation field, if AFC & 2 …
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
/// ```
///
/// E is the transport error indicator, D the discontinuity indicator, and AFC & 1 says that there
/// is payload.
package struct TransportPacketHeader: Hashable, Sendable {
  /// Length of a whole transport stream packet.
  package static var packetByteCount: Int { 188 }
  package static var syncByte: UInt8 { 0x47 }
  /// The PID of null packets, whose counter means nothing.
  package static var nullIdentifier: UInt16 { 0x1fff }

  /// The transport error indicator: some bit of the packet is wrong, which may be one of the PID.
  package var hasError: Bool
  /// The PID, 13 bits.
  package var identifier: UInt16
  package var hasPayload: Bool
  /// The continuity counter, 4 bits (section 2.4.3.3).
  package var counter: UInt8
  /// The discontinuity indicator (section 2.4.3.5): the counter may start anew here.
  package var isDiscontinuous: Bool

  /// The header of the 188 bytes at the offset, which must be there; nil where there is no sync
  /// byte, or where the adaptation field control is the reserved one.
  package init?(parsing bytes: RawSpan, at offset: Int) {
    guard bytes.uint8(at: offset) == Self.syncByte else { return nil }
    let word = bytes.uint32(at: offset)
    let control = word >> 4 & 3
    guard control != 0 else { return nil }
    hasError = word & 0x80_0000 != 0
    identifier = UInt16(truncatingIfNeeded: word >> 8) & 0x1fff
    hasPayload = control & 1 != 0
    counter = UInt8(truncatingIfNeeded: word & 0xf)
    isDiscontinuous =
      control & 2 != 0 && bytes.uint8(at: offset + 4) > 0
      && bytes.uint8(at: offset + 5) & 0x80 != 0
  }
}
