import Testing
import Wire

@testable import Report

@Suite struct ScaleTests {
  @Test(
    arguments: [
      (0.0, 4.7, 5, [0.0, 1, 2, 3, 4]), (-3, 3, 3, [-2, 0, 2]), (0, 355, 6, [0, 100, 200, 300]),
      (0.001, 0.0042, 4, [0.001, 0.002, 0.003, 0.004]),
    ] as [(Double, Double, Int, [Double])])
  func `ticks are round and few`(least: Double, most: Double, count: Int, expected: [Double]) {
    let ticks = Scale(values: least...most, from: 0, to: 100).ticks(atMost: count)
    #expect(ticks.count == expected.count)
    #expect(zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func `places follow values, also downwards`() {
    let scale = Scale(values: 0...10, from: 100, to: 0)
    #expect(scale(0) == 100)
    #expect(scale(2.5) == 75)
    #expect(Scale(values: 3...3, from: 5, to: 9)(3) == 5)
  }

  @Test(
    arguments: [
      (10.0, 5, 0), (0.8, 5, 3), (3600.0, 6, 0), (3_456_000.0, 8, 0), (1e-6, 4, 3), (9.2e9, 3, 0),
    ] as [(Double, Int, Int)])
  func `ticks of the clock are never more than asked for`(seconds: Double, count: Int, places: Int)
  {
    let start = moment(250)
    let time = TimeScale(
      start, start + .nanoseconds(Int64(clamping: seconds * 1e9)), from: 0, to: 900)
    let ticks = time.clockTicks(atMost: count)
    #expect(ticks.times.count <= count + 1)
    #expect(ticks.places == places)
    #expect(ticks.times.allSatisfy { time.contains($0) })
  }

  @Test func `tags do not overlap, and stay near what they belong to`() throws {
    let tags = [50.0, 52, 53, 700].map { Tags.Tag(text: "first +202.1 ms", x: $0) }
    let placed = try #require(Tags.place(tags, from: 0, to: 800, size: 12))
    let width = Tags.width("first +202.1 ms", size: 12)
    for (former, next) in zip(placed, placed.dropFirst()) {
      #expect(next.middle - former.middle >= width)
    }
    #expect(placed[3].middle == 700)
    #expect(placed.allSatisfy { $0.middle >= width / 2 && $0.middle <= 800 - width / 2 })
    #expect(Tags.place(tags, from: 0, to: 200, size: 12) == nil)
  }
}
