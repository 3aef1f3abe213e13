/// Where the headers lie in a frame of the commonest kind: Ethernet, IPv6, UDP, with one IPv6 tunnel
/// (RFC 2473) around the packet or none, and without tags or extension headers; the datagram fills its
/// packet, and what surrounds that fits into 16 bits.
///
/// These are read at a glance. Everything else, and whatever contradicts itself or was cut before the
/// payload, is for `DecodedPacket`, which says of these frames the same.
public struct PlainDatagram: Sendable {
  /// Where the innermost IPv6 header begins.
  public let header: Int
  /// Length of the UDP payload by its header.
  public let udpBytes: Int
  /// How many bytes of the payload were captured.
  public let payloadBytes: Int
  /// What the frame has on the wire beyond the innermost IP packet.
  public let wireOverhead: Int

  /// The frame's outer header, which a tunnel put around the packet.
  @inlinable
  public static var outerHeader: Int { 14 }
  /// The packet's header inside a tunnel.
  @inlinable
  public static var tunnelledHeader: Int { 54 }
  @inlinable
  public var isTunnelled: Bool { header != Self.outerHeader }
  /// What the innermost IP packet has beyond the UDP payload.
  @inlinable
  public static var ipOverhead: Int { 48 }
  /// Length of the innermost IP packet by its header.
  @inlinable
  public var ipBytes: Int { udpBytes &+ Self.ipOverhead }

  /// - Parameters:
  ///   - bytes: what was captured of an Ethernet frame.
  ///   - wireBytes: its length on the wire.
  @inlinable
  @inline(__always)
  public init?(_ bytes: RawSpan, wireBytes: Int) {
    let count = bytes.byteCount
    self.init(
      CheckedBytes(known: bytes, from: 0, byteCount: count), capturedBytes: count,
      wireBytes: wireBytes)
  }

  /// - Parameters:
  ///   - frame: what was captured of an Ethernet frame, and how many bytes those are.
  ///   - wireBytes: its length on the wire.
  @inlinable
  @inline(__always)
  public init?(_ frame: borrowing CheckedBytes, capturedBytes: Int, wireBytes: Int) {
    guard let header = Self.header(in: frame, capturedBytes: capturedBytes) else { return nil }
    self.init(frame, header: header, capturedBytes: capturedBytes, wireBytes: wireBytes)
  }

  /// Where the IPv6 header before a UDP header begins, if it may be that of a plain datagram.
  @inlinable
  @inline(__always)
  public static func header(in frame: borrowing CheckedBytes, capturedBytes: Int) -> Int? {
    // EtherType and version are one word.
    guard capturedBytes >= 62, frame.uint64(at: 12) >> 44 == 0x8_6dd6 else { return nil }
    switch frame.uint8(at: 20) {
    case 17:
      return outerHeader
    case 41:
      guard capturedBytes >= 102, frame.uint8(at: 54) >> 4 == 6, frame.uint8(at: 60) == 17,
        40 &+ Int(frame.uint16(at: 58)) <= Int(frame.uint16(at: 18))
      else { return nil }
      return tunnelledHeader
    default:
      return nil
    }
  }

  /// A UDP datagram in the IPv6 packet that begins here.
  @inlinable
  @inline(__always)
  public init?(_ frame: borrowing CheckedBytes, header: Int, capturedBytes: Int, wireBytes: Int) {
    let datagram = header &+ 40
    let length = frame.uint16(at: datagram &+ 4)
    let padding = wireBytes &- datagram &- Int(length)
    guard length >= 8, length == frame.uint16(at: header &+ 4),
      padding >= 0, padding <= 0xff00, frame.uint16(at: datagram &+ 2) != 4789
    else { return nil }
    self.header = header
    udpBytes = Int(length) &- 8
    payloadBytes = min(Int(length), capturedBytes &- datagram) &- 8
    wireOverhead = header &+ padding
  }

  /// Where the UDP payload lies, as far as it was captured.
  package var payload: Range<Int> { header + 48..<header + 48 + payloadBytes }

  /// The addresses of an IPv6 header of the frame.
  package static func addresses(
    at header: Int, in bytes: RawSpan
  ) -> (source: IPAddress, destination: IPAddress) {
    (bytes.ipv6Address(at: header + 8), bytes.ipv6Address(at: header + 24))
  }

  /// Both ports, the source's in the upper half.
  package func ports(in bytes: RawSpan) -> UInt32 { bytes.uint32(at: header + 40) }
}
