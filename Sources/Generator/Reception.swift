package import Streams
import Wire

/// What a receiver got of each stream over a whole run: the sum of its snapshots.
package struct Reception: Sendable {
  package struct Figures: Sendable, Equatable {
    package var packets = 0
    package var udpBytes = 0
    /// Nil where no payload had numbers.
    package var lost: Int?
    package var duplicates: Int?
    package var reordered: Int?
    /// The last interval's.
    package var jitter: Duration?
    package var transitMinimum: Duration?
    /// The median of the intervals' medians.
    package var transitMedian: Duration?

    package init() {}

    /// The figures of one interval.
    package init(_ interval: StreamInterval) {
      packets = interval.packets
      udpBytes = interval.udpBytes
      lost = interval.sequence?.lost
      duplicates = interval.sequence?.duplicates
      reordered = interval.sequence?.reordered
      jitter = interval.jitter
      transitMinimum = interval.transitMinimum
      transitMedian = interval.transitMedian
    }

    /// The part of the numbers that were sent that never came, 0…1.
    package var lossRatio: Double? {
      guard let lost, let duplicates else { return nil }
      let expected = lost + packets - duplicates
      return expected > 0 ? Double(lost) / Double(expected) : 0
    }
  }

  fileprivate struct Sum {
    var figures = Figures()
    var medians: [Duration] = []
  }

  private var sums: [StreamKey: Sum] = [:]
  private var start: Timestamp?
  private var end: Timestamp?
  /// How often the socket had no room for a datagram or a super-packet.
  package private(set) var drops = 0

  package init() {}

  package mutating func add(_ snapshot: Snapshot) {
    drops += snapshot.captureDrops
    for interval in snapshot.streams {
      start = min(start ?? interval.firstTime, interval.firstTime)
      end = max(end ?? interval.lastTime, interval.lastTime)
      sums[interval.stream, default: Sum()].add(interval)
    }
  }

  /// The sums, in the order of the streams.
  package var streams: [(stream: StreamKey, figures: Figures)] {
    sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value.total) }
  }

  /// The time from the first packet to the last.
  package var duration: Duration {
    guard let start, let end else { return .zero }
    return end - start
  }
}

extension Reception.Sum {
  fileprivate mutating func add(_ interval: StreamInterval) {
    let part = Reception.Figures(interval)
    figures.packets += part.packets
    figures.udpBytes += part.udpBytes
    figures.lost = Self.sum(figures.lost, part.lost)
    figures.duplicates = Self.sum(figures.duplicates, part.duplicates)
    figures.reordered = Self.sum(figures.reordered, part.reordered)
    figures.jitter = part.jitter ?? figures.jitter
    if let minimum = part.transitMinimum {
      figures.transitMinimum = min(figures.transitMinimum ?? minimum, minimum)
    }
    if let median = part.transitMedian { medians.append(median) }
  }

  fileprivate var total: Reception.Figures {
    var total = figures
    if !medians.isEmpty { total.transitMedian = medians.sorted()[(medians.count - 1) / 2] }
    return total
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    return left + right
  }
}
