import Wire

/// The way of the packets of a file, which come in batches.
extension StreamTable {
  /// So many flows lie in the cache.
  private static var cachedFlows: Int { 2048 }
  /// So many packets are fetched for into the cache together, that one need not wait for another.
  private static var groupCount: Int { 32 }

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
    let list = share.index
    let ownCount = batch.arrivals.count(of: list)
    var heads = [8 of Int](repeating: 0)
    let isLarge = flows.count > Self.cachedFlows
    if isLarge {
      prefetchIndex(0..<2 * Self.groupCount, of: batch)
      prefetchFlows(0..<Self.groupCount, of: batch)
    }
    var next = 0
    while next < ownCount {
      let group = next..<min(next &+ Self.groupCount, ownCount)
      if isLarge {
        let following = group.upperBound..<group.upperBound &+ Self.groupCount
        prefetchIndex(
          following.upperBound..<following.upperBound &+ Self.groupCount, of: batch)
        prefetchFlows(following, of: batch)
      }
      for index in group {
        let arrival = batch.arrivals[index, of: list]
        if closes { pass(before: arrival.place + 1, of: batch, after: &heads, deliver) }
        if arrival.isPlain {
          count(arrival, in: bytes)
        } else {
          take(arrival, of: batch, in: bytes)
        }
      }
      next = group.upperBound
    }
    if closes { pass(before: .max, of: batch, after: &heads, deliver) }
  }

  /// Has the words that tell where the flows of some arrivals lie fetched into the cache.
  @inline(never)
  private mutating func prefetchIndex(_ indices: Range<Int>, of batch: borrowing PacketBatch) {
    for index in indices.clamped(to: 0..<batch.arrivals.count(of: share.index)) {
      let hash = batch.arrivals[index, of: share.index].hash
      flowIndex.prefetch(UInt32(truncatingIfNeeded: hash))
    }
  }

  /// Has the flows of some arrivals fetched into the cache.
  @inline(never)
  private mutating func prefetchFlows(_ indices: Range<Int>, of batch: borrowing PacketBatch) {
    for index in indices.clamped(to: 0..<batch.arrivals.count(of: share.index)) {
      let hash = batch.arrivals[index, of: share.index].hash
      let slot = flowIndex.slot(of: UInt32(truncatingIfNeeded: hash)) { _ in true }
      if let slot { flows.prefetch(slot) }
    }
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

  /// Counts a plain datagram.
  @inline(__always)
  mutating func count(_ arrival: Arrival, in bytes: RawSpan) {
    let leg = arrival.isTunnelled ? legs.index(arrival.outerHead(in: bytes)) : 0
    let head = arrival.head(in: bytes)
    guard let slot = slot(of: FlowKey(head), leg: leg, hash: arrival.hash) else {
      return begin(arrival, leg: leg, in: bytes)
    }
    if flows[slot].takeSoon(
      arrival, in: bytes, since: start, times: times, transits: &transits)
    {
      return
    }
    countFurther(slot, arrival, in: bytes)
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

  @inline(never)
  private mutating func begin(_ arrival: Arrival, leg: Int, in bytes: RawSpan) {
    _ = begin(
      FlowKey(arrival.head(in: bytes)), leg: leg, hash: UInt32(truncatingIfNeeded: arrival.hash),
      payload: arrival.payload(in: bytes), lengths: arrival.lengths, at: arrival.time)
  }

  /// Counts a datagram of a flow that is known.
  @inline(never)
  private mutating func countFurther(_ slot: Int, _ arrival: Arrival, in bytes: RawSpan) {
    let payload = arrival.payload(in: bytes)
    let (lengths, time) = (arrival.lengths, arrival.time)
    if !countSteady(slot, payload: payload, lengths: lengths, at: time) {
      countIrregular(slot, payload: payload, lengths: lengths, at: time)
    }
  }
}
