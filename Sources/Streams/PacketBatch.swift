package import Wire

/// Packets of one point in their order, read as far as that can be done without knowing the streams:
/// what several tables that share them need to do but once.
///
/// It holds no bytes: whoever reads it gives the ones that it was made from.
package struct PacketBatch: ~Copyable {
  /// A frame that is yet to be read, or what the capture lost there.
  struct Frame: BitwiseCopyable {
    var time: Int64
    var start: UInt32
    var capturedBytes: UInt32
    var wireBytes: UInt32
    /// −1 for one that cannot be decoded.
    var linkType: Int32
    var drops: Int = 0

    var record: PcapRecord {
      PcapRecord(
        time: Timestamp(nanoseconds: time), wireBytes: Int(wireBytes),
        frame: Int(start)..<Int(start) + Int(capturedBytes),
        linkType: UInt16(exactly: linkType).flatMap(LinkType.init(rawValue:)))
    }
  }

  /// A frame that is no plain datagram.
  struct Decoded {
    var packet: DecodedPacket
    var frame: Range<Int>
    var wireBytes: Int
  }

  /// So many packets are read before their flows are looked up, which are on their way into the cache
  /// meanwhile.
  private static var groupCount: Int { 16 }

  private let decapsulation: Decapsulation
  private let mayBePlain: Bool
  /// Where the records of a file begin that are yet to be read, and how many they are.
  private var file: PcapWalker?
  private var recordCount = 0
  private var frames = PlainList<Frame>()

  private(set) var arrivals: ArrivalLists
  private(set) var decoded: [Decoded] = []
  private(set) var totals = KindTotals()
  package private(set) var latest = Int64.min
  package private(set) var earliest = Int64.max
  /// Those whose kind is so.
  package private(set) var malformed = 0
  package private(set) var truncated = 0
  package private(set) var opaque = 0
  package private(set) var packets = 0
  /// Datagrams of whose flows the reader would like to know the slots.
  private(set) var wantedCount = 0

  /// - Parameters:
  ///   - tableCount: how many tables share the packets: 1, 2, 4, or 8.
  ///   - decapsulation: what is entered beside the tunnels that always are.
  package init(tableCount: Int, decapsulation: Decapsulation = []) {
    self.decapsulation = decapsulation
    mayBePlain = decapsulation.isEmpty
    arrivals = ArrivalLists(count: tableCount)
  }

  /// Begins anew, and keeps the room that it has.
  package mutating func removeAll() {
    file = nil
    recordCount = 0
    frames.removeAll()
    arrivals.removeAll(reserving: 0)
    decoded.removeAll(keepingCapacity: true)
    totals = KindTotals()
    (latest, earliest) = (.min, .max)
    (malformed, truncated, opaque, packets, wantedCount) = (0, 0, 0, 0, 0)
  }

  /// Adds the records that a file passes by, which follow those that it passed by before.
  ///
  /// - Parameter edge: none that begins here or behind is added.
  package mutating func append(
    recordsOf file: inout PcapWalker, in bytes: RawSpan, upTo edge: Int
  ) {
    if recordCount == 0 { self.file = file }
    recordCount += file.pass(in: bytes, upTo: edge)
  }

  /// Adds a packet.
  package mutating func append(_ record: PcapRecord) {
    frames.append(
      Frame(
        time: record.time.nanoseconds, start: UInt32(truncatingIfNeeded: record.frame.lowerBound),
        capturedBytes: UInt32(truncatingIfNeeded: record.frame.count),
        wireBytes: UInt32(truncatingIfNeeded: record.wireBytes),
        linkType: record.linkType.map { Int32($0.rawValue) } ?? -1))
  }

  /// Adds that the capture lost packets here.
  package mutating func appendDrops(_ count: Int) {
    frames.append(
      Frame(time: .min, start: 0, capturedBytes: 0, wireBytes: 0, linkType: -1, drops: count))
  }

  /// What reading a batch comes to, packets and bytes of its plain datagrams alone.
  private struct Tally {
    var packets = 0
    var wireBytes = 0
    var earliest: Int64
    var latest: Int64

    @inline(__always)
    mutating func note(_ time: Int64) {
      // As a rule it is the latest.
      if time >= latest, time >= earliest {
        latest = time
      } else {
        earliest = min(earliest, time)
        latest = max(latest, time)
      }
    }
  }

  /// Reads the packets that were added.
  ///
  /// - Parameters:
  ///   - bytes: what the frames' places are in.
  ///   - directory: the reading core's own.
  package mutating func read(_ bytes: RawSpan, _ directory: inout FlowDirectory) {
    directory.begin()
    arrivals.removeAll(reserving: recordCount + frames.count)
    var tally = Tally(earliest: earliest, latest: latest)
    let keys = StreamTable.hashKeys
    if var file {
      var place = 0
      while place < recordCount {
        let counts = arrivals.counts
        let end = min(place + Self.groupCount, recordCount)
        while place < end {
          let frame = file.passed(in: bytes)
          read(frame, linkType: file.linkType, at: place, in: bytes, keys, directory, &tally)
          place += 1
        }
        if directory.isOpen { lookUp(after: counts, in: bytes, &directory) }
      }
    }
    for group in stride(from: 0, to: frames.count, by: Self.groupCount) {
      let counts = arrivals.counts
      for index in group..<min(group + Self.groupCount, frames.count) {
        readFrame(index, in: bytes, keys, directory, &tally)
      }
      if directory.isOpen { lookUp(after: counts, in: bytes, &directory) }
    }
    (earliest, latest) = (tally.earliest, tally.latest)
    packets += tally.packets
    totals.add(.udp, packets: tally.packets, wireBytes: tally.wireBytes)
  }

  @inline(never)
  private mutating func readFrame(
    _ index: Int, in bytes: RawSpan, _ keys: FlowKey.HashKeys,
    _ directory: borrowing FlowDirectory, _ tally: inout Tally
  ) {
    let place = recordCount + index
    if frames[index].drops > 0 {
      arrivals.appendToAll(Arrival(drops: frames[index].drops, place: place))
    } else {
      let record = frames[index].record
      let frame = CapturedFrame(record, in: bytes)
      read(frame, linkType: record.linkType, at: place, in: bytes, keys, directory, &tally)
    }
  }

  @inline(__always)
  private mutating func read(
    _ frame: borrowing CapturedFrame, linkType: LinkType?, at place: Int, in bytes: RawSpan,
    _ keys: FlowKey.HashKeys, _ directory: borrowing FlowDirectory, _ tally: inout Tally
  ) {
    tally.note(frame.time)
    if !mayBePlain || linkType != .ethernet || !glance(at: frame, place, keys, directory, &tally) {
      decode(frame.record(linkType: linkType), at: place, in: bytes)
    }
  }

  /// Reads a frame on an Ethernet if it is a plain datagram.
  @inline(__always)
  private mutating func glance(
    at frame: borrowing CapturedFrame, _ place: Int, _ keys: FlowKey.HashKeys,
    _ directory: borrowing FlowDirectory, _ tally: inout Tally
  ) -> Bool {
    // Each with its offsets as constants.
    switch PlainDatagram.header(in: frame.bytes, capturedBytes: frame.capturedBytes) {
    case PlainDatagram.outerHeader:
      glance(at: frame, from: PlainDatagram.outerHeader, place, keys, directory, &tally)
    case PlainDatagram.tunnelledHeader:
      glance(at: frame, from: PlainDatagram.tunnelledHeader, place, keys, directory, &tally)
    default: false
    }
  }

  @inline(__always)
  private mutating func glance(
    at frame: borrowing CapturedFrame, from header: Int, _ place: Int, _ keys: FlowKey.HashKeys,
    _ directory: borrowing FlowDirectory, _ tally: inout Tally
  ) -> Bool {
    guard
      let datagram = PlainDatagram(
        frame.bytes, header: header, capturedBytes: frame.capturedBytes,
        wireBytes: frame.wireBytes)
    else { return false }
    tally.packets &+= 1
    tally.wireBytes &+= frame.wireBytes
    let hash = FlowKey(frame.bytes, from: header).hash(
      depth: header == PlainDatagram.outerHeader ? 0 : 1, keys: keys)
    directory.prefetch(hash)
    arrivals.append(
      Arrival(datagram, from: frame.start, hash: hash, time: frame.time, place: place),
      to: StreamTable.Share.bits(of: hash))
    return true
  }

  /// Looks the flows up of a few datagrams with nemotop's header: those that were added last.
  ///
  /// - Parameter counts: how many arrivals each list had before.
  @inline(never)
  private mutating func lookUp(
    after counts: [8 of Int], in bytes: RawSpan, _ directory: inout FlowDirectory
  ) {
    for list in 0..<arrivals.listCount {
      arrivals.update(from: counts[list], of: list) { arrival in
        guard arrival.isPlain, arrival.payloadBytes >= NumberedHead.byteCount else { return }
        let packet = arrival.packet(in: bytes)
        let tunnel = directory.tunnel(of: arrival, in: bytes)
        let slot = directory.slot(of: FlowKey(packet), in: tunnel, hash: arrival.hash)
        guard let head = NumberedHead(packet, from: 48, at: arrival.time) else { return }
        if let slot {
          arrival.know(head, at: slot)
        } else {
          arrival.want()
          wantedCount += 1
        }
      }
    }
  }

  /// Has a directory learn the slots that tables found for the datagrams of which it did not know them.
  ///
  /// - Parameter bytes: what the batch was made from. All tables have counted it.
  package borrowing func teach(_ directory: inout FlowDirectory, in bytes: RawSpan) {
    guard wantedCount > 0 else { return }
    for list in 0..<arrivals.listCount {
      let wanted = arrivals[list]
      for index in wanted.indices where wanted[index].isWanted {
        let slot = arrivals.slot(at: index, of: list)
        guard slot >= 0 else { continue }
        let arrival = wanted[index]
        let tunnel = directory.tunnel(of: arrival, in: bytes)
        let key = FlowKey(arrival.head(in: bytes))
        directory.learn(slot, of: key, in: tunnel, hash: arrival.hash)
      }
    }
  }

  @inline(never)
  private mutating func decode(_ record: PcapRecord, at place: Int, in bytes: RawSpan) {
    let packet = DecodedPacket(
      decoding: bytes.extracting(record.frame), linkType: record.linkType,
      wireBytes: record.wireBytes, decapsulation: decapsulation)
    var hash: UInt64 = 0
    if packet.kind == .udp {
      hash = FlowKey(packet).hash(depth: packet.outer.count, keys: StreamTable.hashKeys)
    }
    let arrival = Arrival(
      decoded: decoded.count, hash: hash, time: record.time.nanoseconds, place: place)
    if packet.isTruncated {
      // What makes an interval blind is everybody's.
      arrivals.appendToAll(arrival)
    } else {
      // What is no stream is the first table's.
      arrivals.append(arrival, to: packet.kind == .udp ? StreamTable.Share.bits(of: hash) : 0)
    }
    decoded.append(Decoded(packet: packet, frame: record.frame, wireBytes: record.wireBytes))
    totals.add(packet.kind, packets: 1, wireBytes: record.wireBytes)
    packets += 1
    malformed += packet.kind == .malformed ? 1 : 0
    truncated += packet.isTruncated ? 1 : 0
    opaque += packet.kind == .esp ? 1 : 0
  }
}
