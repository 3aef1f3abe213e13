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
  /// The delays of first copies in nanoseconds, since they were last taken.
  private var transits: [Int64] = []
  /// Those before them are of no use, since the clocks' offset changed.
  private var losesDelays = false
  /// It did in the interval.
  private(set) var hasNewClock = false
  private(set) var loss = Loss()
  /// Nil where a jump could not be told.
  private(set) var skipped: Int? = 0
  private(set) var duplicates = 0
  private(set) var reordered = 0
  /// Of a transport stream in RTP; nil without.
  private(set) var transportLost: Int?
  private(set) var runs = RunList()
  var pattern = LossPattern()
  private var reordering = Reordering()

  /// How many numbers were lost.
  struct Loss: Sendable {
    fileprivate(set) var count = 0
    /// Every jump could be told.
    fileprivate(set) var isKnown = true

    /// How many more than before; nil where a jump could not be told.
    func since(_ before: Self) -> Int? { isKnown == before.isKnown ? count &- before.count : nil }
  }

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
    loss.count &+= outcome.lost ?? 0
    loss.isKnown = loss.isKnown && outcome.lost != nil
    skipped = outcome.skipped.flatMap { more in skipped.map { $0 &+ more } }
    if keepsRuns, let confirmed = outcome.confirmed {
      runs.beginEpoch()
      runs.append(
        confirmed, at: Timestamp(nanoseconds: outcome.confirmedTime), afterSilence: false)
    }
    guard let number = outcome.number else { return }
    if outcome.isNew {
      if let lateness = outcome.lateness {
        reordered += 1
        reordering.take(lateness)
      }
      if keepsRuns { runs.append(number, at: time, afterSilence: afterSilence) }
    } else {
      duplicates += 1
    }
  }

  /// Another sender's numbers follow.
  mutating func beginEpoch() {
    runs.beginEpoch()
  }

  /// Takes the delay of a first copy, in nanoseconds.
  ///
  /// - Parameter isAnew: it does not compare with the delays before.
  mutating func take(delay: Int64, isAnew: Bool = false) {
    if isAnew {
      transits.removeAll(keepingCapacity: true)
      losesDelays = true
      hasNewClock = true
    }
    transits.append(delay)
  }

  /// Hands on the delays to a list of the store.
  mutating func moveDelays(
    to store: inout TransitStore, at place: Int, _ cursor: inout TransitStore.Cursor
  ) {
    if losesDelays { cursor = store.begin(at: place) }
    losesDelays = false
    for transit in transits { store.append(transit, at: place, &cursor) }
    transits.removeAll(keepingCapacity: true)
  }

  /// Takes numbers that followed one another without a silence.
  mutating func take(_ run: NumberRun) {
    runs.append(run)
  }

  /// Takes what a transport stream's counters tell where they are the stream's only numbers.
  mutating func take(_ outcome: ContinuityCounters.Outcome) {
    loss.count &+= outcome.lost
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
      runs: runs.runs, formerRuns: runs.formerCount, runsWereCut: runs.wasCut,
      lost: loss.since(Loss()), skipped: skipped, duplicates: duplicates, reordered: reordered,
      pattern: pattern.isEmpty || pattern.wasCut ? nil : pattern,
      reordering: reordering.isEmpty || reordering.extents.wasCut ? nil : reordering,
      transportLost: transportLost)
  }
}
