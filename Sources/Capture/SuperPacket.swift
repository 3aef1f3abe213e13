import Wire

/// A super-packet: one frame that stands for several on the wire, because the interface is yet to cut
/// it (GSO) or the kernel has put it together (GRO).
///
/// Each of its segments has a copy of all headers, with lengths of its own, and the next part of the
/// payload:
/// ```
/// | headers | segment 0 | segment 1 | … | what is left |
/// ```
package struct SuperPacket {
  /// A header that differs between segments, by where it begins.
  private enum Header {
    case ipv4(Int)
    case ipv6(Int)
    case udp(Int)
    case tcp(Int)
  }

  private static let headerCapacity = 16

  private let frameBytes: Int
  private let segmentBytes: Int
  package private(set) var headerBytes = 0
  private var headers = [16 of Header](repeating: .ipv4(0))
  private var headerCount = 0

  /// Reads the headers of an Ethernet frame; nil where they are none that segments are known of, so
  /// that nobody can say how many there are.
  ///
  /// - Parameters:
  ///   - frame: the frame as far as it was captured.
  ///   - frameBytes: the length of the whole frame.
  ///   - segmentBytes: the payload of each segment but the last.
  ///   - transport: where the header of the protocol that is cut begins, if the kernel told. A UDP
  ///     header before it is that of a tunnel.
  package init?(_ frame: RawSpan, frameBytes: Int, segmentBytes: Int, transport: Int?) {
    self.frameBytes = frameBytes
    self.segmentBytes = segmentBytes
    guard segmentBytes > 0, let end = walk(frame, to: transport), end <= frame.byteCount,
      end < frameBytes
    else { return nil }
    headerBytes = end
  }

  /// How many frames it stands for.
  package var count: Int { (frameBytes - headerBytes + segmentBytes - 1) / segmentBytes }

  /// Makes the frame of a segment, or as much of it as `limit` allows.
  ///
  /// Checksums of UDP and TCP stay as they are: before an interface completes them they mean nothing.
  ///
  /// - Parameter frame: what this was read from.
  /// - Returns: the length of that frame on the wire.
  package func copySegment(
    _ index: Int, of frame: RawSpan, limit: Int, into bytes: inout [UInt8]
  ) -> Int {
    let start = headerBytes + index * segmentBytes
    let end = min(start + segmentBytes, frameBytes)
    let length = headerBytes + end - start
    let captured = min(end, start + limit - headerBytes, frame.byteCount)
    bytes.removeAll(keepingCapacity: true)
    bytes.append(frame.extracting(0..<min(headerBytes, limit)))
    if captured > start { bytes.append(frame.extracting(start..<captured)) }
    for header in 0..<headerCount { adapt(headers[header], index, length, in: &bytes) }
    return length
  }

  /// Gives a header what it has in the segment's frame, which is `length` bytes long.
  private func adapt(_ header: Header, _ index: Int, _ length: Int, in bytes: inout [UInt8]) {
    switch header {
    case .ipv4(let offset):
      bytes.set(UInt16(truncatingIfNeeded: length - offset), at: offset + 2)
      bytes.add(UInt32(truncatingIfNeeded: index) << 16, at: offset + 4)
      bytes.completeIPv4Checksum(at: offset)
    case .ipv6(let offset):
      let payload = length - offset - IPv6Header.byteCount
      bytes.set(UInt16(truncatingIfNeeded: payload), at: offset + 4)
    case .udp(let offset):
      bytes.set(UInt16(truncatingIfNeeded: length - offset), at: offset + 4)
    case .tcp(let offset):
      bytes.add(UInt32(truncatingIfNeeded: index * segmentBytes), at: offset + 4)
    }
  }
}

extension SuperPacket {
  private enum Step {
    case ethernet
    case payload(EtherType)
    case upperLayer(IPProtocol)
    /// The payload that is cut begins here.
    case end
  }

  /// Where the headers end.
  private mutating func walk(_ frame: RawSpan, to transport: Int?) -> Int? {
    var offset = 0
    var step = Step.ethernet
    for _ in 0..<32 {
      let next: Step?
      switch step {
      case .ethernet:
        guard offset + 14 <= frame.byteCount else { return nil }
        next = .payload(EtherType(rawValue: frame.uint16(at: offset + 12)))
        offset += 14
      case .payload(let type): next = payload(type, of: frame, &offset)
      case .upperLayer(let number): next = upperLayer(number, of: frame, &offset, transport)
      case .end: return offset
      }
      guard let next else { return nil }
      step = next
    }
    return nil
  }

