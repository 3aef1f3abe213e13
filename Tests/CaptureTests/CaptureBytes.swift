import Glibc

/// A capture file in the making, byte by byte: the old pcap format.
///
///      0                   1                   2                   3
///     +-------------------------------+-------------------------------+
///     | magic a1b2c3d4 (µs) or a1b23c4d (ns)                          |
///     | major version 2               | minor version 4               |
///     | 8 octets of 0                                                 |
///     | snapshot length                                               |
///     | link type                                                     |
///     +-------- each record ------------------------------------------+
///     | seconds                                                       |
///     | microseconds or nanoseconds                                   |
///     | captured length               | length on the wire, 4 octets each
///     | the frame                                                     |
struct CaptureBytes {
  var isBigEndian = false
  private(set) var bytes: [UInt8] = []

  init(bigEndian: Bool = false, nanoseconds: Bool = false, linkType: UInt32 = 1) {
    isBigEndian = bigEndian
    append(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
    append16(2)
    append16(4)
    append(0)
    append(0)
    append(65_535)
    append(linkType)
  }

  mutating func record(seconds: UInt32, fraction: UInt32, frame: [UInt8], wireBytes: UInt32) {
    append(seconds)
    append(fraction)
    append(UInt32(frame.count))
    append(wireBytes)
    bytes += frame
  }

  private mutating func append(_ value: UInt32) {
    let octets = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    bytes += isBigEndian ? octets.reversed() : octets
  }

  private mutating func append16(_ value: UInt16) {
    let octets = [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    bytes += isBigEndian ? octets.reversed() : octets
  }
}

/// An Ethernet frame with a UDP datagram over IPv4, as far as a filter looks at it.
func frame(toPort port: UInt16) -> [UInt8] {
  var frame = [UInt8](repeating: 0, count: 60)
  frame.replaceSubrange(12..<15, with: [0x08, 0x00, 0x45])
  frame[23] = 17
  frame.replaceSubrange(36..<38, with: [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)])
  return frame
}

/// The bytes in gzip's format (RFC 1952), in one stored block (RFC 1951 section 3.2.4).
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  func little(_ value: UInt32, _ count: UInt32) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var sum = UInt32.max
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
  let count = UInt32(bytes.count)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(count, 2) + little(~count, 2) + bytes
    + little(~sum, 4) + little(count, 4)
}

/// A file that lives as long as the test.
final class TemporaryFile: Sendable {
  let path: String

  init(_ bytes: [UInt8] = []) {
    var template = Array("/tmp/nemotop-test-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    _ = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
  }

  deinit { _ = unsafe unlink(path) }

  var bytes: [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    defer { close(descriptor) }
    var content = [UInt8](repeating: 0, count: 1 << 20)
    content.removeLast(content.count - max(unsafe read(descriptor, &content, content.count), 0))
    return content
  }
}
