import Testing
import Wire

@testable import Capture

/// The headers of frames that differ in their payload only: those of a super-packet and of each of the
/// frames for which it stands.
enum Headers: String, CaseIterable {
  case udpInIPv6, udpInTaggedIPv4, tcpInIPv4, sixInSix, sixInFour, greWithKey, ethernetInGRE, vxlan
  case udpBehindOptions

  /// Where the payload begins.
  var byteCount: Int { frame([], number: 0, from: 0).count }
  /// Where the transport header begins, as the kernel tells it.
  var transport: Int { byteCount - (self == .tcpInIPv4 ? 20 : 8) }

  /// The frame with this payload.
  ///
  /// - Parameters:
  ///   - number: which of the segments it is.
  ///   - offset: where its payload begins in that of the super-packet.
  func frame(_ payload: [UInt8], number: UInt16, from offset: UInt32) -> [UInt8] {
    let datagram = Self.udp(to: 5004, payload)
    switch self {
    case .udpInIPv6: return Self.ethernet(0x86dd, Self.ipv6(17, datagram))
    case .udpInTaggedIPv4:
      return Self.ethernet(0x8100, [0, 7, 0x08, 0x00] + Self.ipv4(17, number, datagram))
    case .tcpInIPv4: return Self.ethernet(0x0800, Self.ipv4(6, number, Self.tcp(offset, payload)))
    case .sixInSix: return Self.ethernet(0x86dd, Self.ipv6(41, Self.ipv6(17, datagram)))
    case .sixInFour: return Self.ethernet(0x0800, Self.ipv4(41, number, Self.ipv6(17, datagram)))
    case .greWithKey:
      let gre: [UInt8] = [0x20, 0, 0x08, 0x00, 1, 2, 3, 4]
      return Self.ethernet(0x86dd, Self.ipv6(47, gre + Self.ipv4(17, number, datagram)))
    case .ethernetInGRE:
      let inner = Self.ethernet(0x86dd, Self.ipv6(17, datagram))
      return Self.ethernet(0x0800, Self.ipv4(47, number, [0, 0, 0x65, 0x58] + inner))
    case .vxlan:
      let inner = Self.ethernet(0x86dd, Self.ipv6(17, datagram))
      let network = [8, 0, 0, 0, 0, 0, 42, 0] + inner
      return Self.ethernet(0x86dd, Self.ipv6(17, Self.udp(to: 4789, network)))
    case .udpBehindOptions:
      let options: [UInt8] = [17, 1] + [UInt8](repeating: 1, count: 14)
      return Self.ethernet(0x86dd, Self.ipv6(60, options + datagram))
    }
  }

  private static func ethernet(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 2, count: 12) + octets(type) + payload
  }

  static func ipv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0] + octets(UInt16(payload.count)) + [next, 64]
      + [UInt8](repeating: 0x20, count: 32) + payload
  }

  private static func ipv4(_ next: UInt8, _ number: UInt16, _ payload: [UInt8]) -> [UInt8] {
    var header: [UInt8] = [0x45, 0] + octets(UInt16(payload.count + 20))
    header += octets(0xfffe &+ number) + [0x40, 0, 64, next, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
    var sum = 0
    for index in stride(from: 0, to: 20, by: 2) {
      sum += Int(header[index]) << 8 + Int(header[index + 1])
    }
    sum = sum >> 16 + sum & 0xffff
    header.replaceSubrange(10..<12, with: octets(~UInt16(sum)))
    return header + payload
  }

  static func udp(to port: UInt16, _ payload: [UInt8]) -> [UInt8] {
    octets(9) + octets(port) + octets(UInt16(payload.count + 8)) + [0xab, 0xcd] + payload
  }

  private static func tcp(_ offset: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let sequence = UInt32.max - 5 &+ offset
    return octets(9) + octets(80) + octets(UInt16(sequence >> 16))
      + octets(UInt16(truncatingIfNeeded: sequence)) + [0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0]
      + payload
  }

  private static func octets(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
  }
}

/// The segments of a super-packet, each with its length on the wire; nil where it is none that can be
/// cut.
private func segments(
  of frame: [UInt8], every segmentBytes: Int, transport: Int? = nil, limit: Int = 262_144,
  captured: Int? = nil
) -> [(bytes: [UInt8], wireBytes: Int)]? {
  let bytes = Array(frame.prefix(captured ?? frame.count))
  guard
    let packet = SuperPacket(
      bytes.rawSpan, frameBytes: frame.count, segmentBytes: segmentBytes, transport: transport)
  else { return nil }
  var segments: [(bytes: [UInt8], wireBytes: Int)] = []
  for index in 0..<packet.count {
    var segment: [UInt8] = []
    let length = packet.copySegment(index, of: bytes.rawSpan, limit: limit, into: &segment)
    segments.append((segment, length))
  }
  return segments
}

