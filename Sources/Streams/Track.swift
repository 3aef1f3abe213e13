import Sequences
import Wire

/// One stream at one point and one depth, whatever happens to it: its stays, its numbers, its rhythm.
///
/// A stream that behaves needs none: see `Flow`.
struct Track: Sendable {
  /// Where a jump between two stays is loss, and every silence a gap: the stream ends here.
  let isDelivery: Bool
  /// The stream has several legs at this depth, whose flows share the track.
  var isShared = false
  private(set) var lastTime: Timestamp
  /// The flow that it arrived on last, among those of the table.
  private(set) var lastFlow: Int
  /// Within a stay.
  private(set) var isPresent = false
  private var wasSeen = false
  private var spacing = Spacing()
  private var reader = PayloadReader()
  private var numbers = NumberSources()

  init(flow: Int, isDelivery: Bool, at time: Timestamp) {
    self.isDelivery = isDelivery
    lastTime = time
    lastFlow = flow
  }

  var payload: PayloadKind { reader.kind }
  /// Counts restarts of the sender.
  var epoch: Int { numbers.epoch }
  var jitter: Duration? { numbers.jitter }

  /// When a stay ends that has no further packet.
  func due(_ times: CountingTimes) -> Int64? {
    guard isPresent else { return nil }
    return times.due(after: lastTime.nanoseconds, spacing: spacing)
  }

  /// Ends the stay: dated at its last packet.
  mutating func leave() -> FlowEvent {
    isPresent = false
    return FlowEvent(time: lastTime, flow: lastFlow, kind: .left)
  }

  /// Takes a packet on a flow of the table, adding what its numbers tell to the figures, and what
  /// changed to the events. The payload may be cut, `length` is what it was.
  ///
  /// - Parameter isAmongFirst: Whether it is one of the flow's first in the interval.
  mutating func arrive(
    on flow: Int, payload: RawSpan, length: Int, at time: Timestamp, isAmongFirst: Bool,
    times: CountingTimes, figures: inout LegFigures, events: inout [FlowEvent]
  ) {
    let silence = time.nanoseconds(since: lastTime)
    let beat = spacing.nanoseconds
    let gapOver = times.gapOver(spacing: beat)
    let leftAfter = times.leftAfter(spacing: beat)
    if isPresent, silence >= leftAfter { events.append(leave()) }
    let begins = !isPresent
    let returns = begins && wasSeen
    if begins {
      events.append(FlowEvent(time: time, flow: flow, kind: .appeared))
      isPresent = true
    }
    let before = figures.loss
    let isGap = wasSeen && silence >= gapOver && (beat != nil || returns)
    let isStumble =
      isAmongFirst
      && CountingTimes.isStumble(silence, mean: spacing.mean, samples: spacing.samples)
    let rhythm = NumberSources.Rhythm(
      silence: silence, endsRun: isGap || isStumble,
      returns: returns,
      jump: returns && !isDelivery ? .isSkip : .isLoss, spacing: beat, leftAfter: leftAfter)
    take(payload, length: length, at: time, rhythm: rhythm, figures: &figures)
    if wasSeen, !returns || isDelivery {
      figures.maximumGap = max(figures.maximumGap ?? 0, silence)
      // Two packets alone do not tell a gap from a slow beat.
      if silence >= gapOver, isDelivery && returns || beat != nil {
        let missing = numbers.isEmpty ? nil : figures.loss.since(before)
        events.append(
          FlowEvent(time: time, flow: flow, kind: .gap(silence, missing: missing)))
      }
    }
    // A beat slower than the time of `left` is learned from the first silence that may be one.
    let isFirstBeat = beat == nil && silence < times.longestBeat
    if wasSeen, !returns || isFirstBeat { spacing.take(nanoseconds: silence) }
    wasSeen = true
    lastTime = max(lastTime, time)
    lastFlow = flow
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

/// The way to and from the steady state.
extension Track {
  /// What is known of a flow that had no track.
  init(of flow: Flow, at slot: Int, isDelivery: Bool) {
    self.init(
      flow: slot, isDelivery: isDelivery, at: Timestamp(nanoseconds: flow.lastTime))
    wasSeen = true
    reader = PayloadReader(kind: flow.numbers == .nemotop ? .nemotop : .rtp)
    numbers = NumberSources(flow)
    absorb(flow, at: slot)
  }

  /// Takes what a steady flow came to.
  mutating func absorb(_ flow: Flow, at slot: Int) {
    lastTime = Timestamp(nanoseconds: flow.lastTime)
    lastFlow = slot
    isPresent = flow.isPresent
    spacing = Spacing(mean: flow.spacing, samples: flow.samples)
    numbers.absorb(flow)
  }

  /// The numbers of the flow that came last, if all that the next packet in order needs fits into it.
  var steadyNumbers: Flow.Numbers {
    guard numbers.areSteady, !reader.hasTransport else { return .none }
    return switch reader.kind {
    case .nemotop: .nemotop
    case .rtp: .rtp
    case .rtpTransport, .transport, .iperf2, .iperf3, .unknown: .none
    }
  }

  /// Whether a steady flow says all that there is to say.
  var isPlain: Bool { !isShared && numbers.arePlain }

  /// Gives the flow what it needs to be steady.
  func settle(_ flow: inout Flow) {
    flow.spacing = spacing.mean
    flow.samples = spacing.samples
    flow.flags.remove([.isPresent])
    if isPresent { flow.flags.insert(.isPresent) }
    numbers.settle(&flow)
  }
}
