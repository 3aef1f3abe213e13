import Sequences
import Wire

/// One stream at one point and one depth: its stays, its numbers, its rhythm.
struct Track: Sendable {
  let stream: StreamKey
  let depth: Int
  /// Where a jump between two stays is loss, and every silence a gap: the stream ends here.
  let isDelivery: Bool
  private(set) var lastTime: Timestamp
  /// Among the legs of the table.
  private(set) var lastLeg: Int
  /// Within a stay.
  private(set) var isPresent = false
  private(set) var epoch = 0
  private(set) var jitter = Jitter()
  private var wasSeen = false
  private var spacing = Spacing()
  private var reader = PayloadReader()
  private var tracker: NumberTracker?
  private var synchronizationSource: UInt32 = 0
  private var retiredSource: UInt32?

  init(stream: StreamKey, leg: Int, depth: Int, isDelivery: Bool, at time: Timestamp) {
    self.stream = stream
    self.depth = depth
    self.isDelivery = isDelivery
    lastTime = time
    lastLeg = leg
  }

  var payload: PayloadKind { reader.kind }

  /// When a stay ends that has no further packet.
  func due(_ times: CountingTimes) -> Timestamp? {
    guard isPresent else { return nil }
    let (time, overflow) = lastTime.nanoseconds.addingReportingOverflow(
      times.leftAfter(spacing: spacing.nanoseconds))
    return Timestamp(nanoseconds: overflow ? .max : time)
  }

  /// Ends the stay: dated at its last packet.
  mutating func leave(_ legs: [Leg]) -> StreamEvent {
    isPresent = false
    return StreamEvent(time: lastTime, stream: stream, leg: legs[lastLeg], kind: .left)
  }

  /// Takes a packet on this leg of the table, adding what its numbers tell to the figures, and what
  /// changed to the events.
  mutating func arrive(
    on leg: Int, of legs: [Leg], payload: RawSpan, at time: Timestamp, times: CountingTimes,
    figures: inout LegFigures, events: inout [StreamEvent]
  ) {
    let silence = time.nanoseconds(since: lastTime)
    let beat = spacing.nanoseconds
    let gapOver = times.gapOver(spacing: beat)
    if isPresent, silence >= times.leftAfter(spacing: beat) { events.append(leave(legs)) }
    let begins = !isPresent
    let returns = begins && wasSeen
    if begins {
      events.append(StreamEvent(time: time, stream: stream, leg: legs[leg], kind: .appeared))
      isPresent = true
    }
    let lostBefore = figures.lost
    let rhythm = Rhythm(
      silence: silence, isGap: wasSeen && silence >= gapOver, returns: returns)
    let numbers = reader.read(payload, at: time)
    for reading in numbers.earlier { count(reading, rhythm: rhythm, figures: &figures) }
    if let own = numbers.own { count(own, rhythm: rhythm, figures: &figures) }
    if wasSeen, !returns || isDelivery {
      figures.maximumGap = max(figures.maximumGap ?? 0, silence)
      // Two packets alone do not tell a gap from a slow beat.
      if silence >= gapOver, isDelivery && returns || beat != nil {
        let missing = tracker == nil ? nil : figures.lost &- lostBefore
        events.append(
          StreamEvent(
            time: time, stream: stream, leg: legs[leg],
            kind: .gap(.nanoseconds(silence), missing: missing)))
      }
    }
    // A beat slower than the time of `left` is learned from the first silence that may be one.
    let isFirstBeat = beat == nil && silence < times.longestBeat
    if wasSeen, !returns || isFirstBeat { spacing.take(nanoseconds: silence) }
    wasSeen = true
    lastTime = max(lastTime, time)
    lastLeg = leg
  }

  private struct Rhythm {
    /// In nanoseconds.
    var silence: Int64
    var isGap: Bool
    var returns: Bool
  }

  private mutating func count(
    _ reading: PayloadReader.Reading, rhythm: Rhythm, figures: inout LegFigures
  ) {
    guard reading.source != retiredSource else { return }
    if tracker == nil {
      tracker = NumberTracker(width: reader.kind == .nemotop ? .bits64 : .bits16)
      synchronizationSource = reading.source
    } else if reading.source != synchronizationSource {
      retiredSource = synchronizationSource
      synchronizationSource = reading.source
      tracker?.restart()
      epoch += 1
      jitter = Jitter()
    }
    let skips = rhythm.returns && !isDelivery
    let expected = rhythm.returns ? expectedNumber(after: rhythm.silence) : nil
    guard
      let outcome = tracker?.take(
        reading.number, jump: skips ? .isSkip : .isLoss, expected: expected)
    else { return }
    if outcome.isRestart { epoch += 1 }
    figures.take(outcome, at: reading.time, afterSilence: rhythm.isGap)
    if rhythm.returns { jitter.breakOff() }
    if outcome.isNew, let transit = reading.transit { jitter.take(transitNanoseconds: transit) }
    if let transit = reading.absoluteTransit { figures.transits.take(nanoseconds: transit) }
  }

  /// The number that time and rate foretell after a silence.
  private func expectedNumber(after silence: Int64) -> Int64? {
    guard let highest = tracker?.highest, let spacing = spacing.nanoseconds, spacing > 0 else {
      return nil
    }
    let steps = Double(silence) / Double(spacing)
    return highest &+ Int64(min(steps, 1e15))
  }
}
