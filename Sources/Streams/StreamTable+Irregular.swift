import Sequences
import Wire

/// The way of every other packet, and of those that are the first of a flow.
extension StreamTable {
  /// Makes a flow of its first packet.
  ///
  /// - Returns: its slot.
  mutating func begin(
    _ key: FlowKey, leg: Int, hash: UInt32, payload: RawSpan, lengths: PacketLengths,
    at time: Int64
  ) -> Int {
    let depth = legs.depth(of: leg)
    // Flows of one stream and depth have the same hash.
    let sibling = flowIndex.slot(of: hash) { slot in
      legs.depth(of: Int(flows[slot].leg)) == depth && flows[slot].key == key
    }
    let slot = flows.append(Flow(key: key, leg: leg))
    flowIndex.insert(hash, slot: slot)
    active.reserve(slot + 1)
    present.reserve(slot + 1)
    if let sibling {
      let track = attachTrack(to: sibling, at: time)
      tracks[track].isShared = true
      flows[slot].track = UInt32(track + 1)
    } else if settles, let header = StreamHeader(parsing: payload) {
      _ = active.insert(slot)
      _ = present.insert(slot)
      flows[slot].beginInterval(lengths, at: time)
      flows[slot].begin(header, at: time)
      if !flows[slot].holds(lengths) { note(lengths, at: slot) }
      return slot
    }
    countIrregular(slot, payload: payload, lengths: lengths, at: time)
    return slot
  }

  /// Counts a packet of any kind.
  mutating func countIrregular(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) {
    let track = attachTrack(to: slot, at: time)
    let last = tracks[track].lastFlow
    if flows[last].isSteady { unsettle(last, to: track) }
    if active.insert(slot) {
      flows[slot].beginInterval(lengths, at: time)
      flows[slot].lastTime = time
    } else {
      countFurther(slot, lengths: lengths, at: time)
    }
    let place = attachFigures(to: slot)
    if !flows[slot].holds(lengths) { note(lengths, at: slot) }
    present.remove(last)
    tracks[track].arrive(
      on: slot, payload: payload, length: lengths.udpBytes, at: Timestamp(nanoseconds: time),
      isAmongFirst: flows[slot].packets <= CountingTimes.firstPackets, times: times,
      figures: &figures[place], events: &events)
    figures[place].moveDelays(to: &transits, at: place, &flows[slot].cursor)
    _ = present.insert(slot)
    figures[place].settledPackets = flows[slot].packets
    settle(slot, figures: place, track: track)
  }

  /// Counts a packet that is not the first of the flow's in the interval.
  private mutating func countFurther(_ slot: Int, lengths: PacketLengths, at time: Int64) {
    let length = UInt32(truncatingIfNeeded: lengths.udpBytes)
    if flows[slot].packets == .max || flows[slot].udpBytes > .max - length { carry(slot) }
    flows[slot].packets += 1
    flows[slot].udpBytes += length
    flows[slot].lastTime = max(flows[slot].lastTime, time)
    if time < flows[slot].firstTime {
      if flows[slot].flags.contains(.hasAppeared) { noteAppearance(of: slot) }
      flows[slot].firstTime = time
    }
  }

  /// Makes room for more packets than the flow can count.
  private mutating func carry(_ slot: Int) {
    let place = attachFigures(to: slot)
    let rest = Int(flows[slot].packets - 1)
    figures[place].morePackets += rest
    figures[place].moreUDPBytes &+= Int(flows[slot].udpBytes)
    figures[place].moreIPBytes &+= rest &* flows[slot].overheads.ip
    figures[place].moreWireBytes &+= rest &* flows[slot].overheads.wire
    flows[slot].packets = 1
    flows[slot].udpBytes = 0
    figures[place].settledPackets = 1
  }

  /// The stay's begin is no longer the interval's first packet.
  private mutating func noteAppearance(of slot: Int) {
    flows[slot].flags.remove(.hasAppeared)
    events.append(
      FlowEvent(
        time: Timestamp(nanoseconds: flows[slot].firstTime), flow: slot, kind: .appeared))
  }

  /// Takes lengths that the flow's counters do not account for.
  mutating func note(_ lengths: PacketLengths, at slot: Int) {
    let place = attachFigures(to: slot)
    let flow = flows[slot]
    let more = lengths.ipBytes &- lengths.udpBytes &- flow.overheads.ip
    figures[place].moreIPBytes &+= more
    figures[place].moreWireBytes &+=
      lengths.wireBytes &- lengths.udpBytes &- flow.overheads.ip &- flow.overheads.wire
  }

  /// A packet of the flow may have stood for several.
  mutating func noteSegments(at slot: Int) {
    let place = attachFigures(to: slot)
    figures[place].mayHoldSegments = true
  }

  /// The place of the flow's figures. A steady flow has none until it needs them: the transit of its
  /// first packet in the interval is then the flow's last.
  @discardableResult
  mutating func attachFigures(to slot: Int) -> Int {
    let held = flows[slot].figures
    if held != 0 { return Int(held) - 1 }
    let place = figures.reuse() ?? addFigures()
    figures[place].reset(for: slot)
    let former = flows[slot]
    flows[slot].figures = UInt32(place + 1)
    flows[slot].cursor = transits.begin(at: place)
    if former.isSteady, former.numbers == .nemotop, former.flags.contains(.hasTransit) {
      for transit in former.transits { transits.append(transit, at: place, &flows[slot].cursor) }
    }
    return place
  }

  private mutating func addFigures() -> Int {
    transits.add()
    return figures.append(LegFigures())
  }

