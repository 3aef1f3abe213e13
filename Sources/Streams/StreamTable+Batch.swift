import Wire

/// The way of the packets of a file, which come in batches.
extension StreamTable {
  /// So many flows lie in the cache.
  private static var cachedFlows: Int { 2048 }
  /// For so many packets at a time memory is fetched into the cache: a few, as more would be refused
  /// while others are on their way.
  private static var groupCount: Int { 4 }
  /// So many packets ahead: of transits, which are found through flows; twice that of flows, which are
  /// found through the index; three times that of the index.
  private static var ahead: Int { 8 }
  /// So many packets ahead flows are fetched from the second level of the cache into the first.
  private static var shortlyAhead: Int { 3 }

  /// Counts the packets of a batch that are this table's, and hands over the intervals that the
  /// batch's times close.
  ///
  /// - Parameter bytes: what the batch was made from.
  package mutating func count(
    _ batch: borrowing PacketBatch, in bytes: RawSpan,
    deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    let closes = batch.latest >= edge
    if !closes {
      lastTime = max(lastTime, batch.latest)
      if share.index == 0 { totals.add(batch.totals) }
    }
    let arrivals = batch.arrivals[share.index]
    if closes {
      var heads = [8 of Int](repeating: 0)
      for index in arrivals.indices {
        pass(before: arrivals[index].place + 1, of: batch, after: &heads, deliver)
        count(index..<index + 1, of: arrivals, of: batch, in: bytes)
      }
      pass(before: .max, of: batch, after: &heads, deliver)
    } else if flows.count > Self.cachedFlows {
      countAhead(arrivals, of: batch, in: bytes)
    } else {
      count(arrivals.indices, of: arrivals, of: batch, in: bytes)
    }
  }

  /// Counts packets whose flows do not lie in the cache.
  private mutating func countAhead(
    _ arrivals: Span<Arrival>, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    let ahead = Self.ahead
    prefetchIndex(0..<3 * ahead, of: arrivals)
    prefetchFlows(0..<2 * ahead, of: arrivals)
    prefetchTransits(0..<ahead, of: arrivals)
    var next = 0
    while next < arrivals.count {
      let group = next..<min(next + Self.groupCount, arrivals.count)
      prefetchIndex(group.moved(by: 3 * ahead), of: arrivals)
      prefetchFlows(group.moved(by: 2 * ahead), of: arrivals)
      prefetchTransits(group.moved(by: ahead), of: arrivals)
      count(group, of: arrivals, of: batch, in: bytes)
      next = group.upperBound
    }
  }

  /// Counts some of the packets.
  @inline(never)
  private mutating func count(
    _ indices: Range<Int>, of arrivals: Span<Arrival>, of batch: borrowing PacketBatch,
    in bytes: RawSpan
  ) {
    for index in indices {
      let later = index &+ Self.shortlyAhead
      if later < arrivals.count, let slot = firstSlot(of: arrivals[later].hash) {
        flows.prefetch(slot)
      }
      let outcome = countInFullSwing(arrivals[index], in: bytes)
      if outcome != Self.counted { take(arrivals[index], at: outcome, of: batch, in: bytes) }
    }
  }

  /// Has the words that tell where the flows of some arrivals lie fetched into the cache.
  @inline(never)
  private mutating func prefetchIndex(_ indices: Range<Int>, of arrivals: Span<Arrival>) {
    for index in indices.clamped(to: 0..<arrivals.count) {
      let hash = arrivals[index].hash
      flowIndex.prefetch(UInt32(truncatingIfNeeded: hash))
    }
  }

  /// Has the flows of some arrivals fetched into the cache.
  @inline(never)
  private mutating func prefetchFlows(_ indices: Range<Int>, of arrivals: Span<Arrival>) {
    for index in indices.clamped(to: 0..<arrivals.count) {
      if let slot = likelySlot(of: arrivals[index].hash) {
        flows.prefetch(slot)
      }
    }
  }

