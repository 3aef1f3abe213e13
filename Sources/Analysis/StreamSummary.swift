import Sequences
package import Moves
package import Streams
package import Wire

/// One stream at every point that heard it.
package struct StreamSummary: Sendable {
  package let stream: StreamKey
  package private(set) var payload = PayloadKind.unknown
  /// By the index of the point.
  package private(set) var sightings: [Int: Sighting] = [:]

  /// A stream at one point.
  package struct Sighting: Sendable {
    /// In the order in which they were heard first.
    package fileprivate(set) var legs: [(leg: Leg, figures: Figures)] = []
    /// Silences within stays.
    package fileprivate(set) var gaps: [Mark] = []

    /// The figures of all legs.
    package var all: Figures { legs.reduce(into: Figures()) { $0.add($1.figures) } }

    /// The figures of the depth nearest to the receiver: those of numbers.
    package var nearest: Figures {
      let depth = legs.map(\.leg.depth).min()
      return legs.filter { $0.leg.depth == depth }
        .reduce(into: Figures()) { $0.add($1.figures) }
    }
  }

  /// Sums of what was counted. What is not known is nil.
  package struct Figures: Sendable, Equatable {
    package fileprivate(set) var packets = 0
    package fileprivate(set) var ipBytes = 0
    package fileprivate(set) var udpBytes = 0
    package fileprivate(set) var wireBytes = 0
    package fileprivate(set) var first: Timestamp?
    package fileprivate(set) var last: Timestamp?
    /// Distinct numbers; nil without any.
    package fileprivate(set) var received: Int?
    package fileprivate(set) var lost: Int?
    package fileprivate(set) var skipped: Int?
    package fileprivate(set) var duplicates: Int?
    package fileprivate(set) var reordered: Int?
    /// The latest that was known.
    package fileprivate(set) var jitter: Duration?
    package fileprivate(set) var maximumGap: Duration?
    fileprivate var hasUnknownLoss = false
    fileprivate var hasUnknownSkip = false
    fileprivate var runsWereCut = false

    /// Distinct numbers from the first to the last within stays.
    package var expected: Int? {
      guard let received, let lost else { return nil }
      return received &+ lost
    }

    fileprivate init() {}

    fileprivate init(_ interval: StreamInterval) {
      packets = interval.packets
      ipBytes = interval.ipBytes
      udpBytes = interval.udpBytes
      wireBytes = interval.wireBytes
      if interval.packets > 0 {
        first = interval.firstTime
        last = interval.lastTime
      }
      jitter = interval.jitter
      maximumGap = interval.maximumGap
      guard let sequence = interval.sequence else { return }
      runsWereCut = sequence.runsWereCut
      received = runsWereCut ? nil : sequence.runs.reduce(0) { $0 &+ $1.count }
      lost = sequence.lost
      hasUnknownLoss = sequence.lost == nil
      skipped = sequence.skipped
      hasUnknownSkip = sequence.skipped == nil
      duplicates = sequence.duplicates
      reordered = sequence.reordered
    }

    fileprivate mutating func add(_ other: Figures) {
      packets &+= other.packets
      ipBytes &+= other.ipBytes
      udpBytes &+= other.udpBytes
      wireBytes &+= other.wireBytes
      first = [first, other.first].compactMap(\.self).min()
      last = [last, other.last].compactMap(\.self).max()
      runsWereCut = runsWereCut || other.runsWereCut
      hasUnknownLoss = hasUnknownLoss || other.hasUnknownLoss
      hasUnknownSkip = hasUnknownSkip || other.hasUnknownSkip
      received = runsWereCut ? nil : sum(received, other.received)
      lost = hasUnknownLoss ? nil : sum(lost, other.lost)
      skipped = hasUnknownSkip ? nil : sum(skipped, other.skipped)
      duplicates = sum(duplicates, other.duplicates)
      reordered = sum(reordered, other.reordered)
      jitter = other.jitter ?? jitter
      maximumGap = [maximumGap, other.maximumGap].compactMap(\.self).max()
    }

    private func sum(_ left: Int?, _ right: Int?) -> Int? {
      guard let left else { return right }
      return left &+ (right ?? 0)
    }
  }

  mutating func take(_ interval: StreamInterval, at point: Int) {
    if interval.payload != .unknown { payload = interval.payload }
    let figures = Figures(interval)
    let known = sightings[point]?.legs.firstIndex { $0.leg == interval.leg }
    if let known {
      sightings[point]?.legs[known].figures.add(figures)
    } else {
      sightings[point, default: Sighting()].legs.append((interval.leg, figures))
    }
  }

  mutating func take(gap: Mark, at point: Int) {
    sightings[point, default: Sighting()].gaps.append(gap)
  }
}
