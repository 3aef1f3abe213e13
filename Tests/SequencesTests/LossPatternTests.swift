import Testing

@testable import Sequences

/// The pattern of the losses of a stream.
private func pattern(_ numbers: [UInt64], width: NumberTracker.Width = .bits64) -> LossPattern {
  var tracker = NumberTracker(width: width)
  var pattern = LossPattern()
  for number in numbers { _ = tracker.take(number, at: 0, pattern: &pattern) }
  return pattern
}

@Suite struct LossPatternTests {
  @Test func `RFC 3357's stream has the distances and periods of its text`() {
    // Of ten packets the 2nd, 5th, 7th, 9th and 10th are lost; an 11th shows it.
    let pattern = pattern([1, 3, 4, 6, 8, 11])
    #expect(pattern.lost == 5)
    #expect(pattern.distances == Tally([3: 1, 2: 2, 1: 1]))
    #expect(pattern.periods == Tally([1: 3, 2: 1]))
    #expect(pattern.periods.total == 4)
    #expect(pattern.periods.largest == 2)
    #expect(pattern.noticeableRate(within: 2) == 0.6)
  }

  @Test func `RFC 3357's burst of three is noticeable within 99`() {
    let pattern = pattern(
      Array(1..<50) + Array(51..<125) + Array(128..<140) as [UInt64])
    #expect(pattern.distances == Tally([75: 1, 1: 2]))
    #expect(pattern.noticeableRate() == 0.75)
    #expect(pattern.noticeableRate(within: 74) == 0.5)
    #expect(LossPattern().noticeableRate() == nil)
  }

  @Test(
    arguments: [
      // All came after all.
      ([1, 4, 2, 3], [:], [:]),
      ([1, 4, 3, 2], [:], [:]),
      // One of three is left: the middle, the first, the last.
      ([1, 5, 2, 4], [1: 1], [:]),
      ([1, 5, 4, 3], [1: 1], [:]),
      ([1, 5, 2, 3], [1: 1], [:]),
      // A period that is cut in two.
      ([1, 5, 3], [1: 2], [2: 1]),
      ([1, 7, 4], [2: 2], [1: 2, 2: 1]),
      // The middle one of three periods goes: the others are five apart.
      ([1, 3, 5, 8, 4], [1: 1, 2: 1], [4: 1, 1: 1]),
      ([1, 3, 4, 6, 9, 5], [1: 1, 2: 1], [5: 1, 1: 1]),
      // Numbers below the first one.
      ([10, 12, 7], [2: 1, 1: 1], [1: 1, 2: 1]),
      ([10, 12, 7, 8, 9, 11, 13], [:], [:]),
      // Copies change nothing.
      ([1, 1, 4, 4, 4, 6], [2: 1, 1: 1], [1: 1, 2: 1]),
    ] as [([UInt64], [Int: Int], [Int: Int])])
  func `late numbers take their losses back`(
    numbers: [UInt64], periods: [Int: Int], distances: [Int: Int]
  ) {
    let expected = LossPattern(periods: Tally(periods), distances: Tally(distances))
    #expect(pattern(numbers) == expected)
    #expect(pattern(numbers, width: .bits16) == expected)
  }

  @Test func `numbers that went elsewhere are in no period, but far apart`() {
    var tracker = NumberTracker(width: .bits64)
    var pattern = LossPattern()
    for number in [1, 3] as [UInt64] { _ = tracker.take(number, at: 0, pattern: &pattern) }
    _ = tracker.take(100, at: 0, jump: .isSkip, pattern: &pattern)
    for number in [102, 50] as [UInt64] { _ = tracker.take(number, at: 0, pattern: &pattern) }
    #expect(pattern == LossPattern(periods: Tally([1: 2]), distances: Tally([99: 1])))
  }

  @Test func `a restarted sender's first loss has no distance`() {
    let pattern = pattern([1, 3, 40_000, 40_001, 40_003], width: .bits16)
    #expect(pattern == LossPattern(periods: Tally([1: 2]), distances: Tally()))
  }

  @Test func `the distance to a loss is known however long ago it was`() {
    // Holes are given up once nothing can come late; the last of them is remembered.
    let numbers = (1...5002).filter { ($0 % 4 != 0 || $0 > 400) && $0 != 5001 }
    let pattern = pattern(numbers.map { UInt64($0) }, width: .bits16)
    #expect(pattern.distances == Tally([4: 99, 4601: 1]))
  }
}

@Suite struct TallyTests {
  @Test func `changes add up, and what is zero is gone`() {
    var tally = Tally([3: 2, 1: 1])
    tally += Tally([3: -2, 4: 1])
    #expect(tally == Tally([1: 1, 4: 1]))
    #expect(tally.total == 2)
    #expect(tally.sum == 5)
    #expect(tally.largest == 4)
    #expect(tally.count(upTo: 3) == 1)
    tally += Tally([1: -1, 4: -1])
    #expect(tally.isEmpty)
    #expect(tally.largest == nil)
  }

  @Test func `a tally without room says that it is cut`() {
    var tally = Tally()
    for value in 0..<Tally.capacity { tally.add(value) }
    tally.add(7)
    #expect(!tally.wasCut)
    tally.add(Tally.capacity)
    #expect(tally.wasCut)
    #expect(tally.counts.count == Tally.capacity)
    var sum = Tally()
    sum += tally
    #expect(sum.wasCut)
    sum.removeAll()
    #expect(sum == Tally())
  }
}
