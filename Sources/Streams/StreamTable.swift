import Sequences
package import Wire

/// Counts one point's packets: a stream × leg × interval, with everything that numbers tell.
///
/// One thread owns it. Intervals are closed by packet time, or by `advance` where no packet comes;
/// each that saw something is handed over once and then forgotten.
package struct StreamTable: ~Copyable {
  fileprivate struct Entry {
    let stream: StreamKey
    let leg: Int
    let track: Int
    var figures = LegFigures()
  }

  package let point: Point
  private let options: CountingOptions
  private let times: CountingTimes
  /// Everything that ended by then was handed over; nil before the first packet.
  package private(set) var closedUpTo: Timestamp?

  private var legs: [Leg] = [.direct]
  private var legIndex = SlotIndex()
  private var entries: [Entry] = []
  private var entryIndex = SlotIndex()
  private var tracks: [Track] = []
  private var trackIndex = SlotIndex()
  /// The tracks within a stay: only these can leave.
  private var present: [Int] = []
  /// Nothing depends on it but how long a search takes.
  private let hashKey = UInt64.random(in: .min ... .max)

  private var active: [Int] = []
  private var packets = [8 of Int](repeating: 0)
  private var wireBytes = [8 of Int](repeating: 0)
  private var events: [StreamEvent] = []
  private var signals: [Signal] = []
  private var captureDrops = 0
  private var truncated = 0
  private var blindUpTo = Timestamp(nanoseconds: .min)
  private var lastTime = Timestamp(nanoseconds: .min)

  package init(point: Point, options: CountingOptions) {
    self.point = point
    self.options = options
    times = CountingTimes(options)
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
    if packet.isTruncated { truncated += 1 }
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
    guard time.nanoseconds(since: start) >= times.interval else { return }
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
    let leg = packet.outer.count == 0 ? 0 : leg(of: packet.outer)
    let index = entry(of: stream, leg: leg, at: time)
    if entries[index].figures.packets == 0 { active.append(index) }
    entries[index].figures.count(packet, wireBytes: wireBytes, at: time)
    let track = entries[index].track
    if !tracks[track].isPresent { present.append(track) }
    tracks[track].arrive(
      on: entries[index].leg, of: legs, payload: bytes.extracting(packet.payload),
      length: packet.udpBytes, at: time, times: times, figures: &entries[index].figures,
      events: &events)
    return index
  }

  private mutating func leg(of outer: OuterHeaders) -> Int {
    var hash = KeyedHash(key: hashKey)
    for index in 0..<outer.count {
      hash.add(outer[index].source)
      hash.add(outer[index].destination)
    }
    if let slot = legIndex.slot(of: hash.value, where: { legs[$0].hasLevels(of: outer) }) {
      return slot
    }
    legs.append(Leg(outer))
    legIndex.insert(hash.value, slot: legs.count - 1)
    return legs.count - 1
  }

  private mutating func entry(of stream: StreamKey, leg: Int, at time: Timestamp) -> Int {
    var hash = KeyedHash(key: hashKey)
    hash.add(stream)
    var entryHash = hash
    entryHash.add(UInt64(leg))
    let known = entryIndex.slot(of: entryHash.value) {
      entries[$0].leg == leg && entries[$0].stream == stream
    }
    if let known { return known }
    let track = track(of: stream, leg: leg, hash: hash, at: time)
    entries.append(Entry(stream: stream, leg: leg, track: track))
    entryIndex.insert(entryHash.value, slot: entries.count - 1)
    return entries.count - 1
  }

  /// The track of a stream at the leg's depth.
  private mutating func track(
    of stream: StreamKey, leg: Int, hash streamHash: KeyedHash, at time: Timestamp
  ) -> Int {
    let depth = legs[leg].depth
    var hash = streamHash
    hash.add(UInt64(depth))
    let known = trackIndex.slot(of: hash.value) {
      tracks[$0].depth == depth && tracks[$0].stream == stream
    }
    if let known { return known }
    let isDelivery = point.role == .receiver || (point.role == .anchor && depth == 0)
    tracks.append(
      Track(stream: stream, leg: leg, depth: depth, isDelivery: isDelivery, at: time))
    trackIndex.insert(hash.value, slot: tracks.count - 1)
    return tracks.count - 1
  }

  /// The end of the interval in which the next stay is known to have ended.
  private func nextDeparture() -> Timestamp? {
    var next: Timestamp?
    for track in present {
      if let due = tracks[track].due(times) { next = next.map { min($0, due) } ?? due }
    }
    return next.map { ($0 - .nanoseconds(1)).aligned(to: options.interval) + options.interval }
  }

  /// Hands over the interval, if it saw anything, and begins anew.
  private mutating func close(
    _ start: Timestamp, at end: Timestamp, deliver: (Snapshot) -> Void
  ) {
    present.removeAll { track in
      guard let due = tracks[track].due(times), due <= end else { return false }
      events.append(tracks[track].leave(legs))
      return true
    }
    let snapshot = Snapshot(
      point: point, start: start, length: options.interval, streams: closeStreams(of: start),
      totals: closeTotals(), events: events.sorted { ($0.time, $0.stream) < ($1.time, $1.stream) },
      signals: signals, captureDrops: captureDrops, truncated: truncated)
    events = []
    signals = []
    captureDrops = 0
    truncated = 0
    if !snapshot.isEmpty { deliver(snapshot) }
  }

  private mutating func closeStreams(of start: Timestamp) -> [StreamInterval] {
    let isBlind = captureDrops > 0 || truncated > 0 || start < blindUpTo
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
      sequence: hasNumbers ? figures.sequence : nil,
      maximumGap: figures.maximumGap.map { .nanoseconds($0) },
      jitter: track.jitter, transitMinimum: figures.transits.minimum,
      transitMedian: figures.transits.median,
      isBlind: isBlind || figures.mayHoldSegments)
  }
}
