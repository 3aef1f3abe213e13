import Sequences
package import Wire

/// Counts one point's packets: a stream × leg × interval, with everything that numbers tell.
///
/// One thread owns it. Intervals are closed by packet time, or by `advance` where no packet comes;
/// each that saw something is handed over once and then forgotten.
package struct StreamTable: ~Copyable {
  private struct EntryKey: Hashable {
    var stream: StreamKey
    var leg: Int
  }

  private struct TrackKey: Hashable {
    var stream: StreamKey
    var depth: Int
  }

  fileprivate struct Entry {
    let stream: StreamKey
    let leg: Int
    let track: Int
    var figures = LegFigures()
  }

  package let point: Point
  private let options: CountingOptions
  /// Everything that ended by then was handed over; nil before the first packet.
  package private(set) var closedUpTo: Timestamp?

  private var legs: [Leg] = [.direct]
  private var legIndex: [Leg: Int] = [.direct: 0]
  private var entries: [Entry] = []
  private var entryIndex: [EntryKey: Int] = [:]
  private var tracks: [Track] = []
  private var trackIndex: [TrackKey: Int] = [:]

  private var active: [Int] = []
  private var packets = [8 of Int](repeating: 0)
  private var wireBytes = [8 of Int](repeating: 0)
  private var events: [StreamEvent] = []
  private var signals: [Signal] = []
  private var captureDrops = 0
  private var blindUpTo = Timestamp(nanoseconds: .min)
  private var lastTime = Timestamp(nanoseconds: .min)

  package init(point: Point, options: CountingOptions) {
    self.point = point
    self.options = options
  }

  /// Counts a packet, and hands over the intervals that its time closes.
  ///
  /// - Parameters:
  ///   - packet: what the frame's headers say; its `payload` is a range of `bytes`.
  ///   - bytes: the frame as far as it was captured.
  ///   - wireBytes: the frame's length on the wire.
  ///   - time: when it was captured. One earlier than the open interval counts into that one.
  ///   - mayHoldSegments: it may stand for several packets that cannot be counted, so that the interval
  ///     of its stream is blind.
  package mutating func count(
    _ packet: borrowing DecodedPacket, bytes: RawSpan, wireBytes: Int, at time: Timestamp,
    mayHoldSegments: Bool = false, deliver: (Snapshot) -> Void
  ) {
    advance(to: time, deliver: deliver)
    lastTime = max(lastTime, time)
    let kind = Int(packet.kind.rawValue)
    packets[kind] += 1
    self.wireBytes[kind] &+= wireBytes
    switch packet.kind {
    case .udp:
      let entry = countStream(packet, bytes: bytes, wireBytes: wireBytes, at: time)
      if mayHoldSegments { entries[entry].figures.mayHoldSegments = true }
    case .mobility:
      if let message = BindingMessage(
        parsing: bytes.extracting(packet.mobility), source: packet.source,
        destination: packet.destination, homeAddress: packet.homeAddress)
      {
        signals.append(Signal(time: time, message: message))
      }
    default:
      break
    }
  }

  /// Counts packets that the capture lost, into the open interval.
  ///
  /// - Parameter time: when that was found out. They may have come as late as then, behind packets that
  ///   are yet to be counted, so that every interval up to there is blind.
  package mutating func countDrops(_ count: Int, upTo time: Timestamp? = nil) {
    captureDrops += count
    if let time { blindUpTo = max(blindUpTo, time) }
  }

  /// Hands over every interval that ended by `time`.
  package mutating func advance(to time: Timestamp, deliver: (Snapshot) -> Void) {
    guard let start = closedUpTo else {
      closedUpTo = time.aligned(to: options.interval)
      return
    }
    guard time >= start + options.interval else { return }
    let end = time.aligned(to: options.interval)
    close(start, at: start + options.interval, deliver: deliver)
    while let next = nextDeparture(), next <= end {
      close(next - options.interval, at: next, deliver: deliver)
    }
    closedUpTo = end
  }

  /// Hands over what is left: the capture ended at `time`.
  package mutating func finish(at time: Timestamp, deliver: (Snapshot) -> Void) {
    advance(to: time, deliver: deliver)
    guard let start = closedUpTo else { return }
    close(start, at: max(time, lastTime), deliver: deliver)
  }

  private mutating func countStream(
    _ packet: borrowing DecodedPacket, bytes: RawSpan, wireBytes: Int, at time: Timestamp
  ) -> Int {
    let stream = StreamKey(
      source: packet.source, sourcePort: packet.sourcePort, destination: packet.destination,
      destinationPort: packet.destinationPort)
    let index = entry(of: stream, leg: leg(of: packet.outer), at: time)
    if entries[index].figures.packets == 0 { active.append(index) }
    entries[index].figures.count(packet, wireBytes: wireBytes, at: time)
    let track = entries[index].track
    let arrival = tracks[track].arrive(
      on: legs[entries[index].leg], payload: bytes.extracting(packet.payload), at: time,
      options: options, figures: &entries[index].figures)
    if let silence = arrival.silence {
      entries[index].figures.maximumGap = max(entries[index].figures.maximumGap ?? .zero, silence)
    }
    events += arrival.events
    return index
  }

  private mutating func leg(of outer: borrowing OuterHeaders) -> Int {
    guard outer.count > 0 else { return 0 }
    let leg = Leg(outer)
    if let index = legIndex[leg] { return index }
    legs.append(leg)
    legIndex[leg] = legs.count - 1
    return legs.count - 1
  }

  private mutating func entry(of stream: StreamKey, leg: Int, at time: Timestamp) -> Int {
    let key = EntryKey(stream: stream, leg: leg)
    if let index = entryIndex[key] { return index }
    let trackKey = TrackKey(stream: stream, depth: legs[leg].depth)
    let track: Int
    if let index = trackIndex[trackKey] {
      track = index
    } else {
      track = tracks.count
      let isDelivery =
        point.role == .receiver || (point.role == .anchor && legs[leg].depth == 0)
      tracks.append(
        Track(stream: stream, leg: legs[leg], isDelivery: isDelivery, at: time))
      trackIndex[trackKey] = track
    }
    entries.append(Entry(stream: stream, leg: leg, track: track))
    entryIndex[key] = entries.count - 1
    return entries.count - 1
  }

  /// The end of the interval in which the next stay is known to have ended.
  private func nextDeparture() -> Timestamp? {
    var next: Timestamp?
    for track in tracks {
      if let due = track.due(options) { next = next.map { min($0, due) } ?? due }
    }
    return next.map { ($0 - .nanoseconds(1)).aligned(to: options.interval) + options.interval }
  }

  /// Hands over the interval, if it saw anything, and begins anew.
  private mutating func close(
    _ start: Timestamp, at end: Timestamp, deliver: (Snapshot) -> Void
  ) {
    for index in tracks.indices {
      if let due = tracks[index].due(options), due <= end { events.append(tracks[index].leave()) }
    }
    let snapshot = Snapshot(
      point: point, start: start, length: options.interval, streams: closeStreams(of: start),
      totals: closeTotals(), events: events.sorted { ($0.time, $0.stream) < ($1.time, $1.stream) },
      signals: signals, captureDrops: captureDrops)
    events = []
    signals = []
    captureDrops = 0
    if !snapshot.isEmpty { deliver(snapshot) }
  }

  private mutating func closeStreams(of start: Timestamp) -> [StreamInterval] {
    let isBlind = captureDrops > 0 || start < blindUpTo
    let streams = active.map { index in
      let entry = entries[index]
      let track = tracks[entry.track]
      entries[index].figures = LegFigures()
      return StreamInterval(entry, leg: legs[entry.leg], track: track, isBlind: isBlind)
    }
    active.removeAll(keepingCapacity: true)
    return streams.sorted { ($0.stream, $0.leg) < ($1.stream, $1.leg) }
  }

  private mutating func closeTotals() -> [ProtocolTotal] {
    var totals: [ProtocolTotal] = []
    for kind in DecodedPacket.Kind.allCases where packets[Int(kind.rawValue)] > 0 {
      let index = Int(kind.rawValue)
      totals.append(
        ProtocolTotal(kind: kind, packets: packets[index], wireBytes: wireBytes[index]))
      packets[index] = 0
      wireBytes[index] = 0
    }
    return totals
  }
}

extension Snapshot {
  /// Whether the point saw nothing in the interval, and nothing changed.
  package var isEmpty: Bool {
    streams.isEmpty && totals.isEmpty && events.isEmpty && signals.isEmpty && captureDrops == 0
  }
}

extension StreamInterval {
  fileprivate init(_ entry: StreamTable.Entry, leg: Leg, track: Track, isBlind: Bool) {
    let figures = entry.figures
    let hasNumbers = track.payload != .unknown
    self.init(
      stream: entry.stream, leg: leg, payload: track.payload, epoch: track.epoch,
      packets: figures.packets, ipBytes: figures.ipBytes, udpBytes: figures.udpBytes,
      wireBytes: figures.wireBytes, firstTime: figures.firstTime, lastTime: figures.lastTime,
      sequence: hasNumbers ? figures.sequence : nil, maximumGap: figures.maximumGap,
      jitter: track.jitter.value, transitMinimum: figures.transits.minimum,
      transitMedian: figures.transits.median,
      isBlind: isBlind || figures.mayHoldSegments)
  }
}
