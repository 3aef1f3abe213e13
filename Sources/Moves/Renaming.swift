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

  private struct Destination: Hashable {
    var address: IPAddress
    var port: UInt16

    init(of stream: StreamKey) {
      address = stream.destination
      port = stream.destinationPort
    }
  }

  /// How a stream was heard last.
  private struct Tail: Sendable {
    var stream: StreamKey
    var time: Timestamp
    var highest: Int64
  }

  /// Streams to one destination that are looked at.
  private static let capacity = 256
  /// The longest silence over which a stream goes on as another.
  private static let patience = Duration.seconds(60)

  private var tails: [Destination: [Tail]] = [:]
  /// Those that are not sure yet: the old name may go on beside the new one.
  private var pending: [Change] = []

  /// Takes what was heard in a step at the points where streams arrive, or leave their servers.
  mutating func take(_ heard: [(interval: StreamInterval, point: Int)], options: CountingOptions) {
    let numbered = heard.filter { $0.interval.payload == .nemotop }
      .sorted { $0.interval.firstTime < $1.interval.firstTime }
    for (interval, point) in numbered {
      guard let runs = interval.sequence?.runs, let first = runs.first,
        let highest = runs.map(\.last).max()
      else { continue }
      let stream = interval.stream
      let destination = Destination(of: stream)
      // Both go on: they are two.
      pending.removeAll { $0.old == stream && interval.lastTime > $0.time }
      var known = tails[destination] ?? []
      let index = known.firstIndex { $0.stream == stream }
      let isNew = index.map { interval.firstTime - known[$0].time >= options.leftAfter } ?? true
      if isNew, let old = former(of: stream, in: known, before: first.first, at: interval.firstTime)
      {
        pending.append(
          Change(
            old: old.stream, new: stream, point: point, time: interval.firstTime,
            gap: interval.firstTime - old.time, missing: first.first &- old.highest &- 1))
      }
      let tail = Tail(stream: stream, time: interval.lastTime, highest: highest)
      if let index { known.remove(at: index) }
      known.append(tail)
      if known.count > Self.capacity { known.removeFirst() }
      tails[destination] = known
    }
  }

  private func former(
    of stream: StreamKey, in known: [Tail], before number: Int64, at time: Timestamp
  ) -> Tail? {
    let candidates = known.filter { tail in
      tail.stream != stream && tail.highest < number && tail.time <= time
        && time - tail.time <= Self.patience
    }
    let ported = candidates.filter { $0.stream.sourcePort == stream.sourcePort }
    if !ported.isEmpty { return ported.max { $0.highest < $1.highest } }
    return candidates.count == 1 ? candidates[0] : nil
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
