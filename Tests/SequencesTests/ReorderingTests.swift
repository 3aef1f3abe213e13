import Testing

@testable import Sequences

/// The extents and the late times, in ms, of the numbers of a stream that are out of order.
private func late(_ stream: [(number: UInt64, time: Int64)]) -> [[Int64?]] {
  var tracker = NumberTracker(width: .bits32)
  return stream.compactMap { number, time in
    tracker.take(number, at: time * 1_000_000).lateness.map { lateness in
      [Int64(number), Int64(lateness.extent), lateness.time.map { $0 / 1_000_000 }]
    }
  }
}

private func late(_ numbers: [UInt64]) -> [[Int64?]] {
  late(numbers.enumerated().map { (number: $1, time: Int64($0) * 10) })
}

@Suite struct ReorderingTests {
  @Test func `RFC 4737's packet 4 is four late, and 62 ms`() {
    #expect(
      late([
        (1, 68), (2, 88), (3, 108), (5, 148), (6, 168), (7, 188), (8, 208), (4, 210), (9, 228),
        (10, 248),
      ]) == [[4, 4, 62]])
  }

  @Test func `RFC 4737's packets 5 and 6 are one and two late`() {
    #expect(late([1, 2, 3, 4, 7, 5, 6, 8, 9, 10]) == [[5, 1, 10], [6, 2, 20]])
  }

  @Test func `RFC 4737's packets 4, 5 and 6 are four, five and six late`() {
    #expect(
      late([1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11]) == [[4, 4, 40], [5, 5, 50], [6, 6, 60]])
  }

  @Test func `copies are neither late nor counted`() {
    #expect(late([1, 2, 4, 4, 4, 3, 3, 5, 4]) == [[3, 1, 30]])
  }

  @Test func `each of several holes has its own first packet above it`() {
    #expect(late([1, 4, 8, 3, 6, 2, 7]) == [[3, 2, 20], [6, 2, 20], [2, 4, 40], [7, 4, 40]])
  }

  @Test func `below the first number the first packet is the earliest above`() {
    #expect(
      late([10, 11, 12, 7, 13, 8, 9]) == [[7, 3, nil], [8, 5, nil], [9, 6, nil]])
  }

  @Test func `numbers that were taken at once count as packets`() {
    var tracker = NumberTracker(width: .bits64, lowest: 100, highest: 150)
    tracker.advance(to: 170)
    #expect(tracker.take(172, at: 0).lost == 1)
    tracker.advance(to: 180)
    #expect(tracker.take(171, at: 0).lateness?.extent == 9)
    // 181 packets came since 100, the first of which is the earliest above 99.
    #expect(tracker.take(99, at: 0).lateness?.extent == 81)
  }

  @Test func `the extents and the longest late time add up`() {
    var first = Reordering()
    first.take(.init(extent: 2, time: 5_000_000))
    first.take(.init(extent: 7, time: nil))
    var second = Reordering()
    second.take(.init(extent: 2, time: 9_000_000))
    let sum = first + second
    #expect(sum.extents == Tally([2: 2, 7: 1]))
    #expect(sum.latest == .milliseconds(9))
    #expect(Reordering().isEmpty)
  }
}
