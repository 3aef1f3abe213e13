import Testing

@testable import Lab

/// Links by hand: when each frame arrives, and which are dropped.
struct LinkQueueTests {
  private func frame(_ bytes: Int, _ mark: UInt8) -> [UInt8] {
    [UInt8](repeating: mark, count: bytes)
  }

  @Test func `a delay alone lets each frame arrive so much later`() {
    var queue = LinkQueue(LinkCharacteristics(delay: .milliseconds(5)))
    for time in 0..<3 {
      let isTaken = queue.take(frame(100, UInt8(time)), at: .milliseconds(time))
      #expect(isTaken)
    }
    #expect(queue.due == .milliseconds(5))
    #expect(queue.arrivals(by: .nanoseconds(4_999_999)).isEmpty)
    #expect(queue.arrivals(by: .milliseconds(6)).map(\.first) == [0, 1])
    #expect(queue.due == .milliseconds(7))
    #expect(queue.arrivals(by: .seconds(1)).map(\.first) == [2])
    #expect(queue.due == nil)
  }

  @Test func `at 8 kbit per second a frame of 100 bytes takes 100 ms, after those before it`() {
    var queue = LinkQueue(
      LinkCharacteristics(
        delay: .milliseconds(1), bandwidth: 8_000, longestWait: .milliseconds(200)))
    // They wait 0, 100 and 200 ms; the fourth would wait 300 ms.
    let taken = (0..<4).map { queue.take(frame(100, $0), at: .zero) }
    #expect(taken == [true, true, true, false])
    #expect(queue.dropped == 1)
    var due: [Duration] = []
    while let next = queue.due {
      due.append(next)
      #expect(queue.arrivals(by: next).count == 1)
    }
    #expect(due == [.milliseconds(101), .milliseconds(201), .milliseconds(301)])
    // An idle link sends at once.
    let isTaken = queue.take(frame(50, 9), at: .seconds(10))
    #expect(isTaken)
    #expect(queue.due == .milliseconds(10_051))
  }
}
