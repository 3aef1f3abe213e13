import Sequences
package import Streams
import Wire

/// What a receiver got of each stream over a whole run: the sum of its snapshots.
package struct Reception: Sendable {
  private var sums: [StreamKey: ReceptionSum] = [:]
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
      sums[interval.stream, default: ReceptionSum()].add(interval)
    }
  }

  /// The sums, in the order of the streams.
  package var streams: [(stream: StreamKey, figures: ReceptionFigures)] {
    sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value.figures) }
  }

  /// The time from the first packet to the last.
  package var duration: Duration {
    guard let start, let end else { return .zero }
    return end - start
  }
}

/// The sum of a stream's intervals.
private struct ReceptionSum {
  private var sum = ReceptionFigures()
  private var medians: [Duration] = []
  private var delays = DelayDistribution()
  private var pattern = LossPattern()
  private var patternIsKnown = true

  mutating func add(_ interval: StreamInterval) {
    let part = ReceptionFigures(interval)
    sum.packets += part.packets
    sum.udpBytes += part.udpBytes
    sum.lossIsKnown = sum.lossIsKnown && part.lossIsKnown
    sum.lost = sum.lossIsKnown ? Self.sum(sum.lost, part.lost) : nil
    sum.duplicates = Self.sum(sum.duplicates, part.duplicates)
    sum.reordered = Self.sum(sum.reordered, part.reordered)
    sum.jitter = part.jitter ?? sum.jitter
    if let minimum = part.transitMinimum {
      sum.transitMinimum = min(sum.transitMinimum ?? minimum, minimum)
    }
    if let median = part.transitMedian { medians.append(median) }
    if let delays = interval.delays { self.delays.add(delays) }
    guard let sequence = interval.sequence else { return }
    patternIsKnown = patternIsKnown && sequence.knowsPattern
    if let changes = sequence.pattern { pattern += changes }
    if let reordering = sequence.reordering {
      sum.reordering = (sum.reordering ?? Reordering()) + reordering
    }
  }

  var figures: ReceptionFigures {
    var figures = sum
    figures.pattern = patternIsKnown && !pattern.wasCut ? pattern : nil
    figures.variation = delays.variation
    if !medians.isEmpty {
      // Of all packets, where their delays are there.
      figures.transitMedian = medians.sorted()[(medians.count - 1) / 2]
      if let minimum = delays.minimum, let variation = figures.variation {
        figures.transitMedian = minimum + variation.p50
      }
    }
    return figures
  }

  private static func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    return left + right
  }
}
