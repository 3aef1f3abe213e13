import Testing

@testable import Sequences

/// What a whole stream of numbers came to.
private struct Sum: Equatable {
  var lost = 0
  var skipped = 0
  var duplicates = 0
  var reordered = 0
  var restarts = 0

  init(lost: Int = 0, skipped: Int = 0, duplicates: Int = 0, reordered: Int = 0, restarts: Int = 0)
  {
    self.lost = lost
    self.skipped = skipped
    self.duplicates = duplicates
    self.reordered = reordered
    self.restarts = restarts
  }

  init(_ numbers: [UInt64], width: NumberTracker.Width) {
    var tracker = NumberTracker(width: width)
    for number in numbers { take(tracker.take(number)) }
  }

  mutating func take(_ outcome: NumberTracker.Outcome) {
    lost += outcome.lost ?? 0
    skipped += outcome.skipped ?? 0
    duplicates += outcome.number != nil && !outcome.isNew ? 1 : 0
    reordered += outcome.isReordered ? 1 : 0
    restarts += outcome.isRestart ? 1 : 0
  }
}

@Suite struct NumberTrackerTests {
  @Test(
    arguments: [
      ([1, 2, 3, 4], Sum()),
      ([1, 2, 4], Sum(lost: 1)),
      ([1, 2, 4, 3], Sum(reordered: 1)),
      ([1, 2, 2, 3, 3, 3], Sum(duplicates: 3)),
      // Twenty lost and twenty duplicated are twenty lost.
      (Array(0..<50) + Array(70..<90) + Array(70..<90), Sum(lost: 20, duplicates: 20)),
      ([5, 4, 6], Sum(reordered: 1)),
      ([5, 2, 6], Sum(lost: 2, reordered: 1)),
      ([1, 10, 5, 5, 9, 2], Sum(lost: 5, duplicates: 1, reordered: 3)),
      ([7], Sum()),
    ] as [([UInt64], Sum)])
  fileprivate func `the table of short streams comes out for every width`(
    numbers: [UInt64], expected: Sum
  ) {
    #expect(Sum(numbers, width: .bits16) == expected)
    #expect(Sum(numbers, width: .bits32) == expected)
    #expect(Sum(numbers, width: .bits64) == expected)
  }

  @Test func `16-bit numbers go on through their wrap-around`() {
    let numbers = (65_000..<131_500).map { UInt64($0 % 65_536) }
    #expect(Sum(numbers, width: .bits16) == Sum())
    let holed = [65_530, 65_535, 2, 0, 65_534].map(UInt64.init)
    #expect(Sum(holed, width: .bits16) == Sum(lost: 4, reordered: 2))
  }

  @Test(
    arguments: [
      // One number under the dropout is loss, the dropout itself awaits its confirmation.
      ([100, 3099], Sum(lost: 2998)),
      ([100, 3100], Sum()),
      ([100, 3100, 3101], Sum(restarts: 1)),
      ([100, 3100, 101, 102], Sum()),
      // A number less than 100 behind is late, one further behind a jump.
      ([1000, 901], Sum(lost: 98, reordered: 1)),
      ([1000, 900], Sum()),
      ([1000, 899, 900], Sum(restarts: 1)),
    ] as [([UInt64], Sum)])
  fileprivate func `jumps of 16-bit numbers follow RFC 3550 appendix A.1`(
    numbers: [UInt64], expected: Sum
  ) {
    #expect(Sum(numbers, width: .bits16) == expected)
  }

  @Test(
    arguments: [
      // The loss of many seconds is loss.
      ([100, 1_000_100], Sum(lost: 999_999)),
      ([100, 1 << 24 + 100], Sum()),
      ([100, 1 << 24 + 100, 1 << 24 + 101], Sum(restarts: 1)),
      // Far more than RFC 3550's hundred may be late.
      ([5000, 2001], Sum(lost: 2998, reordered: 1)),
      ([5000, 1, 2], Sum(restarts: 1)),
      ([0xffff_fffe, 0xffff_ffff, 0, 2, 1], Sum(reordered: 1)),
    ] as [([UInt64], Sum)])
  fileprivate func `32-bit numbers leave more room before a jump`(
    numbers: [UInt64], expected: Sum
  ) {
    #expect(Sum(numbers, width: .bits32) == expected)
  }

  @Test func `a restart counts both packets that proved it`() {
    var tracker = NumberTracker(width: .bits16)
    for number in 1...10 { _ = tracker.take(UInt64(number)) }
    let unsure = tracker.take(40_000)
    #expect(unsure.number == nil)
    let sure = tracker.take(40_001)
    #expect(sure.isRestart)
    #expect(sure.confirmed == 40_000)
    #expect(sure.number == 40_001)
    #expect(sure.lost == 0)
    #expect(tracker.take(40_003).lost == 1)
    #expect(tracker.take(40_002).lost == -1)
  }

  @Test func `numbers jumped between two stays are skipped, and come late as such`() {
    var tracker = NumberTracker(width: .bits64)
    _ = tracker.take(10)
    let back = tracker.take(100, jump: .isSkip)
    #expect(back.skipped == 89)
    #expect(back.lost == 0)
    #expect(tracker.take(99).skipped == -1)
    #expect(tracker.take(99).isNew == false)
  }

