import Wire

/// The legs that a point has seen, each with a number; `direct` is 0.
struct LegTable: Sendable {
  private(set) var legs: [Leg] = [.direct]
  private var index = SlotIndex()
  private let hashKey = UInt64.random(in: .min ... .max)
  /// The tunnel that was asked for last, of one level.
  private var last: (source: IPAddress, destination: IPAddress, leg: Int)?

  subscript(leg: Int) -> Leg { legs[leg] }

  @inline(__always)
  func depth(of leg: Int) -> Int { leg == 0 ? 0 : legs[leg].depth }

  /// The leg of one IPv6 tunnel.
  @inline(__always)
  mutating func index(source: IPAddress, destination: IPAddress) -> Int {
    if let last, last.source == source, last.destination == destination { return last.leg }
    var outer = OuterHeaders()
    _ = outer.append(OuterHeaders.Level(source: source, destination: destination))
    let leg = index(of: outer)
    last = (source, destination, leg)
    return leg
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
