import Testing
import Wire

struct IperfHeaderTests {
  private static let two: [UInt8] = [
    0xff, 0xff, 0xf7, 0xcb, 0x6b, 0x04, 0x4e, 0xae, 0x00, 0x05, 0x5c, 0x90,
  ]
  private static let three: [UInt8] = [
    0x00, 0x00, 0x17, 0x34, 0x00, 0x0a, 0xa4, 0x92, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x03,
  ]

  @Test func `the head of iperf 2 is number, seconds and microseconds`() {
    let header = Iperf2Header(parsing: Self.two.rawSpan)
    #expect(header?.number == 0xffff_f7cb)
    #expect(header?.microseconds == 1_795_444_398_351_376)
  }

  @Test func `the head of iperf 3 is seconds, microseconds and number`() {
    let narrow = Iperf3Header(parsing: Self.three.rawSpan, isWide: false)
    #expect(narrow?.number == 1)
    #expect(narrow?.microseconds == 5_940_697_490)
    let wide = Iperf3Header(parsing: Self.three.rawSpan, isWide: true)
    #expect(wide?.number == 3)
  }

  @Test(arguments: 0..<12)
  func `a head that is cut is none`(count: Int) {
    let bytes = Array(Self.three.prefix(count))
    let isTwo = Iperf2Header(parsing: bytes.rawSpan) != nil
    let isThree = Iperf3Header(parsing: bytes.rawSpan, isWide: false) != nil
    #expect(!isTwo && !isThree)
  }

  @Test func `a number of 64 bits must fit`() {
    let bytes = Array(Self.three.prefix(15))
    let isWide = Iperf3Header(parsing: bytes.rawSpan, isWide: true) != nil
    #expect(!isWide)
  }

  @Test(
    arguments: [
      (0, 5, false), (1, 999_999, true), (1, 1_000_000, false), (UInt32.max, 0, true),
    ] as [(UInt32, UInt32, Bool)])
  func `what cannot be a time is no head`(seconds: UInt32, microseconds: UInt32, isHead: Bool) {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: seconds)
    bytes.append(bigEndian: microseconds)
    bytes.append(bigEndian: 7 as UInt32)
    let found = Iperf3Header(parsing: bytes.rawSpan, isWide: false) != nil
    #expect(found == isHead)
  }
}
