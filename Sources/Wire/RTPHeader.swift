/// The header of an RTP packet (RFC 3550 section 5.1).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |        sequence number        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           timestamp                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             synchronization source (SSRC) identifier          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |       CC contributing sources (CSRC), 32 bits each            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     extension's profile       |   its length in 32-bit words  |  if X
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct RTPHeader: Hashable, Sendable {
  /// The head of a header extension (RFC 3550 section 5.3.1).
  package struct Extension: Hashable, Sendable {
    package var profile: UInt16
    /// Length of what follows the head, in 32-bit words.
    package var wordCount: UInt16

    package init(profile: UInt16, wordCount: UInt16) {
      self.profile = profile
      self.wordCount = wordCount
    }
  }

  package var hasPadding: Bool
  package var hasMarker: Bool
  /// 0…127.
  package var payloadType: UInt8
  package var sequence: UInt16
  /// In units of the payload's clock.
  package var timestamp: UInt32
  /// The SSRC.
  package var synchronizationSource: UInt32
  /// The number of contributing sources, 0…15.
  package var contributingSourceCount: Int
  package var headerExtension: Extension?

  package init(
    hasMarker: Bool = false, payloadType: UInt8, sequence: UInt16, timestamp: UInt32,
    synchronizationSource: UInt32, headerExtension: Extension? = nil
  ) {
    self.hasPadding = false
    self.hasMarker = hasMarker
    self.payloadType = payloadType
    self.sequence = sequence
    self.timestamp = timestamp
    self.synchronizationSource = synchronizationSource
    self.contributingSourceCount = 0
    self.headerExtension = headerExtension
  }

  /// The header at the start of a UDP payload; nil where the version is not 2 or where the header,
  /// its contributing sources and its extension do not fit.
  package init?(parsing bytes: RawSpan) {
    guard bytes.byteCount >= 12, bytes.uint8(at: 0) >> 6 == 2 else { return nil }
    let first = bytes.uint8(at: 0)
    let second = bytes.uint8(at: 1)
    hasPadding = first & 0x20 != 0
    hasMarker = second & 0x80 != 0
    payloadType = second & 0x7f
    sequence = bytes.uint16(at: 2)
    timestamp = bytes.uint32(at: 4)
    synchronizationSource = bytes.uint32(at: 8)
    contributingSourceCount = Int(first & 0x0f)
    headerExtension = nil
    if first & 0x10 != 0 {
      let head = 12 + 4 * contributingSourceCount
      guard bytes.byteCount >= head + 4 else { return nil }
      headerExtension = Extension(
        profile: bytes.uint16(at: head), wordCount: bytes.uint16(at: head + 2))
    }
    guard bytes.byteCount >= byteCount else { return nil }
  }

  /// Length of the whole header; the payload follows it.
  package var byteCount: Int {
    extensionOffset + (headerExtension.map { 4 * Int($0.wordCount) } ?? 0)
  }

  /// Where the words of the extension begin.
  package var extensionOffset: Int {
    12 + 4 * contributingSourceCount + (headerExtension == nil ? 0 : 4)
  }

  /// Appends the fixed header, without contributing sources, and the head of the extension, whose
  /// words the caller appends.
  package func serialize(into bytes: inout [UInt8]) {
    bytes.append(0x80 | (hasPadding ? 0x20 : 0) | (headerExtension == nil ? 0 : 0x10))
    bytes.append((hasMarker ? 0x80 : 0) | payloadType & 0x7f)
    bytes.append(bigEndian: sequence)
    bytes.append(bigEndian: timestamp)
    bytes.append(bigEndian: synchronizationSource)
    if let headerExtension {
      bytes.append(bigEndian: headerExtension.profile)
      bytes.append(bigEndian: headerExtension.wordCount)
    }
  }
}
