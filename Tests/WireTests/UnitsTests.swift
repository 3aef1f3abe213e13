import Testing
import Wire

struct UnitsTests {
  @Test(arguments: [
    ("10s", Duration.seconds(10)), ("200ms", .milliseconds(200)), ("5m", .seconds(300)),
    ("1h", .seconds(3600)), ("7us", .microseconds(7)), ("3ns", .nanoseconds(3)),
    ("1.5s", .milliseconds(1500)), ("0.25ms", .microseconds(250)), ("1.50m", .seconds(90)),
    ("0s", .zero), ("2.0ns", .nanoseconds(2)), ("1.0000000000s", .seconds(1)),
    ("9223372036.854775807s", .nanoseconds(Int64.max)),
  ])
  func `a duration is a number and its unit`(text: String, duration: Duration) {
    #expect(Quantity.duration(text) == duration)
  }

  @Test(arguments: [
    "", "s", "10", "10 s", " 10s", "10S", "10sec", "-1s", "+1s", "1e3s", ".5s", "5.s", "1..5s",
    "1.2.3s", "0.5ns", "1.0000000001s", "9223372036.854775808s", "99999999999999999999s", "١s",
  ])
  func `any other text is no duration`(text: String) {
    #expect(Quantity.duration(text) == nil)
  }

  @Test(arguments: [
    ("500", 500), ("4M", 4_000_000), ("10k", 10_000), ("10K", 10_000), ("2.5k", 2500),
    ("1G", 1_000_000_000), ("0", 0), ("7.0", 7), ("9223372036854775807", Int.max),
  ])
  func `a count is a number with a decimal prefix or none`(text: String, count: Int) {
    #expect(Quantity.count(text) == count)
  }

  @Test(arguments: [
    "", "k", "1.5", "1.2345k", "4m", "4MB", "4 M", "-4", "0x10", "9223372036854775808",
    "10000000000G",
  ])
  func `any other text is no count`(text: String) {
    #expect(Quantity.count(text) == nil)
  }

  @Test(arguments: [
    (12.5, 2, "12.50"), (0.004, 2, "0.00"), (0.05, 1, "0.1"), (-1.25, 1, "-1.3"), (7, 0, "7"),
    (-0.001, 2, "0.00"), (1e6, 3, "1000000.000"),
  ])
  func `a decimal has its places`(number: Double, places: Int, text: String) {
    #expect(Quantity.decimal(number, places: places) == text)
  }

  @Test(arguments: [
    (0.0, "0.00 bit/s"), (999, "999.00 bit/s"), (1000, "1.00 kbit/s"), (4e6, "4.00 Mbit/s"),
    (2.5e9, "2.50 Gbit/s"),
  ])
  func `a bit rate has a decimal prefix`(rate: Double, text: String) {
    #expect(Quantity.bitRate(rate) == text)
  }
}
