import Testing
import Wire

/// The encoder's bytes, read by the offsets of the specification.
@Suite struct PcapngTests {
  private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The blocks: type and body, their two lengths compared.
  private func blocks(of bytes: [UInt8]) throws -> [(type: UInt64, body: [UInt8])] {
    var blocks: [(UInt64, [UInt8])] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let start = rest.startIndex
      let length = Int(number(rest[start + 4..<start + 8]))
      try #require(length % 4 == 0 && length >= 12 && length <= rest.count)
      #expect(Int(number(rest[start + length - 4..<start + length])) == length)
      blocks.append((number(rest[start..<start + 4]), Array(rest[start + 8..<start + length - 4])))
      rest = rest.dropFirst(length)
    }
    return blocks
  }

  @Test func `packets come back with their times and lengths`() throws {
    var encoder = PcapngEncoder(application: "test")
    let first = encoder.addInterface(named: "xen1", linkType: .ethernet, snaplen: 256)
    let second = encoder.addInterface(named: "ha", linkType: .linuxSLL2)
    #expect([first, second] == [0, 1])
    let time = Timestamp(nanoseconds: 1_767_225_600_123_456_789)
    for count in 0...5 {
      let bytes = [UInt8](repeating: 0xab, count: count)
      encoder.addPacket(bytes.rawSpan, wireBytes: 1000 + count, at: time, interface: second)
    }
    encoder.addStatistics(
      PcapngStatistics(time: time, start: time, end: time, received: 7, dropped: 2),
      interface: first)
    let blocks = try blocks(of: encoder.bytes)
    #expect(blocks.map(\.type) == [0x0a0d_0d0a, 1, 1, 6, 6, 6, 6, 6, 6, 5])
    for (count, block) in blocks[3...8].enumerated() {
      let body = block.body[...]
      #expect(number(body[0..<4]) == 1)
      #expect(number(body[4..<8]) << 32 | number(body[8..<12]) == UInt64(time.nanoseconds))
      #expect(Int(number(body[12..<16])) == count)
      #expect(Int(number(body[16..<20])) == 1000 + count)
      #expect(body[20...].prefix(count).allSatisfy { $0 == 0xab })
      #expect(body.count == 20 + (count + 3) / 4 * 4)
    }
  }

  @Test func `the headers name the interface, its resolution and its drops`() throws {
    var encoder = PcapngEncoder(application: "abcde")
    _ = encoder.addInterface(named: "xen1", linkType: .ethernet, snaplen: 256)
    let end = Timestamp(nanoseconds: 5)
    encoder.addStatistics(
      PcapngStatistics(
        time: end, start: Timestamp(nanoseconds: 1 << 32), end: end, received: 7, dropped: 2),
      interface: 0)
    let blocks = try blocks(of: encoder.bytes).map(\.body)
    #expect(
      blocks[0] == [
        0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
        4, 0, 5, 0, 0x61, 0x62, 0x63, 0x64, 0x65, 0, 0, 0, 0, 0, 0, 0,
      ])
    #expect(
      blocks[1] == [
        1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 4, 0, 0x78, 0x65, 0x6e, 0x31, 9, 0, 1, 0, 9, 0, 0, 0,
        0, 0, 0, 0,
      ])
    #expect(
      blocks[2] == [
        0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0,
        2, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 8, 0, 0, 0, 0, 0, 5, 0, 0, 0,
        4, 0, 8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0,
      ])
  }

  @Test func `bytes that were taken are gone and the interfaces stay`() {
    var encoder = PcapngEncoder(application: "test")
    _ = encoder.addInterface(named: "a", linkType: .ethernet)
    var taken = 0
    encoder.take { taken = $0.count }
    #expect(taken > 0)
    #expect(encoder.bytes.isEmpty)
    #expect(encoder.addInterface(named: "b", linkType: .raw) == 1)
  }
}
