import Sequences
import Wire

/// The counters of one stream on one leg in the interval that is open.
struct LegFigures: Sendable {
  var packets = 0
  var ipBytes = 0
  var udpBytes = 0
  var wireBytes = 0
  var firstTime = Timestamp(nanoseconds: 0)
  var lastTime = Timestamp(nanoseconds: 0)
  /// The longest silence that ended here, in nanoseconds.
  var maximumGap: Int64?
  /// A packet may have stood for several that could not be counted.
  var mayHoldSegments = false
  var transits = Quantiles()
  private(set) var lost = 0
  /// Nil where a jump could not be told.
  private(set) var skipped: Int? = 0
  private(set) var duplicates = 0
  private(set) var reordered = 0
  /// Of a transport stream in RTP; nil without.
  private(set) var transportLost: Int?
  private(set) var runs = RunList()

  mutating func count(_ packet: borrowing DecodedPacket, wireBytes: Int, at time: Timestamp) {
    if packets == 0 {
      firstTime = time
      lastTime = time
    }
    packets += 1
    ipBytes &+= packet.ipBytes
    udpBytes &+= packet.udpBytes
    self.wireBytes &+= wireBytes
    firstTime = min(firstTime, time)
    lastTime = max(lastTime, time)
  }

  mutating func take(
    _ outcome: NumberTracker.Outcome, at time: Timestamp, afterSilence: Bool, keepsRuns: Bool
  ) {
    lost &+= outcome.lost
    skipped = outcome.isUnknownJump ? nil : skipped.map { $0 &+ outcome.skipped }
    if keepsRuns, let confirmed = outcome.confirmed {
      runs.append(confirmed, at: time, afterSilence: false)
    }
    guard let number = outcome.number else { return }
    if outcome.isNew {
      reordered += outcome.isReordered ? 1 : 0
      if keepsRuns { runs.append(number, at: time, afterSilence: afterSilence) }
    } else {
      duplicates += 1
    }
  }

  /// Takes what a transport stream's counters tell where they are the stream's only numbers.
  mutating func take(_ outcome: ContinuityCounters.Outcome) {
    lost &+= outcome.lost
    duplicates &+= outcome.duplicates
    reordered &+= outcome.reordered
  }

  /// Takes what they tell where RTP has numbers of its own.
  mutating func take(inner outcome: ContinuityCounters.Outcome) {
    transportLost = (transportLost ?? 0) &+ outcome.lost
  }

  /// Numbers were jumped between two stays, nobody knows how many.
  mutating func skipUnknown() {
    skipped = nil
  }

  var sequence: SequenceFigures {
    SequenceFigures(
      runs: runs.runs, runsWereCut: runs.wasCut, lost: lost, skipped: skipped,
      duplicates: duplicates, reordered: reordered, transportLost: transportLost)
  }
}
