import Testing
import Wire

struct TransportPacketHeaderTests {
  private func parse(_ head: [UInt8], after skipped: Int = 0) -> TransportPacketHeader? {
    let packet = head + [UInt8](repeating: 0xff, count: 188 - head.count)
    let bytes = [UInt8](repeating: 0, count: skipped) + packet
    return TransportPacketHeader(parsing: bytes.rawSpan, at: skipped)
  }

  @Test(arguments: [0, 12, 188])
  func `PID, payload and counter are read`(offset: Int) throws {
    let header = try #require(parse([0x47, 0x41, 0x23, 0x1d], after: offset))
    #expect(header.identifier == 0x123)
    #expect(header.counter == 13)
    #expect(header.hasPayload)
    #expect(!header.hasError)
    #expect(!header.isDiscontinuous)
  }

  @Test func `an adaptation field may stand alone, and may announce a discontinuity`() throws {
    let alone = try #require(parse([0x47, 0x1f, 0xff, 0x25, 183, 0x7f]))
    #expect(!alone.hasPayload)
    #expect(!alone.isDiscontinuous)
    #expect(alone.identifier == TransportPacketHeader.nullIdentifier)
    let both = try #require(parse([0x47, 0x00, 0x10, 0x35, 1, 0x80]))
    #expect(both.hasPayload)
    #expect(both.isDiscontinuous)
    // A field without length has no flags.
    let empty = try #require(parse([0x47, 0x00, 0x10, 0x35, 0, 0x80]))
    #expect(!empty.isDiscontinuous)
  }

  @Test func `the error indicator is read`() throws {
    #expect(try #require(parse([0x47, 0x80, 0x10, 0x15])).hasError)
  }

  @Test(arguments: [[0x46, 0, 0x10, 0x15], [0x47, 0, 0x10, 0x05]] as [[UInt8]])
  func `no sync byte or the reserved control is no packet`(head: [UInt8]) {
    #expect(parse(head) == nil)
  }
}
