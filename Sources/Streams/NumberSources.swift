import Sequences
import Wire

/// The numbers of a stream's synchronization sources (RFC 3550 section 3), each followed apart.
///
/// One source leads: its numbers are the stream's runs, its jitter the stream's. A source is believed
/// once a second packet confirms it. If the leader was not heard between the two, the sender was
/// restarted: the new source leads, and an epoch begins. If it was, or if a source goes on that had
/// been replaced, several sources share the stream: then another one leads only after the leader has
/// been silent for the time of `left`. The loss, duplicates and reordering of all sources add up.
struct NumberSources: Sendable {
  /// What time says about a packet.
  struct Rhythm {
    /// The silence before it in nanoseconds.
    var silence: Int64
    /// Whether that is long enough to keep the times of both its ends.
    var endsRun: Bool
    /// It is the first packet of a further stay.
    var returns: Bool
    /// How numbers that were jumped count.
    var jump: NumberTracker.Jump
    /// The usual time between packets, and the silence after which a source has left, in
    /// nanoseconds.
    var spacing: Int64?
    var leftAfter: Int64
  }

  /// How many sources are followed at the most.
  static let capacity = 8

  private var leader: NumberSource?
  private var others: [NumberSource] = []
  private var isShared = false
  private var packets = 0
  private(set) var epoch = 0

  init() {}

  var isEmpty: Bool { leader == nil }

  /// The leader's.
  var jitter: Duration? { leader?.jitter.value }

  mutating func take(
    _ reading: PayloadReader.Reading, width: NumberTracker.Width, rhythm: Rhythm,
    figures: inout LegFigures
  ) {
    packets += 1
    if leader == nil { leader = NumberSource(identifier: reading.source, width: width) }
    if leader?.identifier == reading.source {
      count(reading, of: nil, rhythm: rhythm, figures: &figures)
    } else if let index = others.firstIndex(where: { $0.identifier == reading.source }) {
      take(reading, ofOther: index, rhythm: rhythm, figures: &figures)
    } else {
      if others.count == Self.capacity - 1 { dropOldest() }
      var source = NumberSource(identifier: reading.source, width: width)
      source.hold(reading, after: packets)
      others.append(source)
    }
  }

  private mutating func take(
    _ reading: PayloadReader.Reading, ofOther index: Int, rhythm: Rhythm,
    figures: inout LegFigures
  ) {
    let last = leader?.lastTime ?? Timestamp(nanoseconds: .min)
    let leaderIsSilent = reading.time.nanoseconds(since: last) >= rhythm.leftAfter
    guard let held = others[index].held else {
      if others[index].goesOn { isShared = true }
      let leads = isShared && leaderIsSilent
      if leads { lead(index, &figures) }
      count(reading, of: leads ? nil : index, rhythm: rhythm, figures: &figures)
      return
    }
    guard held.isFollowed(by: reading) else {
      others[index].hold(reading, after: packets)
      return
    }
    others[index].confirm()
    let leads =
      leader.map { $0.lastPacket < others[index].lastPacket } ?? true
      && (!isShared || leaderIsSilent)
    if leads { lead(index, &figures) } else { isShared = true }
    count(held, of: leads ? nil : index, rhythm: rhythm, figures: &figures)
    count(reading, of: leads ? nil : index, rhythm: rhythm, figures: &figures)
  }

  private mutating func lead(_ index: Int, _ figures: inout LegFigures) {
    var successor = others[index]
    successor.lead()
    if var leader {
      leader.stepDown()
      others[index] = leader
    }
    leader = successor
    epoch += 1
    figures.beginEpoch()
  }

  private mutating func dropOldest() {
    let oldest = others.indices.min { others[$0].lastPacket < others[$1].lastPacket }
    if let oldest { others.remove(at: oldest) }
  }

  /// Counts a reading of the leader, or of another source.
  private mutating func count(
    _ reading: PayloadReader.Reading, of other: Int?, rhythm: Rhythm, figures: inout LegFigures
  ) {
    let leads = other == nil
    // Where sources share a stream, its rhythm is that of none of them.
    let expected =
      leads && !isShared && rhythm.returns
      ? leader?.expectedNumber(after: rhythm.silence, spacing: rhythm.spacing) : nil
    let outcome: NumberTracker.Outcome?
    if let other {
      outcome = others[other].take(
        reading, after: packets, jump: rhythm.jump, expected: nil, isReturn: rhythm.returns,
        pattern: &figures.pattern)
    } else {
      outcome = leader?.take(
        reading, after: packets, jump: rhythm.jump, expected: expected, isReturn: rhythm.returns,
        pattern: &figures.pattern)
    }
    guard let outcome else { return }
    if outcome.isRestart, leads { epoch += 1 }
    figures.take(outcome, at: reading.time, afterSilence: rhythm.endsRun, keepsRuns: leads)
    guard outcome.isNew else { return }
    if let transit = reading.absoluteTransit {
      figures.take(delay: transit)
    } else if leads, let delay = leader?.takeDelay() {
      figures.take(delay: delay.nanoseconds, isAnew: delay.isAnew)
    }
  }
}

/// The way to and from the steady state of a flow.
extension NumberSources {
  /// One source without anything missing.
  init(_ flow: Flow) {
    leader = NumberSource(flow)
  }

