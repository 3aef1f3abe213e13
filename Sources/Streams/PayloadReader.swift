import Sequences
import Wire

/// Finds out what numbers a stream's payload carries, and reads them.
///
/// nemotop's own header is believed at once, since it has 40 bits that must be right. Everything
/// else is believed only after several consistent packets, which then count as well.
struct PayloadReader: Sendable {
  /// One packet's number, before it is extended.
  struct Reading: Sendable, Equatable {
    var time: Timestamp
    var number: UInt64
    /// The SSRC; 0 where numbers have no source.
    var source: UInt32 = 0
    /// Arrival minus the sender's clock, any constant left out, in nanoseconds.
    var transit: Int64?
    /// Arrival minus the sender's wall clock in nanoseconds.
    var absoluteTransit: Int64?
    /// The RTP timestamp, where its clock's rate is known.
    var media: MediaTime?
  }

  /// What a packet makes known.
  struct Numbers: Sendable {
    /// Those of packets that were held back until they were believed.
    var earlier: [Reading] = []
    var own: Reading?
    /// What the continuity counters of a transport stream tell.
    var transport: ContinuityCounters.Outcome?
  }

  private(set) var kind = PayloadKind.unknown
  private var probation = Probation()
  /// One at the most: an array, since few streams have one, and it is large.
  private var transport: [TransportReader] = []
  /// Of iperf 3: the numbers have 64 bits.
  private var isWide = false
  /// Of iperf 2: the last number.
  private var lastNumber: UInt32 = 0

  init() {}

  /// One that has found this out.
  init(kind: PayloadKind) {
    self.kind = kind
  }

  /// How many bits the numbers have.
  var width: NumberTracker.Width {
    switch kind {
    case .nemotop: .bits64
    case .rtp, .rtpTransport: .bits16
    case .iperf2, .iperf3, .transport, .unknown: .bits32
    }
  }

  /// The numbers that this packet makes known.
  ///
  /// - Parameters:
  ///   - payload: as far as it was captured.
  ///   - length: of the whole payload.
  mutating func read(_ payload: RawSpan, length: Int, at time: Timestamp) -> Numbers {
    switch kind {
    case .nemotop:
      return Numbers(own: StreamHeader(parsing: payload).map { Reading($0, at: time) })
    case .rtp, .rtpTransport:
      guard let header = RTPHeader(parsing: payload), !header.mayBeControl else { break }
      let outcome = readTransport(in: header, of: payload, length: length)
      return Numbers(own: Reading(header, at: time), transport: outcome)
    case .transport:
      return Numbers(transport: readTransport(payload, length: length))
    case .iperf2:
      guard let header = Iperf2Header(parsing: payload) else { break }
      return Numbers(own: reading(header, at: time))
    case .iperf3:
      guard let header = Iperf3Header(parsing: payload, isWide: isWide) else { break }
      return Numbers(own: Reading(header, at: time))
    case .unknown:
      return detect(payload, length: length, at: time)
    }
    return Numbers()
  }

  var hasTransport: Bool { !transport.isEmpty }

  /// Forgets where the continuity counters stood, since what follows need not go on from there.
  mutating func breakOff() {
    if !transport.isEmpty { transport[0].counters.breakOff() }
  }

  private mutating func detect(
    _ payload: RawSpan, length: Int, at time: Timestamp
  ) -> Numbers {
    if let header = StreamHeader(parsing: payload) {
      believe(.nemotop)
      return Numbers(own: Reading(header, at: time))
    }
    if let header = RTPHeader(parsing: payload) {
      // RTCP on the same port is no reason to doubt.
      guard !header.mayBeControl else { return Numbers() }
      let outcome = readTransport(in: header, of: payload, length: length)
      guard probation.takeRTP(Reading(header, at: time)) else { return Numbers() }
      believe(transport.first?.isBelieved == true ? .rtpTransport : .rtp)
      return Numbers(earlier: probation.end(), transport: outcome)
    }
    if let outcome = readTransport(payload, length: length) {
      believe(.transport)
      return Numbers(transport: outcome)
    }
    guard transport.isEmpty,
      let format = probation.takeIperf(payload, length: length, at: time)
    else { return Numbers() }
    believe(format == .iperf2 ? .iperf2 : .iperf3)
    isWide = format == .iperf3Wide
    let readings = probation.end()
    lastNumber = readings.last.map { UInt32(truncatingIfNeeded: $0.number) } ?? 0
    return Numbers(earlier: readings)
  }

  private mutating func believe(_ kind: PayloadKind) {
    self.kind = kind
    switch kind {
    case .transport, .rtp, .rtpTransport: break
    case .nemotop, .iperf2, .iperf3, .unknown: transport = []
    }
    if kind == .transport || kind == .nemotop { _ = probation.end() }
  }

  private mutating func readTransport(
    in header: RTPHeader, of payload: RawSpan, length: Int
  ) -> ContinuityCounters.Outcome? {
    let start = min(header.byteCount, payload.byteCount)
    var end = payload.byteCount
    if header.hasPadding, end > start {
      end = max(end - Int(payload.uint8(at: end - 1)), start)
    }
    return readTransport(
      payload.extracting(start..<end), length: length - start - (payload.byteCount - end))
  }

  /// What the counters tell of a datagram's transport stream packets; nil until they are believed,
  /// and where the bytes are none.
  private mutating func readTransport(
    _ bytes: RawSpan, length: Int
  ) -> ContinuityCounters.Outcome? {
    // Where some packets were cut, others would seem lost.
    guard bytes.byteCount == length, ContinuityCounters.fit(bytes) else {
      if kind == .transport || kind == .rtpTransport {
        breakOff()
      } else if !transport.isEmpty {
        transport = []
      }
      return nil
    }
    if transport.isEmpty { transport = [TransportReader()] }
    let outcome = transport[0].take(bytes)
    if outcome != nil, kind == .rtp { kind = .rtpTransport }
    return outcome
  }

  /// The last datagram's number is negated; which one it is, the one before tells.
  private mutating func reading(_ header: Iperf2Header, at time: Timestamp) -> Reading {
    let negated = 0 &- header.number
    let step = Int32(bitPattern: header.number &- lastNumber)
    let negatedStep = Int32(bitPattern: negated &- lastNumber)
    lastNumber = negatedStep.magnitude < step.magnitude ? negated : header.number
    return Reading(header, number: lastNumber, at: time)
  }
}

/// A transport stream that is believed after several datagrams that went on from one another.
private struct TransportReader {
  /// How many datagrams must.
  static let probation = 3

  var counters = ContinuityCounters()
  /// What was told before it was believed.
  private var held = ContinuityCounters.Outcome()
  private(set) var isBelieved = false

  mutating func take(_ bytes: RawSpan) -> ContinuityCounters.Outcome? {
    let outcome = counters.take(bytes)
    if isBelieved { return outcome }
    held += outcome
    isBelieved = counters.followers >= Self.probation
    return isBelieved ? held : nil
  }
}
