package import Sequences
package import Wire

/// What one point saw in one interval: handed over by the counting thread, never changed after.
package struct Snapshot: Sendable {
  package var point: Point
  /// The interval's start, aligned to the epoch.
  package var start: Timestamp
  package var length: Duration
  /// One element a stream and leg that had packets or a late correction, sorted by both.
  package var streams: [StreamInterval]
  /// One element a protocol that had packets, and one for capture drops where there were any.
  package var totals: [ProtocolTotal]
  /// What changed for a stream, in time order.
  package var events: [StreamEvent]
  /// Mobility signalling that passed, in time order.
  package var signals: [Signal]
  /// Announcements of where a guest is reached that passed, the first of each series, in time order.
  package var announcements: [HeardAnnouncement]
  /// Whether the capture saw nothing any more, or again, in time order.
  package var captureEvents: [CaptureEvent]
  /// What was told of the point's clock, in time order.
  package var clockReadings: [ClockReading]
  /// Packets that the kernel or the interface dropped before the capture could see them.
  package var captureDrops: Int
  /// Of those that were counted in an interval before, some may have been of this one.
  package var mayHaveDropped: Bool
  /// Frames of which the snaplen cut a header that was needed: nobody knows whose they were.
  package var truncated: Int
  /// Of one that came late: everything up to this moment had been told before it; nil where that is not
  /// known.
  package var lateAfter: Timestamp?

  package init(
    point: Point, start: Timestamp, length: Duration, streams: [StreamInterval] = [],
    totals: [ProtocolTotal] = [], events: [StreamEvent] = [], signals: [Signal] = [],
    announcements: [HeardAnnouncement] = [], captureEvents: [CaptureEvent] = [],
    clockReadings: [ClockReading] = [],
    captureDrops: Int = 0, mayHaveDropped: Bool = false, truncated: Int = 0
  ) {
    self.point = point
    self.start = start
    self.length = length
    self.streams = streams
    self.totals = totals
    self.events = events
    self.signals = signals
    self.announcements = announcements
    self.captureEvents = captureEvents
    self.clockReadings = clockReadings
    self.captureDrops = captureDrops
    self.mayHaveDropped = mayHaveDropped
    self.truncated = truncated
  }

  package var end: Timestamp { start + length }

  /// Adds what else was told of the same point and interval.
  package mutating func add(_ other: Snapshot) {
    streams += other.streams
    totals += other.totals
    events += other.events
    signals += other.signals
    announcements += other.announcements
    captureEvents += other.captureEvents
    clockReadings += other.clockReadings
    captureDrops.add(clamping: other.captureDrops)
    mayHaveDropped = mayHaveDropped || other.mayHaveDropped
    truncated.add(clamping: other.truncated)
  }

  /// Whether the capture itself may have missed packets in this interval.
  package var isBlind: Bool {
    captureDrops > 0 || mayHaveDropped || truncated > 0 || !captureEvents.isEmpty
      || streams.contains(where: \.isBlind)
  }
}

/// One stream on one leg in one interval.
package struct StreamInterval: Sendable, Equatable {
  package var stream: StreamKey
  package var leg: Leg
  package var payload: PayloadKind
  /// Counts restarts of the sender, from 0.
  package var epoch: Int
  package var packets: Int
  /// Bytes of the innermost IP packets, of the UDP payloads and of the frames, by their headers.
  package var ipBytes: Int
  package var udpBytes: Int
  package var wireBytes: Int
  package var firstTime: Timestamp
  package var lastTime: Timestamp
  /// The figures that need sequence numbers; nil where the payload has none.
  package var sequence: SequenceFigures?
  /// The longest silence that ended in this interval.
  package var maximumGap: Duration?
  /// RFC 3550 A.8, at the interval's end; nil where the clock is not known.
  package var jitter: Duration?
  /// Arrival minus the sender's clock, with nemotop's own header only.
  package var transitMinimum: Duration?
  package var transitMedian: Duration?
  /// RFC 5481, of two packets at the least; nil where the clock is not known.
  package var variation: DelayVariation?
  /// What it is made of, where that was asked for. No recording has it.
  package var delays: DelaySample?
  package var isBlind: Bool

  package init(
    stream: StreamKey, leg: Leg, payload: PayloadKind, epoch: Int = 0, packets: Int, ipBytes: Int,
    udpBytes: Int, wireBytes: Int, firstTime: Timestamp, lastTime: Timestamp,
    sequence: SequenceFigures? = nil, maximumGap: Duration? = nil, jitter: Duration? = nil,
    transitMinimum: Duration? = nil, transitMedian: Duration? = nil,
    variation: DelayVariation? = nil, isBlind: Bool = false
  ) {
    self.stream = stream
    self.leg = leg
    self.payload = payload
    self.epoch = epoch
    self.packets = packets
    self.ipBytes = ipBytes
    self.udpBytes = udpBytes
    self.wireBytes = wireBytes
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.sequence = sequence
    self.maximumGap = maximumGap
    self.jitter = jitter
    self.transitMinimum = transitMinimum
    self.transitMedian = transitMedian
    self.variation = variation
    self.isBlind = isBlind
  }
}

