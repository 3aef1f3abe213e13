import Testing

@testable import Lab

/// Links by hand: when each frame arrives, and which are dropped.
struct LinkQueueTests {
  private func frame(_ bytes: Int, _ mark: UInt8) -> [UInt8] {
    [UInt8](repeating: mark, count: bytes)
  }

  /// A link, the frames that come to it (in ms and bytes), and when each leaves it, in ms; nil for one that is dropped.
  @Test(
    arguments: [
      // Nothing but the frames' own times.
      (LinkCharacteristics(), [(0, 1000), (0, 1000), (7, 60)], [0, 0, 7]),
      (LinkCharacteristics(delay: .milliseconds(20)), [(0, 1000), (1, 60)], [20, 21]),
      // 1 Mbit/s: 1000 bytes take 8 ms, 125 bytes 1 ms. The second waits for the first, the fourth for none.
      (
        LinkCharacteristics(bandwidth: 1_000_000), [(0, 1000), (3, 125), (4, 1000), (30, 125)],
        [8, 9, 17, 31]
      ),
      (
        LinkCharacteristics(delay: .milliseconds(5), bandwidth: 1_000_000),
        [(0, 1000), (0, 1000)], [13, 21]
      ),
      // Waits of 0, 8 and 16 ms; 16 ms are too long, and at 2 ms only 14 are left, which are not.
      (
        LinkCharacteristics(bandwidth: 1_000_000, longestWait: .milliseconds(14)),
        [(0, 1000), (0, 1000), (0, 1000), (2, 1000)], [8, 16, nil, 24]
      ),
      // Room for two frames: the third finds none, the fourth comes as the first has arrived.
      (
        LinkCharacteristics(delay: .milliseconds(10), capacity: 2000),
        [(0, 1000), (1, 1000), (2, 1000), (10, 1000), (10, 1)], [10, 11, nil, 20, nil]
      ),
    ] as [(LinkCharacteristics, [(Int, Int)], [Int?])])
  func `each frame arrives when it should`(
    link: LinkCharacteristics, frames: [(time: Int, bytes: Int)], due: [Int?]
  ) {
    var queue = LinkQueue(link)
    var arrivals = [Int?](repeating: nil, count: frames.count)
    func arrive(by time: Duration) {
      while let next = queue.due, next <= time {
        for frame in queue.arrivals(by: next) {
          arrivals[Int(frame[0])] = Int(next / .milliseconds(1))
        }
      }
    }
    for (index, entry) in frames.enumerated() {
      let now = Duration.milliseconds(entry.time)
      arrive(by: now)
      let isTaken = queue.take(frame(entry.bytes, UInt8(index)), at: now)
      #expect(isTaken == (due[index] != nil))
    }
    arrive(by: .seconds(100))
    #expect(arrivals == due)
    #expect(queue.dropped == due.count { $0 == nil })
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
