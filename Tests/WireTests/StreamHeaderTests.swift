import Testing
import Wire

struct StreamHeaderTests {
  private static let header = StreamHeader(
    timestamp: 0x0102_0304, synchronizationSource: 0xcafe_f00d, number: 0x0011_2233_4455_6677,
    realTime: Timestamp(nanoseconds: 1_740_830_702_113_000_000), bootTime: 0x0000_0102_0304_0506)

  private static let bytes: [UInt8] = [
    0x90, 0x60, 0x66, 0x77, 0x01, 0x02, 0x03, 0x04, 0xca, 0xfe, 0xf0, 0x0d, 0x4e, 0x54, 0x00, 0x06,
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x18, 0x28, 0xac, 0x4c, 0xdd, 0x8a, 0x0a, 0x40,
    0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
  ]

  private func parse(_ bytes: [UInt8]) -> StreamHeader? {
    StreamHeader(parsing: bytes.rawSpan)
  }

  @Test func `it is written as the format says`() {
    var appended: [UInt8] = [0xff]
    Self.header.serialize(into: &appended)
    #expect(appended == [0xff] + Self.bytes)
  }

  @Test func `both ways to write it give the same bytes`() {
    var buffer = [UInt8](repeating: 0xee, count: 48)
    var span = buffer.mutableSpan
    var bytes = unsafe span.mutableBytes
    Self.header.serialize(into: &bytes)
    #expect(buffer == Self.bytes + [UInt8](repeating: 0xee, count: 8))
  }

  @Test func `it is read as it was written`() {
    #expect(parse(Self.bytes) == Self.header)
    #expect(parse(Self.bytes + [1, 2, 3]) == Self.header)
  }

  @Test(arguments: 0..<40)
  func `a header that is cut is none`(count: Int) {
    #expect(parse(Array(Self.bytes.prefix(count))) == nil)
  }

  @Test(
    arguments: [
      (0, 0x50), (0, 0x80), (2, 0x67), (3, 0x76), (12, 0x4f), (13, 0x55), (14, 0x01), (15, 0x05),
      (15, 0x07),
    ] as [(Int, UInt8)])
  func `another RTP packet is none`(offset: Int, value: UInt8) {
    var bytes = Self.bytes
    bytes[offset] = value
    #expect(parse(bytes) == nil)
  }

  @Test func `contributing sources and an extension move the payload`() {
    let bytes: [UInt8] =
      [0xb2, 0xe1, 0x12, 0x34] + [0, 0, 0, 1] + [0, 0, 0, 2] + [0, 0, 0, 3] + [0, 0, 0, 4]
      + [0xbe, 0xde, 0, 1] + [9, 9, 9, 9] + [7]
    let header = RTPHeader(parsing: bytes.rawSpan)
    #expect(header?.hasPadding == true)
    #expect(header?.hasMarker == true)
    #expect(header?.payloadType == 97)
    #expect(header?.sequence == 0x1234)
    #expect(header?.timestamp == 1)
    #expect(header?.synchronizationSource == 2)
    #expect(header?.contributingSourceCount == 2)
    #expect(header?.headerExtension == .init(profile: 0xbede, wordCount: 1))
    #expect(header?.byteCount == 28)
    for count in 0..<28 {
      let cut = Array(bytes.prefix(count))
      #expect(RTPHeader(parsing: cut.rawSpan) == nil)
    }
  }
}
