import Testing
import Wire

@testable import Sequences

@Suite struct RhythmTests {
  private func at(_ milliseconds: Int) -> Timestamp {
    Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
  }

  @Test func `jitter follows RFC 3550 appendix A.8 step by step`() {
    var jitter = Jitter()
    #expect(jitter.value == nil)
    // Transits 5, 7, 7, 4 ms: differences 2, 0, 3 ms, each a sixteenth of the way.
    jitter.take(transit: .milliseconds(5))
    #expect(jitter.value == nil)
    jitter.take(transit: .milliseconds(7))
    #expect(jitter.value == .nanoseconds(125_000))
    jitter.take(transit: .milliseconds(7))
    #expect(jitter.value == .nanoseconds(117_188))
    jitter.take(transit: .milliseconds(4))
    #expect(jitter.value == .nanoseconds(297_363))
  }

  @Test func `a spacing stays within what 64 bits hold`() {
    var spacing = Spacing()
    for _ in 0..<20 { spacing.take(nanoseconds: .max) }
    #expect(spacing.nanoseconds == .max)
  }

  @Test func `a break does not count as jitter`() {
    var jitter = Jitter()
    jitter.take(transit: .milliseconds(5))
    jitter.take(transit: .milliseconds(5))
    jitter.breakOff()
    jitter.take(transit: .seconds(50))
    #expect(jitter.value == .zero)
  }

  @Test func `spacing is the mean, and a pause bends it little`() throws {
    var spacing = Spacing()
    #expect(spacing.value == nil)
    for _ in 0..<100 { spacing.take(.milliseconds(10)) }
    #expect(spacing.value == .milliseconds(10))
    spacing.take(.seconds(5))
    #expect(try #require(spacing.value) < .milliseconds(12))
    for _ in 0..<200 { spacing.take(.milliseconds(40)) }
    let settled = try #require(spacing.value)
    #expect(settled > .milliseconds(39) && settled <= .milliseconds(40))
  }

  @Test func `runs end at a hole, a late number and a silence`() {
    var list = RunList()
    for (number, time, silence) in [
      (1, 0, false), (2, 10, false), (4, 30, false), (3, 31, false), (5, 40, false),
      (6, 340, true), (7, 350, false),
    ] {
      list.append(Int64(number), at: at(time), afterSilence: silence)
    }
    #expect(
      list.runs == [
        NumberRun(first: 1, last: 2, firstTime: at(0), lastTime: at(10)),
        NumberRun(first: 4, last: 4, firstTime: at(30), lastTime: at(30)),
        NumberRun(first: 3, last: 3, firstTime: at(31), lastTime: at(31)),
        NumberRun(first: 5, last: 5, firstTime: at(40), lastTime: at(40)),
        NumberRun(first: 6, last: 7, firstTime: at(340), lastTime: at(350)),
      ])
    #expect(!list.wasCut)
  }

  @Test func `a list of runs is cut at its cap and says so`() {
    var list = RunList()
    for index in 0...RunList.capacity {
      list.append(Int64(index * 2), at: at(index), afterSilence: false)
    }
    #expect(list.runs.count == RunList.capacity)
    #expect(list.wasCut)
  }

  @Test func `runs of two epochs do not join, though their numbers do`() {
    var list = RunList()
    for number in 1...3 { list.append(Int64(number), at: at(number), afterSilence: false) }
    list.beginEpoch()
    for number in 4...6 { list.append(Int64(number), at: at(number), afterSilence: false) }
    #expect(list.runs.map(\.first) == [1, 4])
    #expect(list.formerCount == 1)
    list.removeAll()
    #expect(list.formerCount == 0)
  }
}
