/// Where the headers lie in a frame of the commonest kind: Ethernet, IPv6, UDP, with one IPv6 tunnel
/// (RFC 2473) around the packet or none, and without tags or extension headers; what surrounds payload
/// and packet fits into 16 bits.
///
/// These are read at a glance. Everything else, and whatever contradicts itself or was cut before the
/// payload, is for `DecodedPacket`, which says of these frames the same.
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
    // EtherType, version and payload length are one word.
    guard capturedBytes >= 62, frame.uint64(at: 12) >> 44 == 0x8_6dd6 else { return nil }
    var header = 14
    var length = Int(frame.uint16(at: 18))
    var next = frame.uint8(at: 20)
    if next == 41 {
      let room = length
      guard capturedBytes >= 102, frame.uint8(at: 54) >> 4 == 6 else { return nil }
      header = 54
      length = Int(frame.uint16(at: 58))
      next = frame.uint8(at: 60)
      guard 40 &+ length <= room else { return nil }
    }
    let datagram = header &+ 40
    guard next == 17, datagram &+ length <= wireBytes else { return nil }
    let stated = Int(frame.uint16(at: datagram &+ 4))
    guard stated >= 8, stated <= length, frame.uint16(at: datagram &+ 2) != 4789 else {
      return nil
    }
    self.header = header
    udpBytes = stated &- 8
    ipBytes = 40 &+ length
    payloadBytes = min(stated, capturedBytes &- datagram) &- 8
    guard (ipBytes &- udpBytes) | (wireBytes &- ipBytes) <= 0xffff else { return nil }
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
