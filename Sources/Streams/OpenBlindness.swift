import Wire

/// What a point's capture may have missed, as far as the intervals of that are not handed over yet.
struct OpenBlindness {
  private var drops = 0
  /// When drops were found out last: they were no later.
  private var droppedUpTo = Int64.min
  private var truncated = 0
  private var lastTruncated = Int64.min
  /// Since and up to when nothing was seen: up to the largest time where that goes on.
  private var absences: [(start: Int64, end: Int64)] = []
  private var events: [CaptureEvent] = []

  /// - Parameter time: when drops were found out; nil where that tells nothing of when they were.
  mutating func countDrops(_ count: Int, upTo time: Timestamp?) {
    drops.add(clamping: count)
    if let time { droppedUpTo = max(droppedUpTo, time.nanoseconds) }
  }

  mutating func countTruncated(at time: Timestamp) {
    truncated += 1
    lastTruncated = max(lastTruncated, time.nanoseconds)
  }

  mutating func note(_ event: CaptureEvent) {
    events.append(event)
    switch event.kind {
    case .ended: absences.append((event.time.nanoseconds, .max))
    case .resumed:
      if let last = absences.indices.last { absences[last].end = event.time.nanoseconds }
    }
  }

  /// Takes what is to be said of an interval that closes. Intervals close in their order.
  mutating func close(_ start: Timestamp, at end: Timestamp) -> IntervalBlindness {
    let (start, end) = (start.nanoseconds, end.nanoseconds)
    var said = IntervalBlindness()
    guard drops > 0 || truncated > 0 || start < droppedUpTo || !events.isEmpty || !absences.isEmpty
    else { return said }
    (said.drops, said.truncated) = (drops, truncated)
    if truncated > 0 { said.doubt(upTo: lastTruncated) }
    if drops > 0 { said.doubt(upTo: droppedUpTo < start ? end : droppedUpTo) }
    if start < droppedUpTo {
      said.mayHaveDropped = drops == 0
      said.doubt(upTo: droppedUpTo)
    }
    for absence in absences where absence.start < end && absence.end >= start {
      said.doubt(upTo: min(absence.end, end))
    }
    said.events = events.filter { $0.time.nanoseconds < end }
    events.removeAll { $0.time.nanoseconds < end }
    absences.removeAll { $0.end < end }
    (drops, truncated) = (0, 0)
    return said
  }

  /// A time in the next interval after `end` of which something is to be said.
  func next(after end: Timestamp) -> Timestamp? {
    droppedUpTo > end.nanoseconds ? end : events.first?.time
  }
}

/// What a point's capture may have missed in an interval.
struct IntervalBlindness {
  var drops = 0
  var truncated = 0
  /// Drops that were counted in an interval before may be of this one.
  var mayHaveDropped = false
  var events: [CaptureEvent] = []
  /// Packets may have been missed up to this moment, which may lie behind the interval; nil where none
  /// were.
  private(set) var end: Int64?

  fileprivate mutating func doubt(upTo time: Int64) {
    end = max(end ?? time, time)
  }

  var isBlind: Bool { end != nil }
  /// Whether there is something to say even of an interval without packets.
  var isToBeTold: Bool { drops > 0 || mayHaveDropped || !events.isEmpty }
}

extension StreamTable {
  /// Remembers which flows may have lost packets to the capture since their last one, as an interval is
  /// closed: it shows with the next one, in another interval.
  mutating func settleDoubts(of blindness: IntervalBlindness) {
    if doubts > 0 {
      active.forEach { slot in
        guard flows[slot].flags.remove(.isDoubtful) != nil else { return }
        doubts -= 1
      }
    }
    guard let end = blindness.end else { return }
    for slot in 0..<flows.count where flows[slot].lastTime < end {
      if flows[slot].flags.insert(.isDoubtful).inserted { doubts += 1 }
    }
  }
}
