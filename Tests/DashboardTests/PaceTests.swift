import Testing
import Wire

@testable import Dashboard

@Suite struct PaceTests {
  private func pace(_ speed: Double) -> Pace {
    var pace = Pace(speed: speed)
    pace.go(to: Timestamp(nanoseconds: 1000), at: .seconds(5))
    return pace
  }

  @Test(arguments: [
    (1.0, 2_000_001_000), (10, 20_000_001_000), (0.5, 1_000_001_000), (0.01, 20_001_000),
  ])
  func `after 2 s the data are so much farther`(speed: Double, nanoseconds: Int64) {
    #expect(pace(speed).time(at: .seconds(7)).nanoseconds == nanoseconds)
  }

  @Test func `a clock that went back stands still`() {
    #expect(pace(1).time(at: .zero).nanoseconds == 1000)
  }

  @Test func `a pause takes its time out, and a new speed counts from then on`() {
    var pace = pace(10)
    pace.pause(true, at: .seconds(6))
    #expect(pace.time(at: .seconds(60)).nanoseconds == 10_000_001_000)
    pace.change(by: 2, at: .seconds(70))
    pace.pause(false, at: .seconds(100))
    #expect(pace.speed == 20)
    #expect(pace.time(at: .seconds(101)).nanoseconds == 30_000_001_000)
    pace.change(by: 0.5, at: .seconds(101))
    #expect(pace.time(at: .seconds(102)).nanoseconds == 40_000_001_000)
  }

  @Test func `speeds stay between the slowest and the fastest`() {
    var pace = pace(1)
    for _ in 0..<100 { pace.change(by: 2, at: .zero) }
    #expect(pace.speed == 10_000)
    for _ in 0..<100 { pace.change(by: 0.5, at: .zero) }
    #expect(pace.speed == 0.01)
  }

  @Test func `moments past what 64 bits hold are the last one`() {
    var pace = Pace(speed: 10_000)
    pace.go(to: Timestamp(nanoseconds: .max - 5), at: .zero)
    #expect(pace.time(at: .seconds(1)).nanoseconds == .max)
    pace.go(to: Timestamp(nanoseconds: 0), at: .zero)
    #expect(pace.time(at: .seconds(Int64.max)).nanoseconds > 8_999_999_999_999_999_000)
  }

  @Test(arguments: [
    (10.0, "10x"), (0.5, "0.5x"), (1, "1x"), (0.015625, "0.016x"), (2.5, "2.5x"),
    (10_000, "10000x"),
    (0.01, "0.01x"), (100, "100x"), (640, "640x"),
  ])
  func `a speed is written as it is`(speed: Double, text: String) {
    #expect(Figures.speed(speed) == text)
  }
}
