import Wire

/// The way of the packets of a file, which come in batches.
extension StreamTable {
  /// So many flows lie in the cache.
  private static var cachedFlows: Int { 2048 }

  /// Counts the packets of a batch that are this table's, and hands over the intervals that the
  /// batch's times close.
  ///
  /// - Parameter bytes: what the batch was made from.
  package mutating func count(
    _ batch: borrowing PacketBatch, in bytes: RawSpan,
    deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    choose(from: batch)
    let closes = batch.latest >= edge
    if !closes {
      lastTime = max(lastTime, batch.latest)
      if share.index == 0 { totals.add(batch.totals) }
    }
    // Searched for together, so that one search need not wait for the memory of another.
    var found = [32 of Int32](repeating: -1)
    let isLarge = flows.count > Self.cachedFlows
    var passed = 0
    var group = 0
    while group < own.count {
      let end = min(group &+ found.count, own.count)
      if isLarge { prefetch(group..<end, of: batch) }
      for index in group..<end {
        let place = Int(own[index])
        let arrival = batch.arrivals[place]
        guard arrival.kind == .plain else { continue }
        let slot = slot(
          of: FlowKey(arrival.head(in: bytes)), leg: leg(of: arrival, in: bytes),
          hash: arrival.hash)
        found[index &- group] = Int32(truncatingIfNeeded: slot ?? -1)
        if let slot, flows[slot].figures != 0 {
          transits.prefetch(at: Int(flows[slot].figures) &- 1)
        }
      }
      for index in group..<end {
        let place = Int(own[index])
        if closes {
          pass(passed..<place + 1, of: batch, deliver: deliver)
          passed = place + 1
        }
        take(batch.arrivals[place], at: Int(found[index &- group]), of: batch, in: bytes)
      }
      group = end
    }
    if closes { pass(passed..<batch.arrivals.count, of: batch, deliver: deliver) }
  }

  /// Notes which arrivals are the table's, without a branch that would be guessed wrong every second
  /// time.
  private mutating func choose(from batch: borrowing PacketBatch) {
    let index = UInt8(truncatingIfNeeded: share.index)
    own.fill(chosenFrom: batch.arrivals) { $0.takers &>> index & 1 }
  }

  /// Has the flows of some arrivals fetched into the cache.
  private func prefetch(_ indices: Range<Int>, of batch: borrowing PacketBatch) {
    for index in indices {
      flowIndex.prefetch(UInt32(truncatingIfNeeded: batch.arrivals[Int(own[index])].hash))
    }
    for index in indices {
      let hash = UInt32(truncatingIfNeeded: batch.arrivals[Int(own[index])].hash)
      if let slot = flowIndex.firstSlot(of: hash) { flows.prefetch(slot) }
    }
  }

  /// Lets the time go on, packet by packet.
  private mutating func pass(
    _ places: Range<Int>, of batch: borrowing PacketBatch,
    deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    for place in places {
      let arrival = batch.arrivals[place]
      guard arrival.kind != .drops else { continue }
      pass(arrival.time, deliver: deliver)
      guard share.index == 0 else { continue }
      let kind = arrival.kind == .plain ? .udp : batch.decoded[Int(arrival.place)].kind
      totals.add(kind, packets: 1, wireBytes: Int(arrival.wireBytes))
    }
  }

  /// - Parameter slot: the flow's; −1 where it was not there yet.
  @inline(__always)
  private mutating func take(
    _ arrival: Arrival, at slot: Int, of batch: borrowing PacketBatch, in bytes: RawSpan
  ) {
    switch arrival.kind {
    case .plain where slot >= 0:
      let payload = arrival.payload(in: bytes)
      if !countSteady(slot, payload: payload, lengths: arrival.lengths, at: arrival.time) {
        countIrregular(slot, payload: payload, lengths: arrival.lengths, at: arrival.time)
      }
    case .plain:
      countNew(arrival, in: bytes)
    case .decoded:
      let start = Int(arrival.start)
      take(
        batch.decoded[Int(arrival.place)],
        bytes: bytes.extracting(start..<start + Int(arrival.capturedBytes)),
        wireBytes: Int(arrival.wireBytes), at: Timestamp(nanoseconds: arrival.time))
    case .drops:
      countDrops(Int(clamping: arrival.hash))
    }
  }

  /// Counts a packet of a flow that was not there when the batch was begun.
  @inline(never)
  private mutating func countNew(_ arrival: Arrival, in bytes: RawSpan) {
    _ = countStream(
      FlowKey(arrival.head(in: bytes)), leg: leg(of: arrival, in: bytes), hash: arrival.hash,
      payload: arrival.payload(in: bytes), lengths: arrival.lengths, at: arrival.time)
  }
}
