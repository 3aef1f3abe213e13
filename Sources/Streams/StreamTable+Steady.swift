import Sequences
import Wire

/// The way of nearly every packet: the next number of a steady flow, in time.
extension StreamTable {
  /// Counts a packet if it is one of these, which touches the flow and its transits alone.
  @inline(__always)
  mutating func countSteady(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) -> Bool {
    let isActive = active.contains(slot)
    let outcome = flows[slot].takeNext(
      payload, lengths: lengths, at: time, times: times, isActive: isActive, transits: &transits)
    switch outcome {
    case .taken:
      if !isActive { active.insert(slot) }
      return true
    case .irregular:
      return false
    case .needsFigures:
      return countWithFigures(slot, payload: payload, lengths: lengths, at: time)
    case .hasOtherLengths:
      if !isActive { active.insert(slot) }
      note(lengths, at: slot)
      return true
    }
  }

  /// Counts a packet of a flow that must have figures first.
  @inline(never)
  private mutating func countWithFigures(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) -> Bool {
    attachFigures(to: slot)
    return countSteady(slot, payload: payload, lengths: lengths, at: time)
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
      guard let sent = timeOfNext(payload) else { return .irregular }
      let (difference, overflow) = time.subtractingReportingOverflow(sent)
      guard !overflow else { return .irregular }
      now = difference
    } else if !isNextRTP(payload) {
      return .irregular
    }
    if isActive {
      if packets < CountingTimes.firstPackets,
        CountingTimes.isStumble(silence, mean: spacing, samples: samples)
      {
        return .irregular
      }
      let (bytes, overflow) = udpBytes.addingReportingOverflow(
        UInt32(truncatingIfNeeded: lengths.udpBytes))
      guard !overflow, packets != .max else { return .irregular }
      if isOurs {
        if figures != 0 {
          transits.append(now, at: Int(figures) &- 1)
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
    goOn(after: silence, at: time)
    if isOurs { take(transit: now) }
    return holds(lengths) ? .taken : .hasOtherLengths
  }

  /// When nemotop's sender sent the packet, if it bears the flow's next number (see `StreamHeader`):
  /// no padding, no contributing sources, the extension.
  @inline(__always)
  private func timeOfNext(_ payload: RawSpan) -> Int64? {
    guard let header = CheckedBytes(payload, from: 0, byteCount: 40) else { return nil }
    let next = UInt64(bitPattern: highest &+ 1)
    guard header.uint64(at: 16) == next,
      header.uint64(at: 8) == UInt64(synchronizationSource) << 32 | 0x4e54_0006,
      header.uint32(at: 0) & 0xff00_ffff == 0x9000_0000 | UInt32(truncatingIfNeeded: next) & 0xffff,
      next <= 1 << 53
    else { return nil }
    return Int64(bitPattern: header.uint64(at: 24))
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
    lengths.ipBytes &- lengths.udpBytes == Int(ipOverhead)
      && lengths.wireBytes &- lengths.ipBytes == Int(wireOverhead)
  }

  /// Goes on to the next number.
  @inline(__always)
  private mutating func goOn(after silence: Int64, at time: Int64) {
    maximumGap = max(maximumGap, UInt32(truncatingIfNeeded: silence))
    flags.insert(.hasGap)
    var rhythm = Spacing(mean: spacing, samples: samples)
    rhythm.take(nanoseconds: silence)
    spacing = rhythm.mean
    samples = rhythm.samples
    lastTime = time
    highest &+= 1
    if span != .max { span &+= 1 }
  }

  /// Takes a transit, as `Jitter` does.
  @inline(__always)
  private mutating func take(transit now: Int64) {
    if flags.contains(.hasTransit) {
      let step = Double(now.subtractingReportingOverflow(transit).partialValue.magnitude)
      let mean = flags.contains(.hasJitter) ? jitter : 0
      jitter = Jitter.mean(mean, taking: step)
      flags.insert(.hasJitter)
    }
    flags.insert(.hasTransit)
    transit = now
  }
}
