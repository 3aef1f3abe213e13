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
  @inlinable
  public var payloadStart: Int { header + 48 }
  @inlinable
  public var payload: Range<Int> { payloadStart..<payloadStart + payloadBytes }

  /// - Parameters:
  ///   - bytes: what was captured of an Ethernet frame.
  ///   - wireBytes: its length on the wire.
  @inlinable
  @inline(__always)
  public init?(_ bytes: RawSpan, wireBytes: Int) {
    let captured = bytes.byteCount
    guard captured >= 62, bytes.uint16(at: 12) == 0x86dd else { return nil }
    var limit = max(wireBytes, captured)
    var header = 14
    var length = Int(bytes.uint16(at: 18))
    guard bytes.uint8(at: 14) >> 4 == 6, length != 0 else { return nil }
    var next = bytes.uint8(at: 20)
    var end = 54 + length
    limit = min(limit, end)
    if next == 41 {
      guard captured >= 102, limit >= 94, bytes.uint8(at: 54) >> 4 == 6 else { return nil }
      header = 54
      length = Int(bytes.uint16(at: 58))
      next = bytes.uint8(at: 60)
      end = 94 + length
      limit = min(limit, end)
      guard length != 0 else { return nil }
    }
    let datagram = header + 40
    guard next == 17, datagram + 8 <= limit else { return nil }
    let stated = Int(bytes.uint16(at: datagram + 4))
    guard stated >= 8, stated <= end - datagram, bytes.uint16(at: datagram + 2) != 4789 else {
      return nil
    }
    self.header = header
    udpBytes = stated - 8
    ipBytes = 40 + length
    payloadBytes = max(min(limit, datagram + stated, captured) - datagram - 8, 0)
  }

  /// The addresses of an IPv6 header.
  @inlinable
  @inline(__always)
  public static func addresses(
    at header: Int, in bytes: RawSpan
  ) -> (source: IPAddress, destination: IPAddress) {
    (
      IPAddress(high: bytes.uint64(at: header + 8), low: bytes.uint64(at: header + 16)),
      IPAddress(high: bytes.uint64(at: header + 24), low: bytes.uint64(at: header + 32))
    )
  }

  /// Both ports, the source's in the upper half.
  @inlinable
  @inline(__always)
  public func ports(in bytes: RawSpan) -> UInt32 {
    bytes.uint32(at: header + 40)
  }
}
