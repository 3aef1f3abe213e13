import Wire

/// The legs that a point has seen, each with a number; `direct` is 0.
struct LegTable: ~Copyable {
  private(set) var legs: [Leg] = [.direct]
  private var index = SlotIndex()
  private let hashKey = UInt64.random(in: .min ... .max)
  /// Tunnels of one level that were asked for lately.
  private var recent = [16 of RecentTunnel](repeating: RecentTunnel())

  subscript(leg: Int) -> Leg { legs[leg] }

  @inline(__always)
  func depth(of leg: Int) -> Int { leg == 0 ? 0 : legs[leg].depth }

  /// The leg of a plain datagram in the bytes of its batch.
  @inline(__always)
  mutating func index(of arrival: Arrival, in bytes: RawSpan) -> Int {
    arrival.isTunnelled ? index(arrival.outerHead(in: bytes)) : 0
  }

  /// The leg of one IPv6 tunnel.
  @inline(__always)
  mutating func index(_ header: borrowing CheckedBytes) -> Int {
    let tunnel = RecentTunnel(header)
    let known = recent[tunnel.place]
    return known.isSame(as: tunnel) ? known.leg : find(tunnel)
  }

  @inline(never)
  private mutating func find(_ tunnel: RecentTunnel) -> Int {
    var outer = OuterHeaders()
    _ = outer.append(tunnel.level)
    var known = tunnel
    known.leg = index(of: outer)
    recent[tunnel.place] = known
    return known.leg
  }

  /// The leg of these headers, one at the least.
  mutating func index(of outer: OuterHeaders) -> Int {
    var hash = KeyedHash(key: hashKey)
    for level in 0..<outer.count {
      hash.add(outer[level].source)
      hash.add(outer[level].destination)
    }
    if let leg = index.slot(of: hash.value, where: { legs[$0].hasLevels(of: outer) }) {
      return leg
    }
    legs.append(Leg(outer))
    index.insert(hash.value, slot: legs.count - 1)
    return legs.count - 1
  }
}

/// A tunnel of one level: the halves of its addresses as they lie in the header, and its leg.
private struct RecentTunnel: BitwiseCopyable {
  private var sourceHigh: UInt64 = 0
  private var sourceLow: UInt64 = 0
  private var destinationHigh: UInt64 = 0
  private var destinationLow: UInt64 = 0
  /// 0 where it is none that was asked for.
  var leg = 0

  init() {}

  @inline(__always)
  init(_ header: borrowing CheckedBytes) {
    sourceHigh = header.uint64(at: 8).bigEndian
    sourceLow = header.uint64(at: 16).bigEndian
    destinationHigh = header.uint64(at: 24).bigEndian
    destinationLow = header.uint64(at: 32).bigEndian
  }

  /// Among those that were asked for lately.
  @inline(__always)
  var place: Int {
    let mixed = (sourceLow ^ destinationLow) &* 0x9e37_79b9_7f4a_7c15
    return Int(mixed >> 60)
  }

  @inline(__always)
  func isSame(as other: Self) -> Bool {
    leg != 0
      && (sourceHigh ^ other.sourceHigh) | (sourceLow ^ other.sourceLow)
        | (destinationHigh ^ other.destinationHigh) | (destinationLow ^ other.destinationLow) == 0
  }

  var level: OuterHeaders.Level {
    OuterHeaders.Level(
      source: IPAddress(
        high: UInt64(bigEndian: sourceHigh), low: UInt64(bigEndian: sourceLow)),
      destination: IPAddress(
        high: UInt64(bigEndian: destinationHigh), low: UInt64(bigEndian: destinationLow)))
  }
}
