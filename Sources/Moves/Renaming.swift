import Sequences
import Streams
import Wire

/// Streams that go on under another address, as those of a guest do that is behind another NAT after each move.
///
/// Only nemotop's own numbers tell: they have 64 bits, and go on where the sender does. Of several streams to one port, one
/// goes on in that with its own source port, which NAT keeps where it can, else in the only one there is.
struct Renaming: Sendable {
  /// A stream that went on under the name of another.
  struct Change: Sendable {
    var old: StreamKey
    var new: StreamKey
    var point: Int
    var time: Timestamp
    var gap: Duration
    /// How many numbers neither of them had.
    var missing: Int64
  }

  /// What a step has of a numbered stream at a point where streams arrive, or leave their servers.
  struct Arrival: Sendable {
    let stream: StreamKey
    let point: Int
    let firstTime: Timestamp
    let lastTime: Timestamp
    let first: Int64
    let highest: Int64

    /// Nil where the numbers are none that tell.
    init?(_ interval: StreamInterval, at point: Int) {
      guard interval.payload == .nemotop, let runs = interval.sequence?.runs,
        let first = runs.first,
        let highest = runs.lazy.map(\.last).max()
      else { return nil }
      stream = interval.stream
      self.point = point
      firstTime = interval.firstTime
      lastTime = interval.lastTime
      self.first = first.first
      self.highest = highest
    }
  }

  private struct Destination: Hashable {
    var address: IPAddress
    var port: UInt16

    init(of stream: StreamKey) {
      address = stream.destination
      port = stream.destinationPort
    }
  }

  private var tails: [Destination: Tails] = [:]
  /// Those that are not sure yet: the old name may go on beside the new one.
  private var pending: [Change] = []

  /// Takes what was heard in a step.
  mutating func take(_ arrivals: [Arrival], options: CountingOptions) {
    for arrival in arrivals.sorted(by: { $0.firstTime < $1.firstTime }) {
      // Both go on: they are two.
      pending.removeAll { $0.old == arrival.stream && arrival.lastTime > $0.time }
      let destination = Destination(of: arrival.stream)
      guard let old = tails[destination, default: Tails()].take(arrival, options: options) else {
        continue
      }
      pending.append(
        Change(
          old: old.stream, new: arrival.stream, point: arrival.point, time: arrival.firstTime,
          gap: arrival.firstTime - old.time, missing: arrival.first &- old.highest &- 1))
    }
  }

  /// The changes that are sure by a time, in their order.
  mutating func changes(by time: Timestamp, options: CountingOptions) -> [Change] {
    let sure = pending.filter { time - $0.time >= options.leftAfter }
    pending.removeAll { time - $0.time >= options.leftAfter }
    return sure
  }

  /// All that are left, once all data have ended.
  mutating func rest() -> [Change] {
    defer { pending = [] }
    return pending
  }
}

/// How the streams to one destination were heard last.
private struct Tails: Sendable {
  struct Tail: Sendable {
    var stream: StreamKey
    var time: Timestamp
    var highest: Int64
  }

  /// So many streams are looked at. More come to one port only where nobody could tell them apart.
  private static let capacity = 1024
  /// The longest silence over which a stream goes on as another.
  private static let patience = Duration.seconds(60)

  private var tails: [StreamKey: Tail] = [:]
  /// None was heard last before this.
  private var oldest = Timestamp(nanoseconds: .max)

  /// - Returns: The stream that goes on as this one.
  mutating func take(_ arrival: Renaming.Arrival, options: CountingOptions) -> Tail? {
    let known = tails[arrival.stream]
    if known == nil, !hasRoom(at: arrival.firstTime) { return nil }
    let isNew = known.map { arrival.firstTime - $0.time >= options.leftAfter } ?? true
    let old = isNew ? former(of: arrival) : nil
    tails[arrival.stream] = Tail(
      stream: arrival.stream, time: arrival.lastTime, highest: arrival.highest)
    oldest = min(oldest, arrival.lastTime)
    return old
  }

  /// Whether there is room for another one, where need be after those that were silent for too long.
  private mutating func hasRoom(at time: Timestamp) -> Bool {
    if tails.count >= Self.capacity, time - oldest > Self.patience {
      tails = tails.filter { time - $0.value.time <= Self.patience }
      oldest = tails.values.lazy.map(\.time).min() ?? Timestamp(nanoseconds: .max)
    }
    return tails.count < Self.capacity
  }

  private func former(of arrival: Renaming.Arrival) -> Tail? {
    let candidates = tails.values.filter { tail in
      tail.stream != arrival.stream && tail.highest < arrival.first
        && tail.time <= arrival.firstTime && arrival.firstTime - tail.time <= Self.patience
    }
    let ported = candidates.filter { $0.stream.sourcePort == arrival.stream.sourcePort }
    if !ported.isEmpty {
      return ported.max { ($0.highest, $0.time, $0.stream) < ($1.highest, $1.time, $1.stream) }
    }
    return candidates.count == 1 ? candidates[0] : nil
  }
}
