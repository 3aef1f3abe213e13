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

  private let tableCount: Int
  private let decapsulation: Decapsulation
  private let mayBePlain: Bool
  /// The file whose records are yet to be read, and where they begin.
  private var file: PcapWalker?
  private var records = PlainList<UInt32>()
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

  /// - Parameters:
  ///   - tableCount: how many tables share the packets: 1, 2, 4, or 8.
  ///   - decapsulation: what is entered beside the tunnels that always are.
  package init(tableCount: Int, decapsulation: Decapsulation = []) {
    self.tableCount = tableCount
    self.decapsulation = decapsulation
    mayBePlain = decapsulation.isEmpty
    arrivals = ArrivalLists(count: tableCount)
  }

  /// Begins anew, and keeps the room that it has.
  package mutating func removeAll() {
    file = nil
    records.removeAll()
    frames.removeAll()
    arrivals.removeAll(reserving: 0)
    decoded.removeAll(keepingCapacity: true)
    totals = KindTotals()
    (latest, earliest) = (.min, .max)
    (malformed, truncated, opaque, packets) = (0, 0, 0, 0)
  }

  /// Adds the records that a file passes by.
  ///
  /// - Parameter edge: none that begins behind this is passed by once another one was.
  @inline(__always)
  package mutating func append(
    recordsOf file: inout PcapWalker, in bytes: RawSpan, upTo edge: Int
  ) {
    while let start = file.pass(in: bytes) {
      records.append(UInt32(truncatingIfNeeded: start))
      if file.offset >= edge { break }
    }
    self.file = file
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

  /// What the plain datagrams of a batch come to.
  private struct Tally {
    var packets = 0
    var wireBytes = 0
    var earliest = Int64.max
    var latest = Int64.min
  }

  /// Reads the packets that were added.
  ///
  /// - Parameter bytes: what the frames' places are in.
  package mutating func read(_ bytes: RawSpan) {
    arrivals.removeAll(reserving: records.count &+ frames.count)
    var tally = Tally()
    let keys = StreamTable.hashKeys
    if let file {
      let glances = mayBePlain && file.linkType == .ethernet
      for place in 0..<records.count {
        let record = file.record(at: Int(records[place]), in: bytes)
        if !glances || !glance(at: record, in: bytes, at: place, keys, &tally) {
          decode(at: place, in: bytes)
        }
      }
    }
    for index in 0..<frames.count {
      let frame = frames[index]
      let place = records.count + index
      if frame.drops > 0 {
        arrivals.appendToAll(Arrival(drops: frame.drops, place: place))
      } else {
        let record = frame.record
        if !mayBePlain || record.linkType != .ethernet
          || !glance(at: record, in: bytes, at: place, keys, &tally)
        {
          decode(at: place, in: bytes)
        }
      }
    }
    (earliest, latest) = (min(earliest, tally.earliest), max(latest, tally.latest))
    packets += tally.packets
    totals.add(.udp, packets: tally.packets, wireBytes: tally.wireBytes)
  }

  /// Reads a frame on an Ethernet if it is a plain datagram.
  @inline(__always)
  private mutating func glance(
    at record: PcapRecord, in bytes: RawSpan, at place: Int, _ keys: FlowKey.HashKeys,
    _ tally: inout Tally
  ) -> Bool {
    let start = record.frame.lowerBound
    let capturedBytes = record.frame.upperBound &- start
    let frame = CheckedBytes(known: bytes, from: start, byteCount: capturedBytes)
    guard
      let datagram = PlainDatagram(
        frame, capturedBytes: capturedBytes, wireBytes: record.wireBytes)
    else { return false }
    let hash = FlowKey(frame, from: datagram.header).hash(
      depth: datagram.isTunnelled ? 1 : 0, keys: keys)
    let time = record.time.nanoseconds
    arrivals.append(
      Arrival(
        datagram, from: start, wireBytes: record.wireBytes, hash: hash, time: time, place: place),
      to: table(of: hash))
    tally.packets &+= 1
    tally.wireBytes &+= record.wireBytes
    tally.earliest = min(tally.earliest, time)
    tally.latest = max(tally.latest, time)
    return true
  }

  @inline(__always)
  private func table(of hash: UInt64) -> Int {
    StreamTable.Share.index(of: hash, mask: tableCount &- 1)
  }

  @inline(never)
  private mutating func decode(at place: Int, in bytes: RawSpan) {
    guard
      let record = place < records.count
        ? file?.record(at: Int(records[place]), in: bytes) : frames[place - records.count].record
    else { return }
    let packet = DecodedPacket(
      decoding: bytes.extracting(record.frame), linkType: record.linkType,
      wireBytes: record.wireBytes, decapsulation: decapsulation)
    var hash: UInt64 = 0
    if packet.kind == .udp {
      hash = FlowKey(packet).hash(depth: packet.outer.count, keys: StreamTable.hashKeys)
    }
    let time = record.time.nanoseconds
    let arrival = Arrival(decoded: decoded.count, hash: hash, time: time, place: place)
    if packet.isTruncated {
      // What makes an interval blind is everybody's.
      arrivals.appendToAll(arrival)
    } else {
      // What is no stream is the first table's.
      arrivals.append(arrival, to: packet.kind == .udp ? table(of: hash) : 0)
    }
    decoded.append(Decoded(packet: packet, frame: record.frame, wireBytes: record.wireBytes))
    totals.add(packet.kind, packets: 1, wireBytes: record.wireBytes)
    packets += 1
    malformed += packet.kind == .malformed ? 1 : 0
    truncated += packet.isTruncated ? 1 : 0
    opaque += packet.kind == .esp ? 1 : 0
    (earliest, latest) = (min(earliest, time), max(latest, time))
  }
}
