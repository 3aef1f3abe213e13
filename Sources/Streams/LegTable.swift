import Wire

/// The legs that a point has seen, each with a number; `direct` is 0.
struct LegTable: ~Copyable {
  private(set) var legs: [Leg] = [.direct]
  private var index = SlotIndex()
  private let hashKey = UInt64.random(in: .min ... .max)
  /// The tunnel that was asked for last, of one level: the halves of its addresses.
  private var last: (words: (UInt64, UInt64, UInt64, UInt64), leg: Int)?

  subscript(leg: Int) -> Leg { legs[leg] }

  @inline(__always)
  func depth(of leg: Int) -> Int { leg == 0 ? 0 : legs[leg].depth }

  /// The leg of one IPv6 tunnel.
  @inline(__always)
  mutating func index(_ header: borrowing CheckedBytes) -> Int {
    let words = (
      header.uint64(at: 8), header.uint64(at: 16), header.uint64(at: 24), header.uint64(at: 32)
    )
    if let last, last.words == words { return last.leg }
    return find(words)
  }

  private mutating func find(_ words: (UInt64, UInt64, UInt64, UInt64)) -> Int {
    var outer = OuterHeaders()
    _ = outer.append(
      OuterHeaders.Level(
        source: IPAddress(high: words.0, low: words.1),
        destination: IPAddress(high: words.2, low: words.3)))
    let leg = index(of: outer)
    last = (words, leg)
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
