import Wire

/// Follows the continuity counters of a transport stream's PIDs (ISO/IEC 13818-1 section 2.4.3.3),
/// in datagrams of whole transport stream packets.
///
/// The counter of a PID has four bits and goes up by one with each packet that has payload. A packet
/// may be sent twice, the null packets' counter means nothing, and a discontinuity indicator allows
/// any value. What is lost is a lower bound in transport stream packets: a burst of sixteen of one
/// PID leaves no trace.
///
/// Four bits do not tell a late datagram from a loss, the datagrams around it do: a jump counts only
/// once the next datagram does not go on from before it. One that was out of order is no loss, and
/// fills up one.
package struct ContinuityCounters: Sendable {
  /// What one datagram changed, in transport stream packets with payload.
  package struct Outcome: Sendable, Equatable {
    package var lost = 0
    package var duplicates = 0
    package var reordered = 0

    package init() {}

    package static func += (left: inout Self, right: Self) {
      left.lost += right.lost
      left.duplicates += right.duplicates
      left.reordered += right.reordered
    }
  }

  private struct Counter {
    var last: UInt8
    var isRepeated = false
  }

  /// A datagram's counters, and how they go on from those before.
  private struct Step {
    var counters: [UInt16: Counter] = [:]
    /// Those with payload, and those whose PID was known.
    var packets = 0
    var known = 0
    var lost = 0
    var repeated = 0
    var hash: UInt64 = 0

    mutating func take(_ header: TransportPacketHeader, after counter: Counter?) {
      packets += header.hasPayload ? 1 : 0
      let identifier = header.identifier
      guard let counter, !header.isDiscontinuous else {
        counters[identifier] = Counter(last: header.counter)
        return
      }
      known += 1
      let ahead = Int((header.counter &- counter.last) & 0xf)
      if ahead == 0, !header.hasPayload {
        counters[identifier] = counter
      } else if ahead == 0, !counter.isRepeated {
        counters[identifier] = Counter(last: header.counter, isRepeated: true)
        repeated += 1
      } else {
        counters[identifier] = Counter(last: header.counter)
        lost += header.hasPayload ? (ahead + 15) & 0xf : ahead
      }
    }

    mutating func mix(_ bytes: RawSpan, at offset: Int) {
      for word in stride(from: offset, to: offset + 184, by: 8) {
        hash = (hash ^ bytes.uint64(at: word)) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
      }
      hash = (hash ^ UInt64(bytes.uint32(at: offset + 184))) &* 0x9e37_79b9_7f4a_7c15
    }
  }

  /// How many datagrams are remembered to tell one that came twice.
  private static let memory = 16

  private var counters: [UInt16: Counter] = [:]
  /// A datagram that did not follow, until the next one confirms it.
  private var jump: Step?
  private var recent: [UInt64] = []
  private var oldest = 0
  /// Lost packets that a late datagram may still fill.
  private var fillable = 0
  /// Packets that came before those ahead of them.
  private var early = 0

  /// How many datagrams went on where the one before had ended.
  package private(set) var followers = 0

  package init() {}

  /// Whether the bytes are whole transport stream packets, one at the least.
  package static func fit(_ bytes: RawSpan) -> Bool {
    let length = TransportPacketHeader.packetByteCount
    guard bytes.byteCount >= length, bytes.byteCount % length == 0 else { return false }
    return stride(from: 0, to: bytes.byteCount, by: length).allSatisfy {
      TransportPacketHeader(parsing: bytes, at: $0) != nil
    }
  }

  /// Takes a datagram of whole transport stream packets.
  package mutating func take(_ bytes: RawSpan) -> Outcome {
    var outcome = Outcome()
    if let jump {
      let step = step(bytes, from: jump.counters)
      if step.known > 0, step.lost == 0 {
        confirm(jump, &outcome)
        accept(step, &outcome)
        return outcome
      }
    }
    let step = step(bytes, from: [:])
    guard !step.counters.isEmpty else { return outcome }
    if step.lost == 0 {
      if step.known > 0, let jump { fill(with: jump, &outcome) }
      accept(step, &outcome)
    } else if recent.contains(step.hash) {
      outcome.duplicates += step.packets
    } else {
      if let jump { confirm(jump, &outcome) }
      remember(step.hash)
      jump = self.step(bytes, from: [:])
    }
    return outcome
  }

  /// Forgets where the counters stood: what comes next goes on from nothing.
  package mutating func breakOff() {
    counters = [:]
    jump = nil
    recent = []
    oldest = 0
    fillable = 0
    early = 0
  }

  /// Makes the datagram's counters the ones to go on from.
  private mutating func accept(_ step: Step, _ outcome: inout Outcome) {
    for (identifier, counter) in step.counters { counters[identifier] = counter }
    outcome.duplicates += step.repeated
    followers += step.known > 0 ? 1 : 0
    remember(step.hash)
  }

  /// The jump was one: what it passed over is lost, but for what had come early.
  private mutating func confirm(_ jump: Step, _ outcome: inout Outcome) {
    self.jump = nil
    for (identifier, counter) in jump.counters { counters[identifier] = counter }
    let filled = min(early, jump.lost)
    early -= filled
    fillable += jump.lost - filled
    outcome.lost += jump.lost - filled
    outcome.duplicates += jump.repeated
  }

  /// The datagram was out of order: it fills what was counted lost, or what will be.
  private mutating func fill(with odd: Step, _ outcome: inout Outcome) {
    jump = nil
    let filled = min(odd.packets, fillable)
    fillable -= filled
    early += odd.packets - filled
    outcome.lost -= filled
    outcome.reordered += odd.packets
  }

  private mutating func remember(_ hash: UInt64) {
    if recent.count < Self.memory {
      recent.append(hash)
    } else {
      recent[oldest] = hash
      oldest = (oldest + 1) % Self.memory
    }
  }

  /// How the datagram goes on from these counters, and where they do not know a PID, from those
  /// that are accepted.
  private func step(_ bytes: RawSpan, from newer: [UInt16: Counter]) -> Step {
    var step = Step()
    for offset in stride(
      from: 0, to: bytes.byteCount, by: TransportPacketHeader.packetByteCount)
    {
      guard let header = TransportPacketHeader(parsing: bytes, at: offset), !header.hasError,
        header.identifier != TransportPacketHeader.nullIdentifier
      else { continue }
      step.take(
        header,
        after: step.counters[header.identifier] ?? newer[header.identifier]
          ?? counters[header.identifier])
      step.mix(bytes, at: offset)
    }
    return step
  }
}
