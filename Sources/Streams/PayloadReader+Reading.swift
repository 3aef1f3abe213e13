import Wire

extension PayloadReader.Reading {
  init(_ header: StreamHeader, at time: Timestamp) {
    let transit = time.nanoseconds(since: header.realTime)
    self.init(
      time: time, number: header.number, source: header.synchronizationSource, transit: transit,
      absoluteTransit: transit)
  }

  init(_ header: RTPHeader, at time: Timestamp) {
    let rate = RTPClock.rate(ofPayloadType: header.payloadType)
    self.init(
      time: time, number: UInt64(header.sequence), source: header.synchronizationSource,
      media: rate.map { MediaTime(timestamp: header.timestamp, rate: $0) })
  }

  /// - Parameter number: what the number in the head stands for.
  init(_ header: Iperf2Header, number: UInt32, at time: Timestamp) {
    self.init(
      time: time, number: UInt64(number),
      transit: time.nanoseconds &- header.microseconds &* 1000)
  }

  init(_ header: Iperf3Header, at time: Timestamp) {
    self.init(
      time: time, number: UInt64(header.number),
      transit: time.nanoseconds &- header.microseconds &* 1000)
  }
}

extension RTPHeader {
  /// Whether it may be RTCP on the same port (RFC 5761 section 4).
  var mayBeControl: Bool { (64...95).contains(payloadType) }
}

/// A reading of a media clock.
struct MediaTime: Sendable, Equatable {
  var timestamp: UInt32
  /// In Hz.
  var rate: Int
}

/// Makes one line of a source's RTP timestamps, which wrap.
struct MediaClock: Sendable {
  private var last: MediaTime?
  private var ticks: Int64 = 0

  var runs: Bool { last != nil }

  /// Arrival minus the media clock in nanoseconds, any constant left out; nil where the clock is
  /// another than before, so that the two do not compare.
  mutating func transit(of media: MediaTime, at time: Timestamp) -> Int64? {
    let isOther = last.map { $0.rate != media.rate } ?? false
    if let last, !isOther {
      ticks &+= Int64(Int32(bitPattern: media.timestamp &- last.timestamp))
    } else {
      ticks = Int64(media.timestamp)
    }
    last = media
    guard !isOther else { return nil }
    return time.nanoseconds &- Int64(clamping: Double(ticks) * 1e9 / Double(media.rate))
  }
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