  private mutating func attachTrack(to slot: Int, at time: Int64) -> Int {
    let held = flows[slot].track
    if held != 0 { return Int(held) - 1 }
    let depth = legs.depth(of: Int(flows[slot].leg))
    let isDelivery = point.role == .receiver || (point.role == .anchor && depth == 0)
    let track =
      flows[slot].isSteady
      ? Track(of: flows[slot], at: slot, isDelivery: isDelivery)
      : Track(flow: slot, isDelivery: isDelivery, at: Timestamp(nanoseconds: time))
    let place: Int
    if let used = tracks.reuse() {
      tracks[used] = track
      place = used
    } else {
      place = tracks.append(track)
    }
    flows[slot].track = UInt32(place + 1)
    return place
  }

  /// Hands on what the steady flow came to, to its track and its figures.
  private mutating func unsettle(_ slot: Int, to track: Int) {
    tracks[track].absorb(flows[slot], at: slot)
    if active.contains(slot) {
      let place = attachFigures(to: slot)
      if let run = flows[slot].run(after: figures[place].settledPackets) {
        figures[place].take(run)
      }
      figures[place].settledPackets = flows[slot].packets
    }
    flows[slot].flags.subtract([.isSteady, .isInFullSwing])
  }

  /// Makes the flow steady if its next number in order will change nothing but the flow, and gives
  /// back what it no longer needs.
  private mutating func settle(_ slot: Int, figures place: Int, track: Int) {
    let numbers = tracks[track].steadyNumbers
    guard settles, numbers != .none, flows[slot].lastTime == tracks[track].lastTime.nanoseconds
    else {
      return
    }
    tracks[track].settle(&flows[slot])
    guard figures[place].runs.runs.last?.last == flows[slot].highest else { return }
    flows[slot].numbers = numbers
    flows[slot].flags.insert(.isSteady)
    if flows[slot].packets == 1, figures[place].tellOnly(of: flows[slot]),
      transits.count(at: place, upTo: flows[slot].cursor)
        == (flows[slot].numbers == .nemotop ? 1 : 0)
    {
      if let gap = figures[place].maximumGap {
        flows[slot].maximumGap = UInt32(truncatingIfNeeded: gap)
        flows[slot].flags.insert(.hasGap)
      }
      flows[slot].figures = 0
      flows[slot].transitStep = 0
      figures.release(place)
    }
    if tracks[track].isPlain {
      flows[slot].track = 0
      tracks.release(track)
    }
  }

  /// Ends the stays that are over by `end`, in nanoseconds.
  ///
  /// - Returns: when the next one of the others will be over.
  mutating func endStays(upTo end: Int64) -> Int64? {
    var next = Int64.max
    for word in 0..<present.wordCount {
      var bits = present.bits(ofWord: word)
      while bits != 0 {
        let slot = word << 6 | bits.trailingZeroBitCount
        bits &= bits &- 1
        let due = due(of: slot)
        if due <= end {
          leave(slot)
        } else {
          next = min(next, due)
        }
      }
    }
    return next == .max ? nil : next
  }

  /// When the flow's stay is over if no packet follows.
  private func due(of slot: Int) -> Int64 {
    if flows[slot].isSteady {
      let spacing = Spacing(mean: flows[slot].spacing, samples: flows[slot].samples)
      return times.due(after: flows[slot].lastTime, spacing: spacing)
    }
    return tracks[Int(flows[slot].track) - 1].due(times) ?? .max
  }

  private mutating func leave(_ slot: Int) {
    present.remove(slot)
    if flows[slot].isSteady {
      flows[slot].flags.subtract([.isPresent, .isInFullSwing])
      events.append(
        FlowEvent(
          time: Timestamp(nanoseconds: flows[slot].lastTime), flow: slot, kind: .left))
    } else {
      events.append(tracks[Int(flows[slot].track) - 1].leave())
    }
  }

  /// Forgets what was handed over.
  mutating func beginInterval() {
    active.removeAll()
    figures.releaseAll()
    transits.beginInterval()
    events.removeAll(keepingCapacity: events.count < 4096)
  }
}

extension Flow {
  /// Begins the first stay with a packet of nemotop's.
  mutating func begin(_ header: StreamHeader, at time: Int64) {
    numbers = .nemotop
    flags = [.isSteady, .isPresent, .hasAppeared, .hasTransit]
    lastTime = time
    highest = Int64(clamping: header.number)
    transit = Timestamp(nanoseconds: time).nanoseconds(since: header.realTime)
    synchronizationSource = header.synchronizationSource
  }

  /// The numbers of the interval's packets after so many of them, which followed one another.
  func run(after packets: UInt32) -> NumberRun? {
    let count = Int64(self.packets - packets)
    guard count > 0 else { return nil }
    return NumberRun(
      first: highest &- count &+ 1, last: highest, firstTime: Timestamp(nanoseconds: firstTime),
      lastTime: Timestamp(nanoseconds: lastTime))
  }
}

extension LegFigures {
  /// Whether they say no more than the flow does of the interval's first packet.
  fileprivate func tellOnly(of flow: Flow) -> Bool {
    loss.since(Loss()) == 0 && skipped == 0 && duplicates == 0 && reordered == 0
      && transportLost == nil
      && morePackets == 0 && moreIPBytes == 0 && moreWireBytes == 0 && !mayHoldSegments
      && maximumGap ?? 0 <= Int64(UInt32.max) && maximumGap ?? 0 >= 0
      && runs.runs.count == 1 && runs.runs[0].first == flow.highest
  }
}
