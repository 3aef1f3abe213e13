/// How a link carries frames, one way.
package struct LinkCharacteristics: Sendable, Hashable {
  /// From the end of a frame's sending to its arrival.
  package var delay: Duration
  /// In bit/s of Ethernet frames without preamble and check sequence; nil without a limit.
  package var bandwidth: Int?
  /// How long a frame waits at the most for those before it, else it is dropped.
  package var longestWait: Duration
  /// How many bytes are on the link at the most, else a frame is dropped.
  package var capacity: Int

  package init(
    delay: Duration = .zero, bandwidth: Int? = nil, longestWait: Duration = .milliseconds(100),
    capacity: Int = 64 << 20
  ) {
    self.delay = delay
    self.bandwidth = bandwidth
    self.longestWait = longestWait
    self.capacity = capacity
  }
}

/// The frames that are on a link, one way: each is sent after those before it, at the bandwidth, and arrives after the
/// delay. What would wait too long, or finds no room, is dropped at the tail.
struct LinkQueue: Sendable {
  let characteristics: LinkCharacteristics
  /// How many were dropped.
  private(set) var dropped = 0
  private var frames: [(due: Duration, frame: [UInt8])] = []
  /// Before it the frames are gone already.
  private var first = 0
  private var byteCount = 0
  /// When the last frame's sending ends.
  private var idleFrom = Duration.zero

  init(_ characteristics: LinkCharacteristics) {
    self.characteristics = characteristics
  }

  /// When the next frame arrives; nil without any.
  var due: Duration? { first < frames.count ? frames[first].due : nil }

  /// Takes a frame.
  ///
  /// - Parameter now: On a clock that never goes back.
  /// - Returns: Whether there was room for it.
  mutating func take(_ frame: [UInt8], at now: Duration) -> Bool {
    let start = max(idleFrom, now)
    guard start - now <= characteristics.longestWait,
      byteCount + frame.count <= characteristics.capacity
    else {
      dropped += 1
      return false
    }
    idleFrom = start
    if let bandwidth = characteristics.bandwidth {
      idleFrom += .nanoseconds(Int64(frame.count) * 8 * 1_000_000_000 / Int64(bandwidth))
    }
    byteCount += frame.count
    frames.append((idleFrom + characteristics.delay, frame))
    return true
  }

  /// The frames that have arrived by a time, in their order.
  mutating func arrivals(by now: Duration) -> [[UInt8]] {
    let end = frames[first...].firstIndex { $0.due > now } ?? frames.count
    let arrived = frames[first..<end].map(\.frame)
    byteCount -= arrived.reduce(0) { $0 + $1.count }
    first = end
    if first * 2 > frames.count {
      frames.removeFirst(first)
      first = 0
    }
    return arrived
  }
}
