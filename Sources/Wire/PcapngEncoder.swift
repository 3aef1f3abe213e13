/// Makes the bytes of a pcapng capture file (draft-ietf-opsawg-pcapng): one section, little-endian,
/// times in nanoseconds. It knows no files: whoever writes takes the bytes.
///
/// Every block has the same frame, its length at both ends a multiple of 4:
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                          block type                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      block total length                       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |             body, padded to 32 bits, then options             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      block total length                       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct PcapngEncoder: Sendable {
  /// What was made since the bytes were last taken.
  package private(set) var bytes: [UInt8] = []
  private var interfaceCount: UInt32 = 0

  /// Makes nothing yet: blocks for a file whose beginning is made elsewhere.
  package init() {}

  /// Begins the file with its Section Header Block (section 4.1), which names the application.
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                  byte-order magic 0x1A2B3C4D                  |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |        major version 1        |        minor version 0        |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |          section length, 64 bits: -1, not stated              |
  /// |                                                               |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  package init(application: String) {
    block(type: 0x0a0d_0d0a) { body in
      body.append(littleEndian: 0x1a2b_3c4d as UInt32)
      body.append(littleEndian: 1 as UInt16)
      body.append(littleEndian: 0 as UInt16)
      body.append(littleEndian: -1 as Int64)
      body.append(option: 4, Array(application.utf8))
      body.appendEndOfOptions()
    }
  }

  /// Adds an Interface Description Block (section 4.2) with the name, a resolution of 10⁻⁹ s, and
  /// what else is given: a description, a filter expression of libpcap's, a comment.
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |           link type           |           reserved            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                            snaplen                            |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  ///
  /// - Parameter snaplen: The most bytes captured of a packet; 0: no limit.
  /// - Returns: The interface's number, which its packets name.
  package mutating func addInterface(
    named name: String, linkType: LinkType, snaplen: Int = 0, description: String? = nil,
    filter: String? = nil, comment: String? = nil
  ) -> UInt32 {
    block(type: 1) { body in
      body.append(littleEndian: linkType.rawValue)
      body.append(littleEndian: 0 as UInt16)
      body.append(littleEndian: UInt32(clamping: snaplen))
      body.append(option: 2, Array(name.utf8))
      if let description { body.append(option: 3, Array(description.utf8)) }
      body.append(option: 9, [9])
      // The first octet says that an expression follows.
      if let filter { body.append(option: 11, [0] + Array(filter.utf8)) }
      if let comment { body.append(option: 1, Array(comment.utf8)) }
      body.appendEndOfOptions()
    }
    defer { interfaceCount += 1 }
    return interfaceCount
  }

  /// Adds an Enhanced Packet Block (section 4.3).
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                         interface number                      |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |              upper 32 bits of the time, in ns                 |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                     its lower 32 bits                         |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                    captured packet length                     |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                    original packet length                     |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                packet data, padded to 32 bits                 |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  ///
  /// - Parameter wireBytes: The packet's length on the wire.
  package mutating func addPacket(
    _ captured: RawSpan, wireBytes: Int, at time: Timestamp, interface: UInt32,
    comment: String? = nil
  ) {
    let start = beginBlock(type: 6)
    bytes.append(littleEndian: interface)
    bytes.append(time)
    bytes.append(littleEndian: UInt32(clamping: captured.byteCount))
    bytes.append(littleEndian: UInt32(clamping: wireBytes))
    bytes.append(captured)
    bytes.append(contentsOf: repeatElement(0, count: -captured.byteCount & 3))
    if let comment {
      bytes.append(option: 1, Array(comment.utf8))
      bytes.appendEndOfOptions()
    }
    endBlock(start)
  }

  /// Adds an Interface Statistics Block (section 4.6) with an option for each thing that is known.
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                         interface number                      |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |              upper 32 bits of the time, in ns                 |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                     its lower 32 bits                         |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |  option code  |  its length   |  value, padded to 32 bits …   |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  package mutating func addStatistics(_ statistics: PcapngStatistics, interface: UInt32) {
    block(type: 5) { body in
      body.append(littleEndian: interface)
      body.append(statistics.time)
      for (code, time) in [(2, statistics.start), (3, statistics.end)] as [(UInt16, Timestamp?)] {
        guard let time else { continue }
        var value: [UInt8] = []
        value.append(time)
        body.append(option: code, value)
      }
      let counts: [(UInt16, Int?)] = [(4, statistics.received), (5, statistics.dropped)]
      for (code, count) in counts {
        guard let count else { continue }
        var value: [UInt8] = []
        value.append(littleEndian: UInt64(clamping: count))
        body.append(option: code, value)
      }
      if let comment = statistics.comment { body.append(option: 1, Array(comment.utf8)) }
      body.appendEndOfOptions()
    }
  }

  /// Hands over what was made and forgets it, but keeps the room for more.
  package mutating func take<Failure>(
    _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    defer { bytes.removeAll(keepingCapacity: true) }
    try body(bytes)
  }

  private mutating func block(type: UInt32, _ body: (inout [UInt8]) -> Void) {
    let start = beginBlock(type: type)
    body(&bytes)
    endBlock(start)
  }

  private mutating func beginBlock(type: UInt32) -> Int {
    let start = bytes.count
    bytes.append(littleEndian: type)
    bytes.append(littleEndian: 0 as UInt32)
    return start
  }

  /// Writes the length, known now, at both ends of the block.
  private mutating func endBlock(_ start: Int) {
    let length = UInt32(clamping: bytes.count - start + 4)
    for index in 0..<4 {
      bytes[start + 4 + index] = UInt8(truncatingIfNeeded: length >> (8 * index))
    }
    bytes.append(littleEndian: length)
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    var shift = 0
    while shift < value.bitWidth {
      append(UInt8(truncatingIfNeeded: value >> shift))
      shift += 8
    }
  }

  /// A time of 64 bits, its upper half first. The format has none before 1970.
  fileprivate mutating func append(_ time: Timestamp) {
    let nanoseconds = UInt64(clamping: time.nanoseconds)
    append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds >> 32))
    append(littleEndian: UInt32(truncatingIfNeeded: nanoseconds))
  }

  /// An option of at most 65 535 bytes: code, length, value, padding.
  fileprivate mutating func append(option code: UInt16, _ value: [UInt8]) {
    let value = value.prefix(Int(UInt16.max))
    append(littleEndian: code)
    append(littleEndian: UInt16(value.count))
    append(contentsOf: value)
    append(contentsOf: repeatElement(0, count: -value.count & 3))
  }

  fileprivate mutating func appendEndOfOptions() {
    append(littleEndian: 0 as UInt32)
  }
}
