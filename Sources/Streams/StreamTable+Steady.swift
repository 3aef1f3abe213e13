import Sequences
import Wire

/// The way of nearly every packet: the next number of a steady flow, in time.
extension StreamTable {
  /// Counts a packet if it is one of these, which touches the flow alone.
  @inline(__always)
  mutating func countSteady(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) -> Bool {
    let isActive = active.contains(slot)
    switch flows[slot].takeNext(
      payload, lengths: lengths, at: time, times: times, isActive: isActive)
    {
    case .irregular:
      return false
    case .needsFigures:
      attachFigures(to: slot)
      return countSteady(slot, payload: payload, lengths: lengths, at: time)
    case .taken:
      if !isActive { active.insert(slot) }
    case .hasTransit:
      figures[Int(flows[slot].figures) &- 1].transits.take(nanoseconds: flows[slot].transit)
    case .hasOtherLengths:
      if !isActive { active.insert(slot) }
      let place = attachFigures(to: slot)
      if isActive, flows[slot].numbers == .nemotop {
        figures[place].transits.take(nanoseconds: flows[slot].transit)
      }
      note(lengths, at: slot)
    }
    return true
  }
}

extension Flow {
  /// Whether the packet bears the next number of the steady flow, within a stay and without a gap.
  @inline(__always)
  func goesOn(with payload: RawSpan, at time: Int64, times: CountingTimes) -> Bool {
    guard flags.isSuperset(of: [.isSteady, .isPresent]), time >= lastTime,
      times.isShort(time &- lastTime, mean: spacing, samples: samples), payload.byteCount >= 12
    else { return false }
    let next = UInt64(bitPattern: highest &+ 1)
    guard payload.uint32(at: 8) == synchronizationSource else { return false }
    switch numbers {
    case .nemotop:
      // See `StreamHeader`: no padding, no contributing sources, the extension, its number.
      return payload.byteCount >= 40 && payload.uint8(at: 0) == 0x90
        && payload.uint32(at: 12) == 0x4e54_0006 && payload.uint64(at: 16) == next
        && payload.uint16(at: 2) == UInt16(truncatingIfNeeded: next)
        && next <= 1 << 53
    case .rtp:
      return payload.uint16(at: 2) == UInt16(truncatingIfNeeded: next) && isPlainRTP(payload)
    case .none:
      return false
    }
  }

  /// Whether it is RTP of a dynamic payload type, and surely without a transport stream.
  private func isPlainRTP(_ payload: RawSpan) -> Bool {
    guard let header = RTPHeader(parsing: payload), !header.mayBeControl,
      RTPClock.rate(ofPayloadType: header.payloadType) == nil
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

  /// What became of a packet.
  enum Outcome: UInt8 {
    /// Nothing: it is none that a steady flow takes.
    case irregular
    /// Nothing yet: the flow must have figures first.
    case needsFigures
    case taken
    /// It was taken, and its transit belongs into the figures.
    case hasTransit
    /// It was taken, but for what its headers have beyond those of the interval's first packet.
    case hasOtherLengths
  }

  /// Takes a packet if it bears the next number, in time.
  @inline(__always)
  mutating func takeNext(
    _ payload: RawSpan, lengths: PacketLengths, at time: Int64, times: CountingTimes, isActive: Bool
  ) -> Outcome {
    guard goesOn(with: payload, at: time, times: times) else { return .irregular }
    let isOurs = numbers == .nemotop
    var now: Int64 = 0
    if isOurs {
      let sent = Int64(bitPattern: payload.uint64(at: 24))
      let (difference, overflow) = time.subtractingReportingOverflow(sent)
      guard !overflow else { return .irregular }
      now = difference
    }
    if isActive {
      guard packets != .max else { return .irregular }
      if isOurs, figures == 0 { return .needsFigures }
      packets &+= 1
      udpBytes &+= lengths.udpBytes
    } else {
      beginInterval(lengths, at: time)
    }
    goOn(at: time)
    if isOurs { take(transit: now) }
    if !holds(lengths) { return .hasOtherLengths }
    return isActive && isOurs ? .hasTransit : .taken
  }

  /// Goes on to the next number.
  @inline(__always)
  private mutating func goOn(at time: Int64) {
    let silence = time &- lastTime
    maximumGap = max(maximumGap, UInt32(truncatingIfNeeded: silence))
    flags.insert(.hasGap)
    var rhythm = Spacing(mean: spacing, samples: samples)
    rhythm.take(nanoseconds: silence)
    spacing = rhythm.mean
    samples = rhythm.samples
    lastTime = time
    highest &+= 1
    if span != .max { span += 1 }
  }

  @inline(__always)
  private mutating func take(transit now: Int64) {
    var jitter = Jitter(
      lastTransit: flags.contains(.hasTransit) ? transit : nil,
      mean: flags.contains(.hasJitter) ? self.jitter : nil)
    jitter.take(transitNanoseconds: now)
    transit = now
    if let mean = jitter.mean {
      self.jitter = mean
      flags.insert(.hasJitter)
    }
    flags.insert(.hasTransit)
  }
}