private let payload = (0..<2_650).map { UInt8(truncatingIfNeeded: $0 / 7) }

/// What is on the wire when the payload is cut after each so many bytes.
private func wire(_ headers: Headers, every segmentBytes: Int) -> [[UInt8]] {
  stride(from: 0, to: payload.count, by: segmentBytes).enumerated().map { number, start in
    headers.frame(
      Array(payload[start..<min(start + segmentBytes, payload.count)]), number: UInt16(number),
      from: UInt32(start))
  }
}

struct `A super-packet` {
  @Test(arguments: Headers.allCases, [2_650, 1_325, 1_200, 64, 1])
  func `is cut into the frames on the wire`(headers: Headers, segmentBytes: Int) throws {
    let frame = headers.frame(payload, number: 0, from: 0)
    let expected = wire(headers, every: segmentBytes)
    for transport in [headers.transport, nil] {
      let cut = try #require(segments(of: frame, every: segmentBytes, transport: transport))
      #expect(cut.map(\.bytes) == expected)
      #expect(cut.map(\.wireBytes) == expected.map(\.count))
    }
  }

  @Test(arguments: Headers.allCases)
  func `is cut at the snapshot length in each segment`(headers: Headers) throws {
    let frame = headers.frame(payload, number: 0, from: 0)
    let expected = wire(headers, every: 1_200)
    for limit in [20, headers.byteCount - 1, headers.byteCount, 256, 1_000] {
      let cut = try #require(segments(of: frame, every: 1_200, limit: limit))
      // What lies behind the limit is not there to make the IPv4 checksum of.
      guard limit >= headers.byteCount else {
        #expect(cut.map(\.bytes.count) == expected.map { min($0.count, limit) })
        continue
      }
      #expect(cut.map(\.bytes) == expected.map { Array($0.prefix(limit)) })
      #expect(cut.map(\.wireBytes) == expected.map(\.count))
    }
  }

  @Test func `that was captured in part still counts all of its segments`() throws {
    let headers = Headers.sixInSix
    let frame = headers.frame(payload, number: 0, from: 0)
    let cut = try #require(segments(of: frame, every: 1_200, captured: headers.byteCount + 1_300))
    #expect(cut.map(\.wireBytes) == wire(headers, every: 1_200).map(\.count))
    #expect(cut.map(\.bytes.count) == [1_200, 100, 0].map { headers.byteCount + $0 })
  }

  @Test func `whose cut payload begins where the kernel says is no tunnel, whatever its port`()
    throws
  {
    // A program of a user's that speaks VXLAN itself: the kernel cuts its datagrams.
    let inside = Headers.vxlan.frame(payload, number: 0, from: 0)
    let carrier = 14 + 40
    let cut = try #require(segments(of: inside, every: 700, transport: carrier))
    #expect(cut.map(\.wireBytes).reduce(0, +) == inside.count + (cut.count - 1) * (carrier + 8))
    #expect(cut.count == (inside.count - carrier - 8 + 699) / 700)
  }

  @Test func `in headers that are not known is not cut`() {
    let frame = Headers.udpInIPv6.frame(payload, number: 0, from: 0)
    #expect(segments(of: frame, every: 0) == nil)
    #expect(segments(of: frame, every: 1_200, transport: 60) == nil)
    #expect(segments(of: frame, every: 1_200, captured: 61) == nil)
    var other = frame
    other[20] = 50
    #expect(segments(of: other, every: 1_200) == nil)
    other = frame
    other[12] = 0
    #expect(segments(of: other, every: 1_200) == nil)
  }

  @Test(arguments: Headers.allCases)
  func `with any byte wrong and cut anywhere is read without a trap`(headers: Headers) {
    let frame = headers.frame(Array(payload.prefix(300)), number: 0, from: 0)
    var count = 0
    for index in 0..<headers.byteCount {
      for value in [0, 1, 0x4f, 0xff] as [UInt8] {
        var wrong = frame
        wrong[index] = value
        count += segments(of: wrong, every: 100, limit: 96)?.count ?? 0
      }
      #expect(segments(of: frame, every: 100, captured: index) == nil)
    }
    #expect(count > 0)
  }
}
