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
  private var wasSeen = false
  private var spacing = Spacing()
  private var reader = PayloadReader()
  private var numbers = NumberSources()

  init(stream: StreamKey, leg: Int, depth: Int, isDelivery: Bool, at time: Timestamp) {
    self.stream = stream
    self.depth = depth
    self.isDelivery = isDelivery
    lastTime = time
    lastLeg = leg
  }

  var payload: PayloadKind { reader.kind }
  /// Counts restarts of the sender.
  var epoch: Int { numbers.epoch }
  var jitter: Duration? { numbers.jitter }

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
  /// changed to the events. The payload may be cut, `length` is what it was.
  mutating func arrive(
    on leg: Int, of legs: [Leg], payload: RawSpan, length: Int, at time: Timestamp,
    times: CountingTimes, figures: inout LegFigures, events: inout [StreamEvent]
  ) {
    let silence = time.nanoseconds(since: lastTime)
    let beat = spacing.nanoseconds
    let gapOver = times.gapOver(spacing: beat)
    let leftAfter = times.leftAfter(spacing: beat)
    if isPresent, silence >= leftAfter { events.append(leave(legs)) }
    let begins = !isPresent
    let returns = begins && wasSeen
    if begins {
      events.append(StreamEvent(time: time, stream: stream, leg: legs[leg], kind: .appeared))
      isPresent = true
    }
    let lostBefore = figures.lost
    let rhythm = NumberSources.Rhythm(
      silence: silence, isGap: wasSeen && silence >= gapOver, returns: returns,
      jump: returns && !isDelivery ? .isSkip : .isLoss, spacing: beat, leftAfter: leftAfter)
    take(payload, length: length, at: time, rhythm: rhythm, figures: &figures)
    if wasSeen, !returns || isDelivery {
      figures.maximumGap = max(figures.maximumGap ?? 0, silence)
      // Two packets alone do not tell a gap from a slow beat.
      if silence >= gapOver, isDelivery && returns || beat != nil {
        let missing = numbers.isEmpty ? nil : figures.lost &- lostBefore
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

  private mutating func take(
    _ payload: RawSpan, length: Int, at time: Timestamp, rhythm: NumberSources.Rhythm,
    figures: inout LegFigures
  ) {
    if rhythm.returns, !isDelivery, reader.hasTransport {
      // Four bits tell nothing over an absence.
      reader.breakOff()
      if reader.kind == .transport { figures.skipUnknown() }
    }
    let found = reader.read(payload, length: length, at: time)
    for reading in found.earlier {
      numbers.take(reading, width: reader.width, rhythm: rhythm, figures: &figures)
    }
    if let own = found.own {
      numbers.take(own, width: reader.width, rhythm: rhythm, figures: &figures)
    }
    if let outcome = found.transport {
      if reader.kind == .transport {
        figures.take(outcome)
      } else {
        figures.take(inner: outcome)
      }
    }
  }
}
