package import Sequences
package import Streams

/// What a receiver got of one stream, in an interval or in sum.
package struct ReceptionFigures: Sendable, Equatable {
  package var packets = 0
  package var udpBytes = 0
  /// Nil where no payload had numbers, or where an absence was too long to tell.
  package var lost: Int?
  /// False where an absence was too long to tell. What is known of the rest is no lower bound: late
  /// numbers may have taken back what an interval of unknown loss did not tell.
  package var lossIsKnown = true
  package var duplicates: Int?
  package var reordered: Int?
  /// The last interval's.
  package var jitter: Duration?
  package var transitMinimum: Duration?
  /// In sum that of all packets, or else the median of the intervals' medians.
  package var transitMedian: Duration?
  /// How the losses lie together (RFC 3357); of a sum only, nil where it is not known.
  package var pattern: LossPattern?
  /// How late the reordered packets were (RFC 4737); nil without any.
  package var reordering: Reordering?
  /// RFC 5481; nil where the clock is not known. In sum since the sender was started last, where its
  /// clock begins anywhere.
  package var variation: DelayVariation?

  package init() {}

  /// The figures of one interval.
  package init(_ interval: StreamInterval) {
    packets = interval.packets
    udpBytes = interval.udpBytes
    lost = interval.sequence?.lost
    lossIsKnown = interval.sequence.map { $0.lost != nil } ?? true
    duplicates = interval.sequence?.duplicates
    reordered = interval.sequence?.reordered
    jitter = interval.jitter
    transitMinimum = interval.transitMinimum
    transitMedian = interval.transitMedian
    reordering = interval.sequence?.reordering
    variation = interval.variation
  }

  /// The part of the numbers that were sent that never came, 0…1; nil where it is not known.
  package var lossRatio: Double? {
    guard lossIsKnown, let lost, let duplicates else { return nil }
    let expected = lost + packets - duplicates
    return expected > 0 ? Double(lost) / Double(expected) : 0
  }
}
