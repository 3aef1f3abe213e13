import Sequences
package import Wire

/// An interval that a table hands over: what it says as a whole. The streams are still in the table,
/// for as long as the closure that gets both runs.
package struct ClosedInterval: Sendable {
  /// Aligned to the epoch.
  package let start: Timestamp
  package let totals: [ProtocolTotal]
  package let signals: [Signal]
  let announcements: [HeardAnnouncement]
  let blindness: IntervalBlindness
}

extension StreamTable {
  /// The interval as a value of its own, everything in it sorted.
  ///
  /// - Parameter keepsDelays: whether the streams have the delays of their packets.
  package func snapshot(of interval: ClosedInterval, keepsDelays: Bool = false) -> Snapshot {
    var order: [(stream: StreamKey, slot: UInt32)] = []
    active.forEach { order.append((flows[$0].key.stream, UInt32(truncatingIfNeeded: $0))) }
    order.sort { left, right in
      left.stream == right.stream
        ? leg(of: left.slot) < leg(of: right.slot) : left.stream < right.stream
    }
    let streams = order.map {
      streamInterval(
        of: Int($0.slot), isBlind: interval.blindness.isBlind, keepsDelays: keepsDelays)
    }
    return Snapshot(
      point: point, start: interval.start, length: options.interval,
      streams: streams,
      totals: interval.totals, events: streamEvents(), signals: interval.signals,
      announcements: interval.announcements, captureEvents: interval.blindness.events,
      captureDrops: interval.blindness.drops,
      mayHaveDropped: interval.blindness.mayHaveDropped, truncated: interval.blindness.truncated)
  }

  private func leg(of slot: UInt32) -> Leg { legs[Int(flows[Int(slot)].leg)] }

  /// Calls the closure for each flow that had packets: how many, and how many numbers were lost, as far
  /// as that is known.
  package func forEachFlow(_ body: (_ packets: Int, _ lost: Int) -> Void) {
    active.forEach { slot in
      let place = flows[slot].figures
      let more = place == 0 ? nil : figures[Int(place) - 1]
      body(Int(flows[slot].packets) + (more?.morePackets ?? 0), more?.loss.count ?? 0)
    }
  }

  private func streamEvents() -> [StreamEvent] {
    var found: [StreamEvent] = []
    active.forEach { slot in
      let flow = flows[slot]
      guard flow.flags.contains(.hasAppeared) else { return }
      found.append(
        StreamEvent(
          time: Timestamp(nanoseconds: flow.firstTime), stream: flow.key.stream,
          leg: legs[Int(flow.leg)], kind: .appeared))
    }
    found += events.map { event in
      let flow = flows[Int(event.flow)]
      return StreamEvent(
        time: Timestamp(nanoseconds: event.time), stream: flow.key.stream,
        leg: legs[Int(flow.leg)], kind: StreamEvent.Kind(event.kind))
    }
    return found.sorted { ($0.time, $0.stream) < ($1.time, $1.stream) }
  }

  private func streamInterval(
    of slot: Int, isBlind: Bool, keepsDelays: Bool
  ) -> StreamInterval {
    let flow = flows[slot]
    var interval = StreamInterval(
      stream: flow.key.stream, leg: legs[Int(flow.leg)], payload: .unknown,
      packets: Int(flow.packets), ipBytes: flow.ipBytes, udpBytes: Int(flow.udpBytes),
      wireBytes: flow.wireBytes, firstTime: Timestamp(nanoseconds: flow.firstTime),
      lastTime: Timestamp(nanoseconds: flow.lastTime),
      isBlind: isBlind)
    if flow.flags.contains(.hasGap) { interval.maximumGap = .nanoseconds(Int64(flow.maximumGap)) }
    if flow.track != 0 {
      let track = tracks[Int(flow.track) - 1]
      interval.payload = track.payload
      interval.epoch = track.epoch
      interval.jitter = track.jitter
    }
    if flow.isSteady { interval.payload = flow.numbers == .nemotop ? .nemotop : .rtp }
    // The legs of a depth share the stream's jitter, which the leg has that it came on last.
    let last = flow.track == 0 ? flow : flows[tracks[Int(flow.track) - 1].lastFlow]
    if last.isSteady {
      interval.jitter =
        last.flags.contains(.hasJitter) ? Jitter(lastTransit: nil, mean: last.jitter).value : nil
    }
    if flow.figures == 0 {
      let runs = flow.run(after: 0).map { [$0] } ?? []
      interval.sequence = SequenceFigures(runs: runs)
      if flow.numbers == .nemotop, let delays = DelaySample(of: flow.transits) {
        interval.add(delays, keeps: keepsDelays)
      }
    } else {
      let place = Int(flow.figures) - 1
      interval.add(figures[place], of: flow)
      if var delays = transits.sample(at: place, upTo: flow.cursor) {
        delays.isAnew = figures[place].hasNewClock
        interval.add(delays, keeps: keepsDelays)
      }
    }
    // What the capture missed before is missing here, unless the numbers say that nothing is.
    if flow.flags.contains(.isDoubtful), !interval.isComplete { interval.isBlind = true }
    return interval
  }
}

extension StreamInterval {
  /// Whether its numbers are there and say that none is missing.
  fileprivate var isComplete: Bool {
    sequence?.lost.map { $0 <= 0 } ?? false && sequence?.skipped == 0
  }

  /// Adds what irregular packets changed.
  fileprivate mutating func add(_ more: LegFigures, of flow: Flow) {
    var more = more
    if flow.isSteady, let run = flow.run(after: more.settledPackets) { more.take(run) }
    packets += more.morePackets
    udpBytes &+= more.moreUDPBytes
    ipBytes &+= more.moreIPBytes
    wireBytes &+= more.moreWireBytes
    if let gap = more.maximumGap {
      maximumGap = max(maximumGap ?? .nanoseconds(gap), .nanoseconds(gap))
    }
    sequence = payload == .unknown ? nil : more.sequence
    isBlind = isBlind || more.mayHoldSegments
  }

  /// Adds what the delays of its packets come to.
  fileprivate mutating func add(_ delays: DelaySample, keeps: Bool) {
    if payload == .nemotop {
      transitMinimum = .nanoseconds(delays.minimum)
      transitMedian = delays.median
    }
    variation = delays.variation
    if keeps { self.delays = delays }
  }
}
