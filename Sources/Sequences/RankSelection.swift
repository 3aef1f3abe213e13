/// Finds the values that some ranks have among many, without sorting them all.
///
/// The range of the values has 256 equal parts. How many values lie in each part tells in which one a rank
/// is; the values there are parted again, until there are few. Eight times are enough for 64 bits.
enum RankSelection {
  /// So few are sorted.
  private static let few = 32

  /// - Parameters:
  ///   - ranks: from 0, ascending, each below the count of the values.
  ///   - values: in any order.
  ///   - least: of the values.
  ///   - greatest: of the values.
  /// - Returns: the value of each rank.
  static func values(
    at ranks: [Int], among values: [Int64], from least: Int64, to greatest: Int64
  ) -> [Int64] {
    if least == greatest { return ranks.map { _ in least } }
    if values.count <= few {
      let sorted = values.sorted()
      return ranks.map { sorted[$0] }
    }
    let range = UInt64(bitPattern: greatest &- least)
    let shift = UInt64(max(0, 56 - range.leadingZeroBitCount))
    func part(of value: Int64) -> Int {
      Int(truncatingIfNeeded: UInt64(bitPattern: value &- least) >> shift)
    }
    var counts = [Int](repeating: 0, count: 256)
    for value in values { counts[part(of: value)] += 1 }
    return wanted(ranks, by: counts).flatMap { wanted in
      var within: [Int64] = []
      within.reserveCapacity(counts[wanted.part])
      for value in values where part(of: value) == wanted.part { within.append(value) }
      return Self.values(
        at: wanted.ranks, among: within, from: within.min() ?? least, to: within.max() ?? least)
    }
  }

  private struct Wanted {
    var part: Int
    /// Among the values of the part.
    var ranks: [Int]
  }

  /// The parts that ranks are in, in their order.
  private static func wanted(_ ranks: [Int], by counts: [Int]) -> [Wanted] {
    var found: [Wanted] = []
    var (part, below) = (0, 0)
    for rank in ranks {
      while rank >= below + counts[part] {
        below += counts[part]
        part += 1
      }
      if found.last?.part != part { found.append(Wanted(part: part, ranks: [])) }
      found[found.count - 1].ranks.append(rank - below)
    }
    return found
  }
}
