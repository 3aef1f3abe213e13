import Wire

/// The way of the packets of a file, which come in batches.
extension StreamTable {
  /// So many flows lie in the cache.
  private static var cachedFlows: Int { 2048 }
  /// So many packets ahead flows are looked for, to be fetched from the cache's second level into its
  /// first, or from memory, and the places of their next transits from there.
  private static var shortlyAhead: Int { 3 }
  private static var ahead: Int { 16 }
  private static var transitsAhead: Int { 8 }
  /// So many packets ahead, and for so many at a time, that is fetched of the index through which flows
  /// are found then: a few, as more would be refused while others are on their way.
  private static var indexAhead: Int { 24 }
  private static var groupCount: Int { 4 }

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
        let arrival = arrivals[index]
        pass(before: arrival.place + 1, of: batch, after: &heads, deliver)
        count(index, of: arrivals, near: -1, of: batch, in: bytes)
      }
      pass(before: .max, of: batch, after: &heads, deliver)
    } else if flows.count > Self.cachedFlows {
      countFar(arrivals, of: batch, in: bytes)
    } else {
      countNear(arrivals, of: batch, in: bytes)
    }
    if batch.wantedCount > 0 { tellSlots(of: batch, in: bytes) }
  }

  /// Notes in a batch the slots of the flows of which its reader wants to know them.
  @inline(never)
  private mutating func tellSlots(of batch: borrowing PacketBatch, in bytes: RawSpan) {
    let arrivals = batch.arrivals[share.index]
    for index in arrivals.indices where arrivals[index].isWanted {
      let arrival = arrivals[index]
      let leg = legs.index(of: arrival, in: bytes)
      let slot = slot(of: FlowKey(arrival.head(in: bytes)), leg: leg, hash: arrival.hash)
      batch.arrivals.note(slot: slot ?? -1, at: index, of: share.index)
    }
  }

  /// Counts packets of the open interval whose flows lie in the cache's second level. While one is
  /// counted, the others' are on their way into the first.
  @inline(never)
  private mutating func countNear(
    _ arrivals: Span<Arrival>, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    for index in arrivals.indices {
      let later = index &+ Self.shortlyAhead
      if later < arrivals.count {
        let slot = firstSlot(of: arrivals[later])
        if slot >= 0 { flows.prefetch(slot) }
      }
      if arrivals[index].isKnown {
        countKnown(index, of: arrivals, in: bytes)
      } else {
        count(
          index, of: arrivals, near: firstSlot(of: arrivals[index]), of: batch, in: bytes)
      }
    }
  }

  /// The same where the flows do not lie in the cache, nor the places of their next transits.
  @inline(never)
  private mutating func countFar(
    _ arrivals: Span<Arrival>, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    prefetchIndex(0..<Self.indexAhead, of: arrivals)
    // Of the packets from this one up to those so far ahead, in a ring of as many places; −1 where there
    // is none.
    var slots = [16 of Int](repeating: -1)
    let mask = Self.ahead - 1
    for index in 0..<min(Self.ahead, arrivals.count) { slots[index] = fetch(arrivals[index]) }
    for index in arrivals.indices {
      if index % Self.groupCount == 0 {
        let later = index &+ Self.indexAhead
        prefetchIndex(later..<later &+ Self.groupCount, of: arrivals)
      }
      fetchTransits(of: slots[(index &+ Self.transitsAhead) & mask])
      let slot = slots[index & mask]
      let later = index &+ Self.ahead
      slots[later & mask] = later < arrivals.count ? fetch(arrivals[later]) : -1
      count(index, of: arrivals, near: slot, of: batch, in: bytes)
    }
  }

  /// Counts an arrival.
  ///
  /// - Parameter near: the slot of its flow, most likely, or −1.
  @inline(never)
  private mutating func count(
    _ index: Int, of arrivals: Span<Arrival>, near: Int, of batch: borrowing PacketBatch,
    in bytes: RawSpan
  ) {
    guard !arrivals[index].isKnown else {
      return countKnown(index, of: arrivals, in: bytes)
    }
    guard arrivals[index].isPlain else { return take(arrivals[index], of: batch, in: bytes) }
    count(arrivals[index], near: near, in: bytes)
  }

  /// Counts a plain datagram.
  ///
  /// - Parameter near: the slot of its flow, most likely, or −1.
  @inline(__always)
  private mutating func count(_ arrival: Arrival, near: Int, in bytes: RawSpan) {
    let leg = legs.index(of: arrival, in: bytes)
    let key = FlowKey(arrival.head(in: bytes))
    var slot = near
    if slot < 0 || !flows[slot].is(key, on: leg) {
      guard let found = search(key, on: leg, hash: arrival.hash) else {
        return begin(key, on: leg, with: arrival, in: bytes)
      }
      slot = found
    }
    if flows[slot].flags.contains(.isInFullSwing),
      arrival.payloadBytes >= NumberedHead.byteCount,
      let head = NumberedHead(arrival.packet(in: bytes), from: 48, at: arrival.time),
      countInFullSwing(arrival, head, at: slot)
    {
      return
    }
    countKnown(
      slot, payload: arrival.payload(in: bytes), lengths: arrival.lengths, at: arrival.time)
  }

  /// Counts an arrival whose flow's slot the reader knew.
  @inline(__always)
  private mutating func countKnown(
    _ index: Int, of arrivals: Span<Arrival>, in bytes: RawSpan
  ) {
    let slot = arrivals[index].slot
    if !countInFullSwing(arrivals[index], arrivals[index].numbered, at: slot) {
      countFurther(arrivals[index], at: slot, in: bytes)
    }
  }

  @inline(__always)
  private mutating func countInFullSwing(
    _ arrival: Arrival, _ head: NumberedHead, at slot: Int
  ) -> Bool {
    flows[slot].takeInFullSwing(
      arrival, head, since: start, times: times, transits: &transits)
  }

  /// Has the words that tell where the flows of some arrivals lie fetched into the cache.
  ///
  /// Like `search` it changes nothing, but the compiler copies a table that is only borrowed for a call.
  @inline(never)
  private mutating func prefetchIndex(_ indices: Range<Int>, of arrivals: Span<Arrival>) {
    for index in indices.clamped(to: 0..<arrivals.count) {
      flowIndex.prefetch(UInt32(truncatingIfNeeded: arrivals[index].hash))
    }
  }

  /// Has what is most likely an arrival's flow fetched into the cache.
  ///
  /// - Returns: its slot, or −1.
  @inline(__always)
  private mutating func fetch(_ arrival: Arrival) -> Int {
    let slot =
      arrival.isKnown
      ? arrival.slot : flowIndex.likelySlot(of: UInt32(truncatingIfNeeded: arrival.hash))
    if slot >= 0 { flows.prefetch(slot) }
    return slot
  }

  /// The slot of an arrival's flow, or of the first one at which a search would look; −1 where there is
  /// none.
  @inline(__always)
  private func firstSlot(of arrival: Arrival) -> Int {
    arrival.isKnown
      ? arrival.slot : flowIndex.firstSlot(of: UInt32(truncatingIfNeeded: arrival.hash))
  }

  /// Has the place of a flow's next transit fetched into the cache.
  @inline(__always)
  private mutating func fetchTransits(of slot: Int) {
    if slot >= 0, flows[slot].figures != 0 { transits.prefetch(flows[slot].cursor) }
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

  @inline(never)
  private mutating func search(_ key: FlowKey, on leg: Int, hash: UInt64) -> Int? {
    slot(of: key, leg: leg, hash: hash)
  }

  /// Counts a plain datagram.
  @inline(__always)
  mutating func count(_ arrival: Arrival, in bytes: RawSpan) {
    count(arrival, near: firstSlot(of: arrival), in: bytes)
  }

  /// Takes what is no plain datagram.
  @inline(never)
  private mutating func take(
    _ arrival: Arrival, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    guard !arrival.isDrops else { return countDrops(Int(clamping: arrival.hash)) }
    let decoded = batch.decoded[Int(arrival.start)]
    take(
      decoded.packet, bytes: bytes.extracting(decoded.frame), wireBytes: decoded.wireBytes,
      at: Timestamp(nanoseconds: arrival.time))
  }

  /// Counts a plain datagram of a flow that is not in full swing, or does not go on as such a one does.
  @inline(never)
  private mutating func countFurther(_ arrival: Arrival, at slot: Int, in bytes: RawSpan) {
    countKnown(
      slot, payload: arrival.payload(in: bytes), lengths: arrival.lengths, at: arrival.time)
  }

  /// Counts a flow's first plain datagram.
  @inline(never)
  private mutating func begin(
    _ key: FlowKey, on leg: Int, with arrival: Arrival, in bytes: RawSpan
  ) {
    _ = begin(
      key, leg: leg, hash: UInt32(truncatingIfNeeded: arrival.hash),
      payload: arrival.payload(in: bytes), lengths: arrival.lengths, at: arrival.time)
  }
}
