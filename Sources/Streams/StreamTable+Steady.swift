import Sequences
import Wire

/// The way of nearly every packet: the next number of a steady flow, in time.
extension StreamTable {
  /// Counts a packet if it is one of these, which touches the flow and its transits alone.
  @inline(__always)
  mutating func countSteady(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) -> Bool {
    // The latest packet of a flow is in the open interval, or all of its packets are older than that,
    // but for those that came too late.
    let isActive = flows[slot].lastTime >= start || active.contains(slot)
    let outcome = flows[slot].takeNext(
      payload, lengths: lengths, at: time, times: times, isActive: isActive, transits: &transits)
    guard outcome != .irregular else { return false }
    if isActive, outcome == .taken { return true }
    return finish(outcome, slot, payload: payload, lengths: lengths, at: time)
  }

  /// Does what is left to do for a packet.
  @inline(never)
  private mutating func finish(
    _ outcome: Flow.Outcome, _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) -> Bool {
    if outcome == .needsFigures {
      attachFigures(to: slot)
      return countSteady(slot, payload: payload, lengths: lengths, at: time)
    }
    active.insert(slot)
    if outcome == .hasOtherLengths { note(lengths, at: slot) }
    return true
  }
}

extension Flow {
  /// What became of a packet.
  enum Outcome: UInt8 {
    /// Nothing: it is none that a steady flow takes.
    case irregular
    /// Nothing yet: the flow must have figures first.
    case needsFigures
    case taken
    /// It was taken, but for what its headers have beyond those of the interval's first packet.
    case hasOtherLengths
  }

  /// Takes a packet of nemotop's as `takeNext` does, where the flow is in full swing: nothing is to be
  /// done for its first time.
  ///
  /// - Parameter start: the open interval's, in nanoseconds.
  @inline(__always)
  mutating func takeInFullSwing(
    _ arrival: Arrival, _ head: NumberedHead, since start: Int64,
    times: CountingTimes, transits: inout TransitStore
  ) -> Bool {
    let time = arrival.time
    let silence = time &- lastTime
    guard flags.contains(.isInFullSwing), lastTime >= start, overheads == arrival.overheads,
      times.isShort(silence, mean: spacing, samples: samples),
      goesOn(after: silence), let udpBytes = room(for: Int(arrival.udpBytes)), isNext(head)
    else { return false }
    let now = head.transit
    transits.append(now, after: transit, at: Int(figures) &- 1, &cursor)
    packets &+= 1
    self.udpBytes = udpBytes
    // None that is short is longer.
    maximumGap = max(maximumGap, UInt32(truncatingIfNeeded: silence))
    takeInRhythm(Int64(UInt32(truncatingIfNeeded: silence)))
    goOn(at: time)
    jitter = Jitter.mean(jitter, taking: Double(now &- transit).magnitude)
    transit = now
    return true
  }

  /// Takes a packet if it bears the next number, within a stay, without a gap, and among the first ones in rhythm.
  ///
  /// - Parameters:
  ///   - isActive: whether it is not the flow's first in the interval.
  ///   - transits: gets that of one of nemotop's packets, where the flow has figures.
  @inline(__always)
  mutating func takeNext(
    _ payload: RawSpan, lengths: PacketLengths, at time: Int64, times: CountingTimes,
    isActive: Bool, transits: inout TransitStore
  ) -> Outcome {
    let silence = time &- lastTime
    guard flags.isSuperset(of: [.isSteady, .isPresent]), time >= lastTime,
      times.isShort(silence, mean: spacing, samples: samples)
    else { return .irregular }
    let isOurs = numbers == .nemotop
    var now: Int64 = 0
    if isOurs {
      guard let bytes = CheckedBytes(payload, from: 0, byteCount: NumberedHead.byteCount),
        let head = NumberedHead(bytes, from: 0, at: time), isNext(head)
      else { return .irregular }
      now = head.transit
    } else if !isNextRTP(payload) {
      return .irregular
    }
    if isActive {
      guard goesOn(after: silence), let bytes = room(for: lengths.udpBytes) else {
        return .irregular
      }
      if isOurs {
        if figures != 0 {
          transits.append(now, at: Int(figures) &- 1, &cursor)
        } else {
          let step = now.subtractingReportingOverflow(transit)
          guard packets == 1, !step.overflow, let step = Int32(exactly: step.partialValue) else {
            return .needsFigures
          }
          transitStep = step
        }
      }
      packets &+= 1
      udpBytes = bytes
    } else {
      beginInterval(lengths, at: time)
    }
    take(silence: silence)
    goOn(at: time)
    if isOurs {
      take(transit: now)
      if isActive, figures != 0, flags.contains(.hasJitter) {
        flags.insert(.isInFullSwing)
      }
    }
    return holds(lengths) ? .taken : .hasOtherLengths
  }

