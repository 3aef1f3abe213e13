/// Where the headers lie in a frame of the commonest kind: Ethernet, IPv6, UDP, with one IPv6 tunnel
/// (RFC 2473) around the packet or none, and without tags or extension headers.
///
/// These are read at a glance. Everything else, and whatever contradicts itself or was cut, is for
/// `DecodedPacket`, which says of these frames the same.
public struct PlainDatagram: Sendable {
  /// Where the innermost IPv6 header begins.
  public let header: Int
  /// Length of the UDP payload by its header.
  public let udpBytes: Int
  /// Length of the innermost IP packet by its header.
  public let ipBytes: Int
  /// How many bytes of the payload were captured.
  public let payloadBytes: Int

  /// The frame's outer header, which a tunnel put around the packet.
  @inlinable
  public static var outerHeader: Int { 14 }
  @inlinable
  public var isTunnelled: Bool { header != Self.outerHeader }

  /// - Parameters:
  ///   - bytes: what was captured of an Ethernet frame.
  ///   - wireBytes: its length on the wire.
  @inlinable
  @inline(__always)
  public init?(_ bytes: RawSpan, wireBytes: Int) {
    guard let frame = CheckedBytes(bytes, from: 0, byteCount: 62),
      frame.uint16(at: 12) == 0x86dd
    else { return nil }
    let captured = bytes.byteCount
    var limit = max(wireBytes, captured)
    var header = 14
    var length = Int(frame.uint16(at: 18))
    guard frame.uint8(at: 14) >> 4 == 6, length != 0 else { return nil }
    var next = frame.uint8(at: 20)
    var end = 54 &+ length
    limit = min(limit, end)
    if next == 41 {
      guard let inner = CheckedBytes(bytes, from: 54, byteCount: 48), limit >= 94,
        inner.uint8(at: 0) >> 4 == 6
      else { return nil }
      header = 54
      length = Int(inner.uint16(at: 4))
      next = inner.uint8(at: 6)
      end = 94 &+ length
      limit = min(limit, end)
      guard length != 0 else { return nil }
    }
    let datagram = header &+ 40
    guard next == 17, datagram &+ 8 <= limit,
      let udp = CheckedBytes(bytes, from: datagram, byteCount: 8)
    else { return nil }
    let stated = Int(udp.uint16(at: 4))
    guard stated >= 8, stated <= end &- datagram, udp.uint16(at: 2) != 4789 else {
      return nil
    }
    self.header = header
    udpBytes = stated &- 8
    ipBytes = 40 &+ length
    payloadBytes = max(min(limit, datagram &+ stated, captured) &- datagram &- 8, 0)
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