  @Test func `after an absence 16-bit numbers are placed by time and rate`() {
    var tracker = NumberTracker(width: .bits16)
    _ = tracker.take(1000)
    let outcome = tracker.take(1500, jump: .isSkip, expected: 1000 + 32_768)
    #expect(outcome.number == 1500)
    #expect(outcome.skipped == 499)
    // Most of a cycle went by elsewhere.
    let far = tracker.take(10, jump: .isSkip, expected: 1500 + 32_768)
    #expect(far.number == 65_546)
    #expect(far.skipped == 64_045)
  }

  @Test func `after more than half a cycle nobody knows what was skipped`() {
    var tracker = NumberTracker(width: .bits16)
    _ = tracker.take(1000)
    let outcome = tracker.take(1500, jump: .isSkip, expected: 1000 + 131_072 + 400)
    #expect(outcome.number == 132_572)
    #expect(outcome.skipped == nil)
    #expect(outcome.lost == 0)
    // One that is late belongs to nothing that was counted.
    let late = tracker.take(1499)
    #expect(late.isReordered)
    #expect(late.skipped == 0)
    #expect(late.lost == 0)
    // A paused sender goes on from the next number, whatever the clock foretells.
    let paused = tracker.take(1501, jump: .isSkip, expected: 132_572 + 20_000)
    #expect(paused == NumberTracker.Outcome(number: 132_573))
  }

  @Test func `where the stream ends, what nobody knows is lost and not skipped`() {
    var tracker = NumberTracker(width: .bits16)
    _ = tracker.take(1000)
    let outcome = tracker.take(1500, jump: .isLoss, expected: 1000 + 131_072 + 400)
    #expect(outcome.number == 132_572)
    #expect(outcome.lost == nil)
    #expect(outcome.skipped == 0)
    #expect(tracker.take(1499).lost == 0)
  }

  @Test func `hostile 64-bit numbers neither trap nor count as lost`() {
    let numbers: [UInt64] = [0, .max, 0, UInt64(Int64.max), 1 << 63, .max, 1 << 63, 5, 3, .max, 0]
    var tracker = NumberTracker(width: .bits64)
    var lost = 0
    for number in numbers { lost += tracker.take(number).lost ?? 0 }
    #expect(lost < 1 << 24)
  }

  @Test(
    arguments: [
      // What a second packet does not confirm is none of the stream's.
      ([100, 1 << 50, 101, 102], Sum()),
      ([100, 1 << 50, 1 << 50 + 1, 1 << 50 + 3], Sum(lost: 1, restarts: 1)),
      ([100, 101, 1 << 24 + 100], Sum(lost: 1 << 24 - 2)),
      ([100, 101, 1 << 24 + 101], Sum()),
      // Numbers less than 2^20 behind are late.
      ([1 << 20, 1], Sum(lost: 1 << 20 - 2, reordered: 1)),
      ([1 << 20 + 5, 0, 1], Sum(restarts: 1)),
    ] as [([UInt64], Sum)])
  fileprivate func `jumps of 64-bit numbers are held until they are confirmed`(
    numbers: [UInt64], expected: Sum
  ) {
    #expect(Sum(numbers, width: .bits64) == expected)
  }

  @Test(arguments: [NumberTracker.Jump.isSkip, .isLoss])
  func `a sender restarted in an absence is no loss`(jump: NumberTracker.Jump) {
    // A second of a hundred packets went by, which tells neither of 20 000 nor of earlier numbers.
    for first in [20_000, 900] as [UInt64] {
      var tracker = NumberTracker(width: .bits16)
      for number in 1000...1010 as ClosedRange<UInt64> { _ = tracker.take(number) }
      let held = tracker.take(first, jump: jump, expected: 1110)
      #expect(held.number == nil)
      let sure = tracker.take(first + 1)
      #expect(sure.isRestart)
      #expect(sure.confirmed == Int64(first))
      #expect([held.lost, sure.lost, held.skipped, sure.skipped] == [0, 0, 0, 0])
    }
  }

  @Test func `a stray packet does not change what the return of a stream means`() {
    var tracker = NumberTracker(width: .bits16)
    for number in 1000...1010 as ClosedRange<UInt64> { _ = tracker.take(number) }
    // Thirty seconds of a thousand packets went by elsewhere.
    #expect(tracker.take(900, jump: .isSkip, expected: 31_010).number == nil)
    let back = tracker.take(31_100)
    #expect(back.skipped == 31_100 - 1011)
    #expect(back.lost == 0)
    #expect(tracker.take(31_102).lost == 1)
  }

  @Test func `a stream may have become faster while it was away`() {
    var tracker = NumberTracker(width: .bits16)
    for number in 1000...1010 as ClosedRange<UInt64> { _ = tracker.take(number) }
    // Time and rate foretell 5000, four times as many and the dropout are believed.
    var other = tracker
    #expect(tracker.take(1010 + 20_000 + 2999, jump: .isSkip, expected: 6010).skipped == 22_998)
    #expect(other.take(1010 + 20_000 + 3000, jump: .isSkip, expected: 6010).number == nil)
  }
}

extension NumberTracker {
  /// Takes a number where the pattern of the losses does not matter.
  mutating func take(
    _ raw: UInt64, at time: Int64 = 0, jump: Jump = .isLoss, expected: Int64? = nil
  ) -> Outcome {
    var pattern = LossPattern()
    return take(raw, at: time, jump: jump, expected: expected, pattern: &pattern)
  }
}

/// The generator of Steele, Lea and Flood: small, and good enough for test streams.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
