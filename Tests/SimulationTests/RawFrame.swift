import Simulation
import Wire

/// A frame read by fixed offsets, without the codecs that made it: Ethernet, up to one tunnel, IPv6,
/// UDP, nemotop's header.
struct RawFrame {
  let bytes: [UInt8]

  init(_ packet: SimulatedPacket) {
    bytes = packet.bytes
  }

  func number(at offset: Int, bytes count: Int) -> UInt64 {
    bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  var isTunnelled: Bool { bytes[20] == 41 }
  var isSignalling: Bool { !isTunnelled && bytes[20] != 17 }
  /// Where the innermost IPv6 header begins.
  var packetOffset: Int { isTunnelled ? 54 : 14 }
  var datagramOffset: Int { packetOffset + 40 }
  var payloadOffset: Int { datagramOffset + 8 }

  var port: UInt64 { number(at: datagramOffset, bytes: 2) }
  var sequence: UInt64 { number(at: payloadOffset + 2, bytes: 2) }
  var streamNumber: Int64 { Int64(number(at: payloadOffset + 16, bytes: 8)) }
  var realTime: Int64 { Int64(number(at: payloadOffset + 24, bytes: 8)) }
  var bootTime: Int64 { Int64(number(at: payloadOffset + 32, bytes: 8)) }

  /// The ones' complement sum of 16-bit words from the offset to the end, and of these bytes before
  /// it (RFC 1071); 0xffff where a checksum in them is right.
  func sum(from offset: Int, before: [UInt8]) -> Int {
    var all = before + bytes[offset...]
    if all.count % 2 == 1 { all.append(0) }
    var sum = stride(from: 0, to: all.count, by: 2).reduce(0) {
      $0 + Int(all[$1]) << 8 + Int(all[$1 + 1])
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return sum
  }

  /// The sum over the datagram and its pseudo-header (RFC 8200 section 8.1).
  var datagramSum: Int {
    let length = bytes.count - datagramOffset
    return sum(
      from: datagramOffset,
      before: Array(bytes[packetOffset + 8..<packetOffset + 40])
        + [0, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 17])
  }
}

extension SimulatedRun {
  func point(_ name: String) -> SimulatedPoint {
    points[points.firstIndex { $0.name == name } ?? points.endIndex]
  }

  /// The frames of the guest's packets at a point, with their times.
  func frames(at name: String) -> [(time: Int64, frame: RawFrame)] {
    point(name).packets.map { ($0.time.nanoseconds, RawFrame($0)) }.filter { !$0.1.isSignalling }
  }
}
