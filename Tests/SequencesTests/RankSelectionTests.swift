import Testing

@testable import Sequences

struct `Values of ranks` {
  /// Values that lie together as delays do, or as no delays would.
  private func values(_ kind: Int, _ count: Int, _ random: inout SplitMix) -> [Int64] {
    (0..<count).map { index in
      let bits = random.next()
      return switch kind {
      case 0: Int64(bitPattern: bits)
      case 1: Int64(bits % 100)
      case 2: 7
      case 3: index == count / 2 ? .max : .min
      case 4: Int64(1) << Int64(bits % 63)
      case 5: index % 2 == 0 ? Int64(bits % 1000) : .max - Int64(bits % 1000)
      case 6: Int64(index)
      default: bits % 100 == 0 ? Int64(bits >> 20) : 1_000_000 + Int64(bits % 3000)
      }
    }
  }

  @Test(arguments: 0..<8)
  func `are those of the sorted values`(kind: Int) throws {
    var random = SplitMix(state: UInt64(kind))
    for count in [1, 2, 3, 31, 32, 33, 100, 255, 256, 1000, 4096] {
      let values = values(kind, count, &random)
      let sorted = values.sorted()
      let some = (0..<4).map { _ in Int(random.next() % UInt64(count)) }.sorted()
      for ranks in [some, [0], [count - 1], DelayVariation.ranks(among: count), []] {
        let found = RankSelection.values(
          at: ranks, among: values, from: sorted[0], to: sorted[count - 1])
        #expect(found == ranks.map { sorted[$0] })
      }
    }
  }
}
