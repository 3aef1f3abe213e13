import Sequences
import Wire

/// What irregular packets of one stream on one leg changed in the interval that is open.
struct LegFigures: Sendable {
  /// Whose they are, among the flows of the table.
  var flow = 0
  /// How many packets of the flow the runs account for; those since then followed one another.
  var settledPackets: UInt32 = 0
  /// What the flow's counters do not hold.
  var morePackets = 0
  var moreUDPBytes = 0
  var moreIPBytes = 0
  var moreWireBytes = 0
  /// The longest silence that ended here after an irregular packet, in nanoseconds.
  var maximumGap: Int64?
  /// A packet may have stood for several that could not be counted.
  var mayHoldSegments = false
  /// In nanoseconds, since they were last taken.
  private var transits: [Int64] = []
  private(set) var lost = 0
  /// Nil where a jump could not be told.
  private(set) var skipped: Int? = 0
  private(set) var duplicates = 0
  private(set) var reordered = 0
  /// Of a transport stream in RTP; nil without.
  private(set) var transportLost: Int?
  private(set) var runs = RunList()

  /// Begins anew for another flow or interval, and keeps the room that it has.
  mutating func reset(for flow: Int) {
    var fresh = LegFigures()
    swap(&fresh.runs, &runs)
    swap(&fresh.transits, &transits)
    fresh.runs.removeAll()
    fresh.transits.removeAll(keepingCapacity: true)
    fresh.flow = flow
    self = fresh
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

  mutating func take(transit: Int64) { transits.append(transit) }

  /// Hands on the transits.
  mutating func takeTransits(_ body: (Int64) -> Void) {
    for transit in transits { body(transit) }
    transits.removeAll(keepingCapacity: true)
  }

  /// Takes numbers that followed one another without a silence.
  mutating func take(_ run: NumberRun) {
    runs.append(run)
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