  private mutating func payload(
    _ type: EtherType, of frame: RawSpan, _ offset: inout Int
  ) -> Step? {
    let room = frame.byteCount - offset
    switch type {
    case .vlan, .serviceVLAN, .oldQinQ, .olderQinQ:
      guard room >= 4 else { return nil }
      let type = EtherType(rawValue: frame.uint16(at: offset + 2))
      offset += 4
      return .payload(type)
    case .ipv4:
      guard room >= 20, note(.ipv4(offset)) else { return nil }
      let next = IPProtocol(rawValue: frame.uint8(at: offset + 9))
      offset += Int(frame.uint8(at: offset) & 0x0f) * 4
      return .upperLayer(next)
    case .ipv6:
      guard room >= IPv6Header.byteCount, note(.ipv6(offset)) else { return nil }
      let next = IPProtocol(rawValue: frame.uint8(at: offset + 6))
      offset += IPv6Header.byteCount
      return .upperLayer(next)
    default:
      return nil
    }
  }

  private mutating func upperLayer(
    _ number: IPProtocol, of frame: RawSpan, _ offset: inout Int, _ transport: Int?
  ) -> Step? {
    let room = frame.byteCount - offset
    switch number {
    case .ipv4: return .payload(.ipv4)
    case .ipv6: return .payload(.ipv6)
    case .hopByHopOptions, .routingHeader, .destinationOptions:
      guard room >= 8 else { return nil }
      let next = IPProtocol(rawValue: frame.uint8(at: offset))
      offset += 8 * (Int(frame.uint8(at: offset + 1)) + 1)
      return .upperLayer(next)
    case .gre:
      guard room >= 4, frame.uint16(at: offset) & 0x4fff == 0 else { return nil }
      let flags = frame.uint16(at: offset)
      let type = EtherType(rawValue: frame.uint16(at: offset + 2))
      // Checksum, key and sequence number, each where its flag is set.
      offset += 4 + 4 * (flags & 0xb000).nonzeroBitCount
      return type == .ethernetBridging ? .ethernet : .payload(type)
    case .udp:
      guard room >= UDPHeader.byteCount, note(.udp(offset)) else { return nil }
      let isTunnel = transport.map { offset < $0 } ?? (frame.uint16(at: offset + 2) == Self.vxlan)
      guard isTunnel else { return ends(at: transport, &offset, UDPHeader.byteCount) }
      guard frame.uint16(at: offset + 2) == Self.vxlan else { return nil }
      offset += UDPHeader.byteCount + 8
      return .ethernet
    case .tcp:
      guard room >= 20, note(.tcp(offset)) else { return nil }
      return ends(at: transport, &offset, Int(frame.uint8(at: offset + 12) >> 4) * 4)
    default:
      return nil
    }
  }

  /// The port of VXLAN (RFC 7348 section 8).
  private static var vxlan: UInt16 { 4789 }

  /// The transport header is here, as the kernel says too, and has so many bytes.
  private func ends(at transport: Int?, _ offset: inout Int, _ byteCount: Int) -> Step? {
    guard transport == nil || transport == offset else { return nil }
    offset += byteCount
    return .end
  }

  private mutating func note(_ header: Header) -> Bool {
    guard headerCount < Self.headerCapacity else { return false }
    headers[headerCount] = header
    headerCount += 1
    return true
  }
}

/// Changes to the captured bytes of a header: what lies beyond them is left out.
extension [UInt8] {
  fileprivate mutating func set(_ value: UInt16, at offset: Int) {
    guard offset + 2 <= count else { return }
    self[offset] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  fileprivate mutating func add(_ value: UInt32, at offset: Int) {
    guard offset + 4 <= count else { return }
    let sum = rawSpan.uint32(at: offset) &+ value
    set(UInt16(truncatingIfNeeded: sum >> 16), at: offset)
    set(UInt16(truncatingIfNeeded: sum), at: offset + 2)
  }

  /// RFC 791 section 3.1.
  fileprivate mutating func completeIPv4Checksum(at offset: Int) {
    guard offset < count else { return }
    let end = offset + Int(self[offset] & 0x0f) * 4
    guard end <= count else { return }
    set(0, at: offset + 10)
    var sum: UInt32 = 0
    for word in stride(from: offset, to: end, by: 2) { sum += UInt32(rawSpan.uint16(at: word)) }
    while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
    set(~UInt16(truncatingIfNeeded: sum), at: offset + 10)
  }
}
