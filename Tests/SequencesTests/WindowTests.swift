import Testing

@testable import Sequences

/// What a tracker keeps of its stream: holes, and nothing else that grows.
@Suite struct WindowTests {
  private static let widths = [NumberTracker.Width.bits16, .bits32, .bits64]

  /// The most holes that were kept at any time.
  private func most(_ numbers: some Sequence<UInt64>, _ width: NumberTracker.Width) -> Int {
    var tracker = NumberTracker(width: width)
    var most = 0
    for number in numbers {
      _ = tracker.take(width == .bits16 ? number % 65_536 : number)
      most = max(most, tracker.holeCount)
    }
    return most
  }

  @Test(arguments: widths)
  func `a stream in order keeps nothing`(width: NumberTracker.Width) {
    #expect(most(0..<200_000, width) == 0)
    // Nor do copies need memory.
    #expect(most((0..<20_000).flatMap { [$0, $0] }, width) == 0)
  }

  @Test(arguments: widths)
  func `a stream out of order keeps what is missing, and nothing once it came`(
    width: NumberTracker.Width
  ) {
    // In each ten the first comes last.
    let mixed = (0..<2000 as Range<UInt64>).flatMap { block in
      (1...10).map { block * 10 + $0 % 10 }
    }
    #expect(most(mixed, width) == 1)
    var tracker = NumberTracker(width: width)
    for number in mixed { _ = tracker.take(width == .bits16 ? number % 65_536 : number) }
    #expect(tracker.holeCount == 0)
    #expect(!tracker.hasMissing)
  }

  @Test func `holes are kept as long as their numbers may come`() {
    // Every second number is lost, for as long as a cycle and a half.
    let halved = (0..<50_000 as Range<UInt64>).lazy.map { $0 * 2 }
    #expect(most(halved, .bits16) <= 2 * 50 + 16)
    #expect(most(halved, .bits32) <= 2 * 1500 + 16)
    #expect(most(halved, .bits64) == 49_999)
  }

  @Test func `beyond the capacity the oldest holes are given up, and no figure changes`() {
    var tracker = NumberTracker(width: .bits64)
    var pattern = LossPattern()
    var lost = 0
    for number in 0..<100_000 as Range<UInt64> {
      lost += tracker.take(number * 2, at: 0, pattern: &pattern).lost ?? 0
    }
    #expect(lost == 99_999)
    #expect(tracker.holeCount <= MissingNumbers.capacity)
    #expect(tracker.holeCount > MissingNumbers.capacity / 2)
    #expect(pattern.periods == Tally([1: 99_999]))
    #expect(pattern.distances == Tally([2: 99_998]))
    // A late one of those that are kept still counts.
    #expect(tracker.take(199_997).lost == -1)
  }

  @Test func `what went elsewhere is forgotten once it cannot come late`() {
    var tracker = NumberTracker(width: .bits16)
    for number in 0...10 as ClosedRange<UInt64> { _ = tracker.take(number) }
    _ = tracker.take(100, jump: .isSkip, expected: 100)
    #expect(tracker.hasMissing)
    tracker.advance(to: 198)
    #expect(tracker.hasMissing)
    tracker.advance(to: 199)
    #expect(!tracker.hasMissing)
    // What was lost is remembered, for the distance of the next loss.
    _ = tracker.take(201)
    tracker.advance(to: 1000)
    #expect(tracker.hasMissing)
  }
}
