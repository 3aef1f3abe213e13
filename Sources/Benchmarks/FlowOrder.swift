import Simulation

/// The flows of one round, each once, in an order that looks like chance, so that neither a table's
/// neighbours nor the processor's prefetching come to their help.
///
/// Each quarter of the flows keeps its place in the round and has its own affine permutation: packets
/// of a flow come a round apart, give or take a quarter of one, as those of steady streams do.
struct FlowOrder: Sequence, Sendable {
  private let quarters: [AffineOrder]

  /// - Parameters:
  ///   - count: of the flows.
  ///   - seed: the same seed and round give the same order.
  init(count: Int, seed: UInt64, round: Int) {
    quarters = (0..<4).map { quarter in
      AffineOrder(
        (count * quarter / 4)..<(count * (quarter + 1) / 4), seed: seed,
        lane: UInt64(4 * round + quarter))
    }
  }

  func makeIterator() -> FlattenSequence<[AffineOrder]>.Iterator {
    quarters.joined().makeIterator()
  }
}

/// The numbers of a range, each once, one step apart modulo its count.
struct AffineOrder: Sequence, IteratorProtocol, Sendable {
  private let first: Int
  private let count: Int
  private let step: Int
  private var place: Int
  private var left: Int

  init(_ range: Range<Int>, seed: UInt64, lane: UInt64) {
    var random = SplitMix64(seed: seed, lane: lane)
    let count = range.count
    func draw() -> Int { Int(random.next(below: Int64(count))) }
    place = draw()
    var step = count > 1 ? draw() : 1
    // Only a step without a factor in common with the count comes by every number.
    while count > 1, Self.commonFactor(step, count) != 1 { step = draw() }
    self.step = step
    self.count = count
    first = range.lowerBound
    left = count
  }

  mutating func next() -> Int? {
    guard left > 0 else { return nil }
    left -= 1
    let number = first + place
    place += step
    if place >= count { place -= count }
    return number
  }

  private static func commonFactor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : commonFactor(second, first % second)
  }
}
