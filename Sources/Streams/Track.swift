import Sequences
import Wire

/// One stream at one point and one depth: its stays, its numbers, its rhythm.
struct Track: Sendable {
  /// What one packet changed.
  struct Arrival {
    /// The silence before it within a stay; nil for a stay's first packet.
    var silence: Duration?
    var events: [StreamEvent] = []
  }

  let stream: StreamKey
  let depth: Int
  /// Where a jump between two stays is loss, and every silence a gap: the stream ends here.
  let isDelivery: Bool
  private(set) var lastTime: Timestamp
  private(set) var lastLeg: Leg
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

  init(stream: StreamKey, leg: Leg, isDelivery: Bool, at time: Timestamp) {
    self.stream = stream
    self.depth = leg.depth
    self.isDelivery = isDelivery
    lastTime = time
    lastLeg = leg
  }

  var payload: PayloadKind { reader.kind }

  /// When a stay ends that has no further packet.
  func due(_ options: CountingOptions) -> Timestamp? {
    isPresent ? lastTime + options.leftAfter(spacing: spacing.value) : nil
  }

  /// Ends the stay: dated at its last packet.
  mutating func leave() -> StreamEvent {
    isPresent = false
    return StreamEvent(time: lastTime, stream: stream, leg: lastLeg, kind: .left)
  }

  /// Takes a packet on this leg, adding what its numbers tell to the figures.
  mutating func arrive(
    on leg: Leg, payload: RawSpan, at time: Timestamp, options: CountingOptions,
    figures: inout LegFigures
  ) -> Arrival {
    let silence = time - lastTime
    let gapOver = options.gapOver(spacing: spacing.value)
    let leftAfter = options.leftAfter(spacing: spacing.value)
    var arrival = Arrival()
    if isPresent, silence >= leftAfter { arrival.events.append(leave()) }
    let begins = !isPresent
    let returns = begins && wasSeen
    if begins {
      arrival.events.append(StreamEvent(time: time, stream: stream, leg: leg, kind: .appeared))
      isPresent = true
    }
    let lostBefore = figures.lost
    let rhythm = Rhythm(
      silence: silence, isGap: wasSeen && silence >= gapOver, returns: returns)
    take(payload, at: time, rhythm: rhythm, figures: &figures)
    if wasSeen, !returns || isDelivery {
      arrival.silence = max(silence, .zero)
      // Two packets alone do not tell a gap from a slow beat.
      if silence >= gapOver, isDelivery && returns || spacing.value != nil {
        let missing = tracker == nil ? nil : figures.lost &- lostBefore
        arrival.events.append(
          StreamEvent(time: time, stream: stream, leg: leg, kind: .gap(silence, missing: missing)))
      }
    }
    // A beat slower than the time of `left` is learned from the first silence that may be one.
    let isFirstBeat = spacing.value == nil && silence < options.leftAfter * 10
    if wasSeen, !returns || isFirstBeat { spacing.take(silence) }
    wasSeen = true
    lastTime = max(lastTime, time)
    lastLeg = leg
    return arrival
  }

  private struct Rhythm {
    var silence: Duration
    var isGap: Bool
    var returns: Bool
  }

  private mutating func take(
    _ payload: RawSpan, at time: Timestamp, rhythm: Rhythm, figures: inout LegFigures
  ) {
    var readings: [PayloadReader.Reading] = []
    reader.read(payload, at: time) { readings.append($0) }
    for reading in readings {
      count(reading, rhythm: rhythm, figures: &figures)
    }
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
    if outcome.isNew, let transit = reading.transit { jitter.take(transit: transit) }
    if let transit = reading.absoluteTransit { figures.transits.take(transit) }
  }

  /// The number that time and rate foretell after a silence.
  private func expectedNumber(after silence: Duration) -> Int64? {
    guard let highest = tracker?.highest, let spacing = spacing.value, spacing > .zero else {
      return nil
    }
    let steps = Double(silence.wholeNanoseconds) / Double(spacing.wholeNanoseconds)
    return highest &+ Int64(min(steps, 1e15))
  }
}
