import Sequences
package import Wire

/// Counts one point's packets: a stream × leg × interval, with everything that numbers tell.
///
/// One thread owns it. Intervals are closed by packet time, or by `advance` where no packet comes;
/// each that saw something is handed over once and then forgotten.
///
/// What is common is counted in the flow's 128 bytes (`StreamTable+Steady`), everything else in its
/// track and its figures (`StreamTable+Irregular`).
package struct StreamTable: ~Copyable {
  /// A part of the streams, so that several tables can share a point's packets among them. Every
  /// table sees all packets; totals and signals are those of any one of them.
  package struct Share: Sendable {
    package var index: Int
    /// A power of two.
    package var count: Int

    package static let whole = Share(index: 0, count: 1)

    package init(index: Int, count: Int) {
      self.index = index
      self.count = count
    }

    @inline(__always)
    func holds(_ hash: UInt64) -> Bool { Self.bits(of: hash) & (count &- 1) == index }

    /// Whose a stream is, by its hash: as many of these bits count as tell the tables apart.
    @inline(__always)
    static func bits(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 56) }
  }

  package let point: Point
  let options: CountingOptions
  let times: CountingTimes
  let share: Share
  private let hashKeys = Self.hashKeys
  /// Everything that ended by then was handed over; nil before the first packet.
  package private(set) var closedUpTo: Timestamp?
  /// The open interval's begin, in nanoseconds.
  private(set) var start = Int64.max
  /// Packets before this, in nanoseconds, belong to the open interval.
  private(set) var edge = Int64.min

  var legs = LegTable()
  var flows = GrowingStore<Flow>()
  var flowIndex = SlotIndex()
  /// Those that had packets in the open interval.
  var active = SlotSet()
  /// Those that the packets of streams within a stay came on last: only these can leave.
  var present = SlotSet()
  var tracks = Pool<Track>()
  var figures = Pool<LegFigures>()
  /// By the places of the figures.
  var transits = TransitStore()
  var events: [FlowEvent] = []
  /// Whether flows become steady. Nothing depends on it but the time that counting takes.
  var settles = true

  var totals = KindTotals()
  private var signals: [Signal] = []
  private var announcements = AnnouncementLog()
  private var blindness = OpenBlindness()
  /// How many flows may have lost packets to the capture that did not show yet.
  var doubts = 0
  var lastTime = Int64.min

  package init(point: Point, options: CountingOptions, share: Share = .whole) {
    self.point = point
    self.options = options
    self.share = share
    times = CountingTimes(options)
  }

  /// Of all tables, so that they agree on whose a stream is.
  static let hashKeys = {
    var generator = SystemRandomNumberGenerator()
    return FlowKey.HashKeys(using: &generator)
  }()

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
    mayHoldSegments: Bool = false, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    pass(time.nanoseconds, deliver: deliver)
    totals.add(packet.kind, packets: 1, wireBytes: wireBytes)
    take(
      packet, bytes: bytes, wireBytes: wireBytes, at: time, mayHoldSegments: mayHoldSegments)
  }

  /// Takes a packet that the totals have.
  @inline(never)
  mutating func take(
    _ packet: borrowing DecodedPacket, bytes: RawSpan, wireBytes: Int, at time: Timestamp,
    mayHoldSegments: Bool = false
  ) {
    if packet.isTruncated { blindness.countTruncated(at: time) }
    switch packet.kind {
    case .udp:
      let leg = packet.outer.count == 0 ? 0 : legs.index(of: packet.outer)
      let key = FlowKey(packet)
      let hash = key.hash(depth: packet.outer.count, keys: hashKeys)
      guard share.holds(hash) else { return }
      let slot = countStream(
        key, leg: leg, hash: hash, payload: bytes.extracting(packet.payload),
        lengths: PacketLengths(
          udpBytes: packet.udpBytes, ipBytes: packet.ipBytes, wireBytes: wireBytes),
        at: time.nanoseconds)
      if mayHoldSegments { noteSegments(at: slot) }
    case .mobility:
      if let message = BindingMessage(
        parsing: bytes.extracting(packet.mobility), source: packet.source,
        destination: packet.destination, homeAddress: packet.homeAddress)
      {
        signals.append(Signal(time: time, message: message))
      }
    case .arp, .icmp6, .other:
      if let announcement = Announcement(packet, in: bytes) {
        announcements.take(announcement, at: time)
      }
    default:
      break
    }
  }

  /// Counts a frame of the commonest kind as `count(_:bytes:wireBytes:at:)` would.
  @inline(__always)
  package mutating func count(
    _ datagram: PlainDatagram, bytes: RawSpan, wireBytes: Int, at time: Timestamp,
    deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    let time = time.nanoseconds
    pass(time, deliver: deliver)
    totals.addDatagram(wireBytes: wireBytes)
    let head = CheckedBytes(known: bytes, from: datagram.header, byteCount: 44)
    let hash = FlowKey(head).hash(depth: datagram.isTunnelled ? 1 : 0, keys: hashKeys)
    guard share.holds(hash) else { return }
    count(
      Arrival(datagram, from: 0, hash: hash, time: time, place: 0), in: bytes)
  }

  /// The slot of a flow that is known.
  @inline(__always)
  func slot(of key: FlowKey, leg: Int, hash: UInt64) -> Int? {
    flowIndex.slot(of: UInt32(truncatingIfNeeded: hash)) { slot in
      flows[slot].is(key, on: leg)
    }
  }

  /// - Returns: the flow's slot.
  mutating func countStream(
    _ key: FlowKey, leg: Int, hash: UInt64, payload: RawSpan, lengths: PacketLengths,
    at time: Int64
  ) -> Int {
    guard let slot = slot(of: key, leg: leg, hash: hash) else {
      return begin(
        key, leg: leg, hash: UInt32(truncatingIfNeeded: hash), payload: payload,
        lengths: lengths, at: time)
    }
    countKnown(slot, payload: payload, lengths: lengths, at: time)
    return slot
  }

  @inline(__always)
  mutating func countKnown(
    _ slot: Int, payload: RawSpan, lengths: PacketLengths, at time: Int64
  ) {
    if !countSteady(slot, payload: payload, lengths: lengths, at: time) {
      countIrregular(slot, payload: payload, lengths: lengths, at: time)
    }
  }

  /// Counts packets that the capture lost, into the open interval.
  ///
  /// - Parameter time: when that was found out. They may have come as late as then, behind packets that
  ///   are yet to be counted, so that every interval up to there is blind.
  package mutating func countDrops(_ count: Int, upTo time: Timestamp? = nil) {
    blindness.countDrops(count, upTo: time)
  }

  /// Takes that the capture sees nothing any more, or again. It is no earlier than the open interval.
  package mutating func note(_ event: CaptureEvent) {
    blindness.note(event)
  }

  /// A packet of this time came: hands over every interval that ended before.
  @inline(__always)
  mutating func pass(
    _ time: Int64, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    if time >= edge { advance(to: Timestamp(nanoseconds: time), deliver: deliver) }
    lastTime = max(lastTime, time)
  }

  /// Hands over every interval that ended by `time`.
  package mutating func advance(
    to time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    guard let start = closedUpTo else {
      open(time.aligned(to: options.interval))
      return
    }
    guard time.nanoseconds(since: start) >= times.interval else { return }
    let end = time.aligned(to: options.interval)
    var next = close(start, at: start + options.interval, deliver: deliver)
    while let due = next, due <= end {
      next = close(due - options.interval, at: due, deliver: deliver)
    }
    open(end)
  }

  private mutating func open(_ start: Timestamp) {
    closedUpTo = start
    self.start = start.nanoseconds
    let (end, overflow) = start.nanoseconds.addingReportingOverflow(times.interval)
    edge = overflow ? .max : end
  }

  /// Hands over what is left: the capture ended at `time`.
  package mutating func finish(
    at time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    advance(to: time, deliver: deliver)
    guard let start = closedUpTo else { return }
    _ = close(start, at: max(time, Timestamp(nanoseconds: lastTime)), deliver: deliver)
  }

  /// Hands over the interval, if it saw anything, and begins anew.
  ///
  /// - Returns: the end of the next interval of which something is to be said, even if no packet comes.
  private mutating func close(
    _ start: Timestamp, at end: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) -> Timestamp? {
    let due = endStays(upTo: end.nanoseconds)
    let totals = totals.list
    self.totals = KindTotals()
    let missed = blindness.close(start, at: end)
    if !active.isEmpty || !totals.isEmpty || !events.isEmpty || !signals.isEmpty
      || missed.isToBeTold
    {
      deliver(
        self,
        ClosedInterval(
          start: start, totals: totals, signals: signals, announcements: announcements.told,
          blindness: missed))
    }
    settleDoubts(of: missed)
    beginInterval()
    signals = []
    announcements.beginInterval()
    let dues = [
      due.map { Timestamp(nanoseconds: $0) - .nanoseconds(1) }, blindness.next(after: end),
    ]
    return dues.compactMap(\.self).min().map {
      $0.aligned(to: options.interval) + options.interval
    }
  }

}
