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
  /// Where an ARP or RARP packet or a Neighbor Advertisement lies, as far as it was captured: what may
  /// be an `Announcement`.
  package var announcement: Range<Int> = 0..<0
  /// The Home Address option's address, or that of a type 2 routing header (RFC 6275 sections 6.3
  /// and 6.4): shown, never substituted.
  package var homeAddress: IPAddress?
  /// The snaplen cut a header that was needed: the frame could not be read to its end.
  package var isTruncated = false

  @inline(__always)
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
  /// A bit for each address that is of IPv4, in the order of `halves`.
  private var versions: UInt16 = 0
  /// Four a level: the halves of its source, then those of its destination. Every decoding makes
  /// these anew, and words that are all 0 are made faster than addresses.
  private var halves = [32 of UInt64](repeating: 0)

  @inline(__always)
  package init() {}

  /// Adds the next header inwards; false where no level is left.
  package mutating func append(_ level: Level) -> Bool {
    guard count < Self.capacity else { return false }
    store(level.source, at: 2 * count)
    store(level.destination, at: 2 * count + 1)
    count += 1
    return true
  }

  package subscript(index: Int) -> Level {
    Level(source: address(at: 2 * index), destination: address(at: 2 * index + 1))
  }

  private mutating func store(_ address: IPAddress, at place: Int) {
    halves[2 * place] = address.high
    halves[2 * place + 1] = address.low
    if address.isIPv4 { versions |= 1 << UInt16(place) }
  }

  private func address(at place: Int) -> IPAddress {
    versions & 1 << UInt16(place) == 0
      ? IPAddress(high: halves[2 * place], low: halves[2 * place + 1])
      : IPAddress(ipv4: UInt32(truncatingIfNeeded: halves[2 * place + 1]))
  }
}
