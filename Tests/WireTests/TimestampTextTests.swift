import Testing
import Wire

struct TimestampTextTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000000Z"),
      (1, "1970-01-01T00:00:00.000000001Z"),
      (-1, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
      (1_740_830_702_113_000_000, "2025-03-01T12:05:02.113000000Z"),
      (4_107_542_399_000_000_000, "2100-02-28T23:59:59.000000000Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
      (Int64.max, "2262-04-11T23:47:16.854775807Z"),
      (Int64.min, "1677-09-21T00:12:43.145224192Z"),
    ] as [(Int64, String)])
  func `a moment and its text say the same both ways`(nanoseconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).description == text)
    #expect(Timestamp(text)?.nanoseconds == nanoseconds)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01t00:00:00.5z", 500_000_000),
      ("1970-01-01 00:00:00.123456Z", 123_456_000),
      ("1970-01-01T01:30:00+01:30", 0),
      ("1969-12-31T16:00:00.000000001-08:00", 1),
      ("1677-09-21T00:12:43.145224193Z", Int64.min + 1),
    ] as [(String, Int64)])
  func `decimals and offsets are read`(text: String, nanoseconds: Int64) {
    #expect(Timestamp(text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-1-01T00:00:00Z", "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00.1234567890Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
    "1970-01-01T00:00:60Z", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-32T00:00:00Z",
    "1970-01-00T00:00:00Z", "1900-02-29T00:00:00Z", "2001-02-29T00:00:00Z", "2001-04-31T00:00:00Z",
    "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+0100", "1970-01-01T00:00:00Z ",
    "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "+970-01-01T00:00:00Z",
  ])
  func `any other text is none`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `every day of eight centuries follows the one before`() {
    var previous = ""
    for day in Int64(-106_000)...106_000 {
      let moment = Timestamp(nanoseconds: day * 86_400_000_000_000)
      let text = moment.description
      #expect(day == -106_000 || text > previous)
      #expect(Timestamp(text) == moment)
      previous = text
    }
  }
}