/// What numbers tell of one stream on one leg in one interval.
package struct SequenceFigures: Sendable, Equatable {
  /// Which numbers arrived, as runs in the order of arrival.
  package var runs: [NumberRun]
  /// How many of them, from the first on, are of earlier epochs than the interval's.
  package var formerRuns: Int
  /// The list of runs was cut at its cap.
  package var runsWereCut: Bool
  /// The change of (expected − received) within stays: −1 where a late number came. Nil where an
  /// absence lasted more than half a cycle of numbers that wrap, so that more than one count fits,
  /// and what is jumped is lost. A sum over such an interval is nil too: what else was lost in it is
  /// not told, but late numbers of later intervals take it back.
  package var lost: Int?
  /// Numbers jumped between two stays that may have gone elsewhere; nil in the same way.
  package var skipped: Int?
  package var duplicates: Int
  package var reordered: Int
  /// What changed about how losses lie together (RFC 3357). Nil where nothing did: nothing is lost
  /// or reordered then; or where it is not known.
  package var pattern: LossPattern?
  /// How far out of order the reordered ones were (RFC 4737); nil without any, or where it is not
  /// known.
  package var reordering: Reordering?
  /// Of a transport stream in RTP: its packets that are missing by their continuity counters, a
  /// lower bound; nil without.
  package var transportLost: Int?

  package init(
    runs: [NumberRun] = [], formerRuns: Int = 0, runsWereCut: Bool = false, lost: Int? = 0,
    skipped: Int? = 0, duplicates: Int = 0, reordered: Int = 0, pattern: LossPattern? = nil,
    reordering: Reordering? = nil, transportLost: Int? = nil
  ) {
    self.runs = runs
    self.formerRuns = formerRuns
    self.runsWereCut = runsWereCut
    self.lost = lost
    self.skipped = skipped
    self.duplicates = duplicates
    self.reordered = reordered
    self.pattern = pattern
    self.reordering = reordering
    self.transportLost = transportLost
  }

  /// Whether what changed about the losses is known: it only changes where numbers are lost or come
  /// late.
  package var knowsPattern: Bool {
    lost != nil && (pattern != nil || lost == 0 && reordered == 0)
  }
}

/// Packets of one protocol at a point in one interval.
package struct ProtocolTotal: Sendable, Equatable {
  package var kind: DecodedPacket.Kind
  package var packets: Int
  package var wireBytes: Int

  package init(kind: DecodedPacket.Kind, packets: Int, wireBytes: Int) {
    self.kind = kind
    self.packets = packets
    self.wireBytes = wireBytes
  }
}

/// What numbers the payload of a stream carries.
package enum PayloadKind: String, Sendable, CaseIterable {
  /// nemotop's own header: RTP with 64-bit numbers and the sender's clocks.
  case nemotop
  /// RTP (RFC 3550): 16-bit numbers.
  case rtp
  /// An MPEG transport stream in RTP (RFC 2250): RTP's numbers, and the continuity counters apart.
  case rtpTransport = "rtp/mpeg-ts"
  /// An MPEG transport stream (ISO/IEC 13818-1) in UDP: the figures count its packets, and are
  /// lower bounds.
  case transport = "mpeg-ts"
  /// The datagrams of iperf 2, numbers of 32 bits.
  case iperf2
  /// The datagrams of iperf 3, numbers of 32 bits.
  case iperf3
  /// None that we know.
  case unknown = "-"

  /// Whether numbers have 16 bits, which wrap in minutes.
  package var isShort: Bool { self == .rtp || self == .rtpTransport }
}

/// A dated change of one stream at one point.
package struct StreamEvent: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The first packet of a stay.
    case appeared
    /// The last packet of a stay; known only after a silence.
    case left
    /// A silence within a stay that ended here, and the numbers missing over it.
    case gap(Duration, missing: Int?)
  }

  package var time: Timestamp
  package var stream: StreamKey
  package var leg: Leg
  package var kind: Kind

  package init(time: Timestamp, stream: StreamKey, leg: Leg, kind: Kind) {
    self.time = time
    self.stream = stream
    self.leg = leg
    self.kind = kind
  }
}

/// A Mobility Header message that passed a point, every field of it.
package struct Signal: Sendable, Equatable {
  package var time: Timestamp
  package var message: BindingMessage

  package init(time: Timestamp, message: BindingMessage) {
    self.time = time
    self.message = message
  }
}