  /// One source leads alone, and its next number in order changes nothing but the flow.
  var areSteady: Bool { leader?.isSteady == true && others.isEmpty && !isShared }

  /// Whether a steady flow says all that there is to say.
  var arePlain: Bool { areSteady && epoch == 0 && leader?.isPlain == true }

  mutating func absorb(_ flow: Flow) {
    packets += 1
    leader?.absorb(flow, after: packets)
  }

  func settle(_ flow: inout Flow) {
    leader?.settle(&flow)
  }
}

/// The numbers of one synchronization source.
struct NumberSource: Sendable {
  let identifier: UInt32
  /// Its first packet, until a second one confirms it.
  private(set) var held: PayloadReader.Reading?
  /// Its last packet, among those of the stream.
  private(set) var lastPacket = 0
  private(set) var lastTime = Timestamp(nanoseconds: .min)
  private(set) var jitter = Jitter()
  private var tracker: NumberTracker
  private var clock = MediaClock()
  /// Of its last packet by its own clock, whose zero is any.
  private var transit: Int64?
  /// The next delay does not compare with those that were taken before.
  private var clockIsNew = true
  /// The packets in order since another source took its place.
  private var steps = 0

  init(identifier: UInt32, width: NumberTracker.Width) {
    self.identifier = identifier
    tracker = NumberTracker(width: width)
  }

  /// Whether it was not replaced but goes on: more than the last packets on the way came.
  var goesOn: Bool { steps > 1 }

  mutating func hold(_ reading: PayloadReader.Reading, after packets: Int) {
    held = reading
    lastPacket = packets
    lastTime = reading.time
  }

  mutating func confirm() {
    held = nil
  }

  mutating func stepDown() {
    steps = 0
  }

  /// It is the one whose delays are the stream's.
  mutating func lead() {
    clockIsNew = true
  }

  /// The delay of the last packet, where it has one, in nanoseconds.
  mutating func takeDelay() -> (nanoseconds: Int64, isAnew: Bool)? {
    guard let transit else { return nil }
    defer { clockIsNew = false }
    return (transit, clockIsNew)
  }

  mutating func take(
    _ reading: PayloadReader.Reading, after packets: Int, jump: NumberTracker.Jump,
    expected: Int64?, isReturn: Bool, pattern: inout LossPattern
  ) -> NumberTracker.Outcome {
    lastPacket = packets
    lastTime = max(lastTime, reading.time)
    let outcome = tracker.take(
      reading.number, at: reading.time.nanoseconds, jump: jump, expected: expected,
      pattern: &pattern)
    if isReturn || outcome.isRestart { jitter.breakOff() }
    clockIsNew = clockIsNew || outcome.isRestart
    guard outcome.isNew else { return outcome }
    steps += outcome.isReordered ? 0 : 1
    if let media = reading.media {
      transit = clock.transit(of: media, at: reading.time)
      if transit == nil {
        jitter.breakOff()
        clockIsNew = true
      }
    } else {
      transit = reading.transit
    }
    if let transit { jitter.take(transitNanoseconds: transit) }
    return outcome
  }

  /// Everything that its next number changes is what a flow has room for.
  var isSteady: Bool { held == nil && tracker.highest != nil && !tracker.isAwaiting && !clock.runs }

  /// Nothing was lost, and nothing is missing that might come late.
  var isPlain: Bool { !tracker.hasMissing }

  init(_ flow: Flow) {
    identifier = flow.synchronizationSource
    let lowest = flow.span == .max ? .min : flow.highest &- Int64(flow.span)
    tracker = NumberTracker(
      width: flow.numbers == .nemotop ? .bits64 : .bits16, lowest: lowest, highest: flow.highest)
  }

  mutating func absorb(_ flow: Flow, after packets: Int) {
    lastPacket = packets
    lastTime = max(lastTime, Timestamp(nanoseconds: flow.lastTime))
    tracker.advance(to: flow.highest)
    jitter = Jitter(
      lastTransit: flow.flags.contains(.hasTransit) ? flow.transit : nil,
      mean: flow.flags.contains(.hasJitter) ? flow.jitter : nil)
  }

  func settle(_ flow: inout Flow) {
    flow.synchronizationSource = identifier
    flow.highest = tracker.highest ?? 0
    let (span, overflow) = flow.highest.subtractingReportingOverflow(tracker.lowest)
    flow.span = overflow ? .max : UInt32(clamping: span)
    flow.flags.remove([.hasTransit, .hasJitter])
    if let last = jitter.last {
      flow.transit = last
      flow.flags.insert(.hasTransit)
    }
    flow.jitter = jitter.mean ?? 0
    if jitter.mean != nil { flow.flags.insert(.hasJitter) }
  }

  /// The number that time and rate foretell after a silence.
  func expectedNumber(after silence: Int64, spacing: Int64?) -> Int64? {
    guard let highest = tracker.highest, let spacing, spacing > 0 else { return nil }
    let steps = Double(silence) / Double(spacing)
    return highest &+ Int64(min(steps, 1e15))
  }
}

extension PayloadReader.Reading {
  /// Whether the other is the next packet of the same source, or near it.
  fileprivate func isFollowed(by other: Self) -> Bool {
    let step = Int16(truncatingIfNeeded: other.number &- number)
    return step != 0 && step.magnitude <= 16
  }
}
