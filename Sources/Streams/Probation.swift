import Sequences
import Wire

/// The packets of a stream that may carry numbers, held back until enough of them are consistent.
struct Probation: Sendable {
  enum Format: Sendable, CaseIterable {
    case rtp
    case iperf2
    case iperf3
    case iperf3Wide
  }

  fileprivate struct Candidate: Sendable {
    var format: Format
    var reading: PayloadReader.Reading
    /// Of the whole payload; 0 where it may change.
    var length = 0
    /// The sender's clock in microseconds; 0 where there is none.
    var sent: Int64 = 0
  }

  /// How many different numbers of one RTP source are believed.
  static let rtpCount = 4
  /// How many of iperf are, whose head has fewer bits that must be right.
  static let iperfCount = 8
  /// How far from one packet to the next the number may go, either way.
  private static let longestStep = 16
  /// How many packets of a format are held at the most.
  private static let capacity = 16

  private var candidates: [Candidate] = []

  /// Takes an RTP packet; true where its source is believed.
  ///
  /// The packets of other sources are held as well, since several may share a stream.
  mutating func takeRTP(_ reading: PayloadReader.Reading) -> Bool {
    candidates.removeAll { $0.format != .rtp }
    if let last = candidates.last(where: { $0.reading.source == reading.source }) {
      let step = Int16(truncatingIfNeeded: reading.number &- last.reading.number)
      if step.magnitude > Self.longestStep {
        candidates.removeAll { $0.reading.source == reading.source }
      }
    }
    append(Candidate(format: .rtp, reading: reading))
    let numbers = candidates.filter { $0.reading.source == reading.source }.map(\.reading.number)
    return Set(numbers).count >= Self.rtpCount
  }

  /// Takes what may be a datagram of iperf; the format that is believed, if any.
  ///
  /// - Parameter length: of the whole payload, which never changes in a run of iperf.
  mutating func takeIperf(_ payload: RawSpan, length: Int, at time: Timestamp) -> Format? {
    var believed: Format?
    for format in Format.allCases {
      guard let candidate = Candidate(format, payload, length: length, at: time) else {
        if !candidates.isEmpty { candidates.removeAll { $0.format == format } }
        continue
      }
      if let last = candidates.last(where: { $0.format == format }), !candidate.follows(last) {
        candidates.removeAll { $0.format == format }
      }
      append(candidate)
      if isBelieved(format) { believed = format }
    }
    if let believed { candidates.removeAll { $0.format != believed } }
    return believed
  }

  /// Hands out what was held, and forgets it.
  mutating func end() -> [PayloadReader.Reading] {
    defer { candidates = [] }
    return candidates.map(\.reading)
  }

  private mutating func append(_ candidate: Candidate) {
    if candidates.count(where: { $0.format == candidate.format }) == Self.capacity,
      let oldest = candidates.firstIndex(where: { $0.format == candidate.format })
    {
      candidates.remove(at: oldest)
    }
    candidates.append(candidate)
  }

  /// Whether enough numbers have come, while the sender's clock went on as ours did.
  private func isBelieved(_ format: Format) -> Bool {
    let held = candidates.filter { $0.format == format }
    guard let first = held.first, let last = held.last,
      Set(held.map(\.reading.number)).count >= Self.iperfCount
    else { return false }
    let sent = (last.sent - first.sent) * 1000
    let span = last.reading.time.nanoseconds(since: first.reading.time)
    guard sent > 0, span >= 0 else { return false }
    let difference = (sent - span).magnitude
    if difference <= span.magnitude / 4 + 50_000 { return true }
    // What was queued arrives at another pace; but a clock, unlike a counter, has no even steps.
    let steps = zip(held, held.dropFirst()).map { $1.sent - $0.sent }
    return difference <= span.magnitude / 2 + 10_000_000 && Set(steps).count > 1
  }
}

extension Probation.Candidate {
  fileprivate init?(
    _ format: Probation.Format, _ payload: RawSpan, length: Int, at time: Timestamp
  ) {
    switch format {
    case .rtp:
      return nil
    case .iperf2:
      guard let header = Iperf2Header(parsing: payload) else { return nil }
      self.init(
        format: format, reading: PayloadReader.Reading(header, number: header.number, at: time),
        length: length, sent: header.microseconds)
    case .iperf3, .iperf3Wide:
      guard let header = Iperf3Header(parsing: payload, isWide: format == .iperf3Wide) else {
        return nil
      }
      self.init(
        format: format, reading: PayloadReader.Reading(header, at: time), length: length,
        sent: header.microseconds)
    }
  }

  /// Whether it goes on from the one before: equally long, the number and the clock near.
  fileprivate func follows(_ last: Self) -> Bool {
    let step = Int32(truncatingIfNeeded: Int64(bitPattern: reading.number &- last.reading.number))
    let sent = (sent - last.sent) * 1000
    let span = reading.time.nanoseconds(since: last.reading.time)
    let difference = sent.subtractingReportingOverflow(span).partialValue.magnitude
    return length == last.length && step.magnitude <= 16
      && difference <= 100_000_000 + span.magnitude / 2
  }
}
