import Wire

/// Finds out what numbers a stream's payload carries, and reads them.
///
/// nemotop's own header is believed at once, since it has 40 bits that must be right. RTP has four,
/// so that it is believed only after several consistent packets, which then count as well.
struct PayloadReader: Sendable {
  /// One packet's number, before it is extended.
  struct Reading: Sendable, Equatable {
    var time: Timestamp
    var number: UInt64
    var source: UInt32
    /// Arrival minus the sender's clock in nanoseconds; with RTP any constant is left out, and nil
    /// where the clock's rate is not known.
    var transit: Int64?
    /// Arrival minus the sender's wall clock in nanoseconds.
    var absoluteTransit: Int64?
  }

  /// What a packet makes known.
  struct Numbers: Sendable {
    /// Those of packets that were held back until RTP was believed.
    var earlier: [Reading] = []
    var own: Reading?
  }

  /// How many packets in a row must be consistent RTP before it is believed.
  static let probation = 4

  private(set) var kind = PayloadKind.unknown
  private var candidates: [Reading] = []
  private var payloadType: UInt8 = 0
  private var lastTimestamp: UInt32 = 0
  private var mediaClock: Int64 = 0

  /// The numbers that this packet makes known.
  mutating func read(_ payload: RawSpan, at time: Timestamp) -> Numbers {
    switch kind {
    case .nemotop:
      guard let header = StreamHeader(parsing: payload) else { break }
      return Numbers(own: reading(header, at: time))
    case .rtp:
      guard let header = RTPHeader(parsing: payload), header.payloadType == payloadType else {
        break
      }
      return Numbers(own: reading(header, at: time))
    case .unknown:
      if let header = StreamHeader(parsing: payload) {
        kind = .nemotop
        candidates = []
        return Numbers(own: reading(header, at: time))
      } else if let header = RTPHeader(parsing: payload), !header.mayBeControl {
        consider(header, at: time)
        guard candidates.count == Self.probation else { break }
        kind = .rtp
        defer { candidates = [] }
        return Numbers(earlier: candidates)
      } else if !candidates.isEmpty {
        candidates = []
      }
    }
    return Numbers()
  }

  private mutating func consider(_ header: RTPHeader, at time: Timestamp) {
    if let last = candidates.last {
      let step = header.sequence &- UInt16(truncatingIfNeeded: last.number)
      let follows = header.synchronizationSource == last.source && header.payloadType == payloadType
      if !follows || step == 0 || step > 16 { candidates = [] }
    }
    payloadType = header.payloadType
    candidates.append(reading(header, at: time))
  }

  private func reading(_ header: StreamHeader, at time: Timestamp) -> Reading {
    let transit = time.nanoseconds(since: header.realTime)
    return Reading(
      time: time, number: header.number, source: header.synchronizationSource, transit: transit,
      absoluteTransit: transit)
  }

  private mutating func reading(_ header: RTPHeader, at time: Timestamp) -> Reading {
    mediaClock &+= Int64(Int32(bitPattern: header.timestamp &- lastTimestamp))
    lastTimestamp = header.timestamp
    let transit = RTPClock.rate(ofPayloadType: header.payloadType).map { rate in
      time.nanoseconds &- Int64((Double(mediaClock) * 1e9 / Double(rate)).rounded())
    }
    return Reading(
      time: time, number: UInt64(header.sequence), source: header.synchronizationSource,
      transit: transit)
  }
}

extension RTPHeader {
  /// Whether it may be RTCP on the same port (RFC 5761 section 4).
  fileprivate var mayBeControl: Bool { (64...95).contains(payloadType) }
}

/// The clock rates of the static payload types (RFC 3551 section 6, tables 4 and 5).
enum RTPClock {
  /// In Hz; nil for dynamic types, whose rate is never guessed.
  static func rate(ofPayloadType type: UInt8) -> Int? {
    switch type {
    case 0, 3...5, 7...9, 12, 13, 15, 18: 8000
    case 6: 16_000
    case 10, 11: 44_100
    case 14, 25, 26, 28, 31...34: 90_000
    case 16: 11_025
    case 17: 22_050
    default: nil
    }
  }
}
