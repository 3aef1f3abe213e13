/// What the headers of one frame say: its innermost flow, what is wrapped around it, and its lengths.
///
/// A value without references, so that decoding allocates nothing. Offsets count from the first byte
/// of the frame.
package struct DecodedPacket: Sendable {
  /// What the frame counts as. Every frame is exactly one of these.
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// A datagram whose innermost UDP header was read: the stream fields below are valid.
    case udp
    case tcp
    case icmp6
    /// Opaque: it may hide streams.
    case esp
    /// A Mobility Header (RFC 6275 section 6.1): `mobility` is valid.
    case mobility
    case arp
    /// Anything else, later fragments included.
    case other
    /// The headers contradict the lengths or end too early in a frame that was captured whole.
    case malformed
  }

  package var kind: Kind = .other
  /// Outer IP headers, outermost first. The innermost IP header is not one of them.
  package var outer = OuterHeaders()
  /// Addresses of the innermost IP header; valid for every kind that has an IP header.
  package var source = IPAddress(ipv4: 0)
  package var destination = IPAddress(ipv4: 0)
  /// Ports of the innermost UDP header; valid for `udp`.
  package var sourcePort: UInt16 = 0
  package var destinationPort: UInt16 = 0
  /// Length of the innermost IP packet by its header.
  package var ipBytes = 0
  /// Length of the UDP payload by its header; of the whole datagram where this is its first fragment.
  package var udpBytes = 0
  /// Where the UDP payload lies, as far as it was captured.
  package var payload: Range<Int> = 0..<0
  /// Where the Mobility Header lies, as far as it was captured; valid for `mobility`.
  package var mobility: Range<Int> = 0..<0
  /// The Home Address option's address, or that of a type 2 routing header (RFC 6275 sections 6.3
  /// and 6.4): shown, never substituted.
  package var homeAddress: IPAddress?
  /// The snaplen cut a header that was needed: the frame could not be read to its end.
  package var isTruncated = false

  package init() {}
}

/// The outer IP headers of a frame, outermost first, up to `capacity` levels.
package struct OuterHeaders: Sendable {
  package static var capacity: Int { 8 }

  package struct Level: Hashable, Sendable {
    package var source: IPAddress
    package var destination: IPAddress

    package init(source: IPAddress, destination: IPAddress) {
      self.source = source
      self.destination = destination
    }
  }

  package private(set) var count = 0
  private var levels = [8 of Level](
    repeating: Level(source: IPAddress(ipv4: 0), destination: IPAddress(ipv4: 0)))

  package init() {}

  /// Adds the next header inwards; false where no level is left.
  package mutating func append(_ level: Level) -> Bool {
    guard count < Self.capacity else { return false }
    levels[count] = level
    count += 1
    return true
  }

  package subscript(index: Int) -> Level { levels[index] }
}
