package import Wire

/// Packets of one point in their order, read as far as that can be done without knowing the streams:
/// what several tables that share them need to do but once.
///
/// It holds no bytes: whoever reads it gives the ones that it was made from.
package struct PacketBatch: ~Copyable {
  private let tableCount: Int
  private let decapsulation: Decapsulation
  private let mayBePlain: Bool
  private(set) var arrivals = PlainList<Arrival>()
  /// What the frames that are no plain datagrams were decoded to.
  private(set) var decoded: [DecodedPacket] = []
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
  }

  /// Begins anew, and keeps the room that it has.
  package mutating func removeAll() {
    arrivals.removeAll()
    decoded.removeAll(keepingCapacity: true)
    totals = KindTotals()
    (latest, earliest) = (.min, .max)
    (malformed, truncated, opaque, packets) = (0, 0, 0, 0)
  }

  /// Adds a packet.
  @inline(__always)
  package mutating func append(_ record: PcapRecord) {
    var arrival = Arrival(
      time: record.time.nanoseconds, start: record.frame.lowerBound,
      capturedBytes: record.frame.upperBound &- record.frame.lowerBound,
      wireBytes: record.wireBytes)
    if case .ethernet? = record.linkType, mayBePlain {
      arrivals.append(arrival)
    } else {
      arrival.kind = .decoded
      arrival.place = record.linkType.map { UInt32($0.rawValue) } ?? .max
      arrivals.append(arrival)
    }
  }

  /// Adds that the capture lost packets here.
  package mutating func appendDrops(_ count: Int) {
    var arrival = Arrival(time: .min, start: 0, capturedBytes: 0, wireBytes: 0)
    arrival.kind = .drops
    arrival.hash = UInt64(clamping: count)
    arrival.takers = .max
    arrivals.append(arrival)
  }

  /// Reads the packets that were added.
  ///
  /// - Parameter bytes: what the frames' places are in.
  package mutating func read(_ bytes: RawSpan) {
    let key = StreamTable.hashKey
    var plain = 0
    var plainBytes = 0
    var times = (earliest: Int64.max, latest: Int64.min)
    for place in 0..<arrivals.count {
      let arrival = arrivals[place]
      let start = Int(arrival.start)
      let frame = bytes.extracting(start..<start &+ Int(arrival.capturedBytes))
      guard arrival.kind == .plain,
        let datagram = PlainDatagram(frame, wireBytes: Int(arrival.wireBytes))
      else {
        decode(place, frame)
        continue
      }
      let head = CheckedBytes(known: frame, from: datagram.header, byteCount: 44)
      let hash = FlowKey(head).hash(depth: datagram.isTunnelled ? 1 : 0, key: key)
      arrivals[place].take(datagram, hash: hash, takers: taker(of: hash))
      times = (min(times.earliest, arrival.time), max(times.latest, arrival.time))
      plain &+= 1
      plainBytes &+= Int(arrival.wireBytes)
    }
    (earliest, latest) = (min(earliest, times.earliest), max(latest, times.latest))
    packets += plain
    totals.add(.udp, packets: plain, wireBytes: plainBytes)
  }

  @inline(__always)
  private func taker(of hash: UInt64) -> UInt8 {
    1 &<< UInt8(truncatingIfNeeded: StreamTable.Share.index(of: hash, mask: tableCount &- 1))
  }

  private mutating func decode(_ place: Int, _ frame: RawSpan) {
    var arrival = arrivals[place]
    guard arrival.kind != .drops else { return }
    let link =
      arrival.kind == .plain
      ? .ethernet : UInt16(exactly: arrival.place).flatMap(LinkType.init(rawValue:))
    let packet = DecodedPacket(
      decoding: frame, linkType: link, wireBytes: Int(arrival.wireBytes),
      decapsulation: decapsulation)
    arrival.kind = .decoded
    arrival.place = UInt32(decoded.count)
    // What is no stream is the first table's.
    arrival.takers = 1
    if packet.kind == .udp {
      arrival.hash = FlowKey(packet).hash(depth: packet.outer.count, key: StreamTable.hashKey)
      arrival.takers = taker(of: arrival.hash)
    }
    // What makes an interval blind is everybody's.
    if packet.isTruncated { arrival.takers = .max }
    arrivals[place] = arrival
    decoded.append(packet)
    totals.add(packet.kind, packets: 1, wireBytes: Int(arrival.wireBytes))
    packets += 1
    malformed += packet.kind == .malformed ? 1 : 0
    truncated += packet.isTruncated ? 1 : 0
    opaque += packet.kind == .esp ? 1 : 0
    (earliest, latest) = (min(earliest, arrival.time), max(latest, arrival.time))
  }
}