  /// Has the places of the next transits of these flows fetched into the cache.
  @inline(never)
  private mutating func prefetchTransits(_ indices: Range<Int>, of arrivals: Span<Arrival>) {
    for index in indices.clamped(to: 0..<arrivals.count) {
      if let slot = likelySlot(of: arrivals[index].hash),
        flows[slot].figures != 0
      {
        transits.prefetch(flows[slot].cursor)
      }
    }
  }

  /// The slot of a flow by where its search begins.
  @inline(__always)
  private func firstSlot(of hash: UInt64) -> Int? {
    flowIndex.firstSlot(of: UInt32(truncatingIfNeeded: hash))
  }

  /// The slot of a flow by its hash alone.
  @inline(__always)
  private func likelySlot(of hash: UInt64) -> Int? {
    flowIndex.slot(of: UInt32(truncatingIfNeeded: hash)) { _ in true }
  }

  /// Lets the time go on, packet by packet, those of the other tables included.
  @inline(never)
  private mutating func pass(
    before place: Int, of batch: borrowing PacketBatch, after heads: inout [8 of Int],
    _ deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    while let arrival = batch.arrivals.next(before: place, after: &heads) {
      guard !arrival.isDrops else { continue }
      pass(arrival.time, deliver: deliver)
      guard share.index == 0 else { continue }
      if arrival.isPlain {
        totals.addDatagram(wireBytes: arrival.lengths.wireBytes)
      } else {
        let decoded = batch.decoded[Int(arrival.start)]
        totals.add(decoded.packet.kind, packets: 1, wireBytes: decoded.wireBytes)
      }
    }
  }

  private static var counted: Int { -1 }
  private static var unknown: Int { -2 }

  /// Counts a plain datagram of a flow in full swing.
  ///
  /// - Returns: `counted`, or the slot of its flow if that is known, or `unknown`.
  @inline(__always)
  private mutating func countInFullSwing(_ arrival: Arrival, in bytes: RawSpan) -> Int {
    guard arrival.isPlain, arrival.payloadBytes >= Flow.headerBytes else { return Self.unknown }
    let leg = arrival.isTunnelled ? legs.index(arrival.outerHead(in: bytes)) : 0
    let packet = arrival.packet(in: bytes)
    guard let slot = slot(of: FlowKey(packet), leg: leg, hash: arrival.hash) else {
      return Self.unknown
    }
    let isTaken = flows[slot].takeInFullSwing(
      arrival, packet, since: start, times: times, transits: &transits)
    return isTaken ? Self.counted : slot
  }

  /// Counts a plain datagram.
  @inline(__always)
  mutating func count(_ arrival: Arrival, in bytes: RawSpan) {
    let outcome = countInFullSwing(arrival, in: bytes)
    if outcome != Self.counted { countFurther(arrival, at: outcome, in: bytes) }
  }

  /// Takes what is no plain datagram of a flow in full swing.
  @inline(never)
  private mutating func take(
    _ arrival: Arrival, at outcome: Int, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    if arrival.isPlain { return countFurther(arrival, at: outcome, in: bytes) }
    guard !arrival.isDrops else { return countDrops(Int(clamping: arrival.hash)) }
    let decoded = batch.decoded[Int(arrival.start)]
    take(
      decoded.packet, bytes: bytes.extracting(decoded.frame), wireBytes: decoded.wireBytes,
      at: Timestamp(nanoseconds: arrival.time))
  }

  /// Counts a plain datagram of a flow whose slot this is, or is to be found.
  @inline(never)
  private mutating func countFurther(_ arrival: Arrival, at slot: Int, in bytes: RawSpan) {
    let payload = arrival.payload(in: bytes)
    let (lengths, time) = (arrival.lengths, arrival.time)
    if slot >= 0 {
      countKnown(slot, payload: payload, lengths: lengths, at: time)
    } else {
      let leg = arrival.isTunnelled ? legs.index(arrival.outerHead(in: bytes)) : 0
      _ = countStream(
        FlowKey(arrival.head(in: bytes)), leg: leg, hash: arrival.hash, payload: payload,
        lengths: lengths, at: time)
    }
  }
}

extension Range<Int> {
  fileprivate func moved(by distance: Int) -> Self {
    lowerBound + distance..<upperBound + distance
  }
}