  /// Whether a silence within the interval is none that ends a run.
  @inline(__always)
  private func goesOn(after silence: Int64) -> Bool {
    packets >= CountingTimes.firstPackets
      || !CountingTimes.isStumble(silence, mean: spacing, samples: samples)
  }

  /// The interval's bytes with those of a further packet; nil where the flow cannot count so many.
  @inline(__always)
  private func room(for more: Int) -> UInt32? {
    guard packets < .max else { return nil }
    let (bytes, overflow) = udpBytes.addingReportingOverflow(UInt32(truncatingIfNeeded: more))
    return overflow ? nil : bytes
  }

  /// Whether a packet bears the flow's next number.
  @inline(__always)
  private func isNext(_ head: NumberedHead) -> Bool {
    head.number == UInt64(bitPattern: highest &+ 1) && head.source == synchronizationSource
  }

  /// Whether the packet bears the flow's next number in RTP of a dynamic payload type, and surely no
  /// transport stream.
  private func isNextRTP(_ payload: RawSpan) -> Bool {
    guard numbers == .rtp, let fixed = CheckedBytes(payload, from: 0, byteCount: 12),
      fixed.uint16(at: 2) == UInt16(truncatingIfNeeded: highest &+ 1),
      fixed.uint32(at: 8) == synchronizationSource, let header = RTPHeader(parsing: payload),
      !header.mayBeControl, RTPClock.rate(ofPayloadType: header.payloadType) == nil
    else { return false }
    let start = header.byteCount
    return start >= payload.byteCount
      || payload.uint8(at: start) != TransportPacketHeader.syncByte
  }

  /// Whether the counters account for a packet of these lengths.
  @inline(__always)
  func holds(_ lengths: PacketLengths) -> Bool {
    lengths.ipBytes &- lengths.udpBytes == overheads.ip
      && lengths.wireBytes &- lengths.ipBytes == overheads.wire
  }

  /// Takes the silence before a packet.
  @inline(__always)
  private mutating func take(silence: Int64) {
    maximumGap = max(maximumGap, UInt32(truncatingIfNeeded: silence))
    flags.insert(.hasGap)
    takeInRhythm(silence)
  }

  @inline(__always)
  private mutating func takeInRhythm(_ silence: Int64) {
    var rhythm = Spacing(mean: spacing, samples: samples)
    rhythm.take(nanoseconds: silence)
    spacing = rhythm.mean
    samples = rhythm.samples
  }

  /// Goes on to the next number.
  @inline(__always)
  private mutating func goOn(at time: Int64) {
    lastTime = time
    highest &+= 1
    if span != .max { span &+= 1 }
  }

  /// Takes a transit, as `Jitter` does.
  @inline(__always)
  private mutating func take(transit now: Int64) {
    if flags.contains(.hasTransit) {
      // The jitter is 0 before it has one.
      jitter = Jitter.mean(jitter, taking: Double(now &- transit).magnitude)
      flags.insert(.hasJitter)
    }
    flags.insert(.hasTransit)
    transit = now
  }
}
