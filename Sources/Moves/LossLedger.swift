import Sequences
package import Streams
import Wire

/// What became of every number of one start of a sender.
package struct LossAccount: Sendable, Equatable {
  /// Numbers that were not delivered, and their fate; nil where the points cannot decide it.
  package struct Lost: Sendable, Equatable {
    package var numbers: ClosedRange<Int64>
    package var fate: Fate?
  }

  package var stream: StreamKey
  /// Counts the starts of the sender, from 0.
  package var generation: Int
  /// From the first number that was seen anywhere to the last.
  package var numbered: ClosedRange<Int64>
  /// Distinct numbers that were delivered; nil where neither a receiver nor a home agent was watched.
  package var delivered: Int?
  /// In the order of the numbers.
  package var lost: [Lost]
  /// Numbers that were last seen so shortly before the data ended that they may have arrived later;
  /// none of them counts as lost.
  package var underWay: ClosedRange<Int64>?
  /// Whether every number's fate is decided by the points that were watched.
  package var isDecided: Bool

  /// How many numbers the sender consumed.
  package var consumed: Int { Int(numbered.upperBound &- numbered.lowerBound) &+ 1 }

  /// How many numbers were not delivered.
  package var lostCount: Int { lost.reduce(0) { $0 &+ $1.numbers.count } }

  /// How many numbers met a fate; nil for those that are not decided.
  package func count(of fate: Fate?) -> Int {
    lost.reduce(0) { $1.fate == fate ? $0 + $1.numbers.count : $0 }
  }
}

/// Keeps which numbers of a stream were seen where, over all of its life.
struct LossLedger: Sendable {
  private struct Book: Sendable {
    var sets: [Point.Role: NumberSet] = [:]
    /// What the home agent got, and what it sent on.
    var entered = NumberSet()
    var decapsulated = NumberSet()
    var behind = NumberSet()
    var unbound = NumberSet()
    /// What was seen last on its way.
    var latest: [NumberRun] = []

    /// The first number of those that may not have had the time to arrive.
    func underWay(above delivered: Int64, at end: Timestamp) -> Int64? {
      latest.filter { $0.last > delivered && $0.lastTime > end - way }
        .map { max($0.number(from: end - way), delivered + 1) }.min()
    }
  }

  private static let kept = 64
  /// Packets are on their way no longer than this.
  private static let way = Duration.seconds(1)

  private var books: [Int: Book] = [:]

  mutating func note(_ run: NumberRun, of generation: Int, at place: Place, as role: Point.Role) {
    let range = run.first...run.last
    if role == .anchor {
      if place.leg.depth == 0 {
        books[generation, default: Book()].decapsulated.insert(range)
      } else {
        books[generation, default: Book()].entered.insert(range)
      }
    } else {
      books[generation, default: Book()].sets[role, default: NumberSet()].insert(range)
    }
    guard role != .receiver, role != .source else { return }
    books[generation]?.latest.append(run)
    if books[generation]?.latest.count ?? 0 > Self.kept { books[generation]?.latest.removeFirst() }
  }

  mutating func note(behind: NumberSet, unbound: NumberSet, of generation: Int) {
    let former = books[generation, default: Book()]
    books[generation, default: Book()].behind = former.behind.union(behind)
    books[generation, default: Book()].unbound = former.unbound.union(unbound)
  }

  /// - Parameter end: When the data ended.
  func accounts(of stream: StreamKey, at end: Timestamp) -> [LossAccount] {
    books.sorted { $0.key < $1.key }.compactMap { generation, book in
      let sets = book.sets
      let anchor = book.entered.union(book.decapsulated)
      let beyond = [sets[.external], sets[.receiver]].compactMap(\.self).reduce(anchor) {
        $0.union($1)
      }
      let anywhere = beyond.union(sets[.access] ?? NumberSet())
      let numbered = anywhere.union(sets[.source] ?? NumberSet())
      guard let first = numbered.first, let last = numbered.last else { return nil }
      var seen = Fates.Sightings()
      seen.anywhere = anywhere
      seen.access = sets[.access] ?? NumberSet()
      seen.beyond = beyond
      seen.delivered =
        sets[.receiver] ?? (book.decapsulated.ranges.isEmpty ? nil : book.decapsulated)
      seen.hasExternal = sets[.external] != nil
      seen.hasAccess = sets[.access] != nil
      if !book.entered.ranges.isEmpty || seen.hasExternal {
        seen.behind = book.behind
        seen.unbound = book.unbound
      }
      let underWay = book.underWay(above: seen.delivered?.last ?? last, at: end)
      let fates = Fates(
        of: NumberSet([first...last]).subtracting(NumberSet(underWay.map { [$0...last] } ?? [])),
        seen)
      return LossAccount(
        stream: stream, generation: generation, numbered: first...last,
        delivered: seen.delivered?.count, lost: Self.lost(fates),
        underWay: underWay.map { $0...last }, isDecided: fates.areDecided)
    }
  }

  private static func lost(_ fates: Fates) -> [LossAccount.Lost] {
    guard let missing = fates.lost else { return [] }
    var lost: [LossAccount.Lost] = []
    var rest = missing
    for fate in Fate.allCases {
      guard let set = fates[fate]?.intersection(rest) else { continue }
      lost += set.ranges.map { LossAccount.Lost(numbers: $0, fate: fate) }
      rest = rest.subtracting(set)
    }
    lost += rest.ranges.map { LossAccount.Lost(numbers: $0, fate: nil) }
    return lost.sorted { $0.numbers.lowerBound < $1.numbers.lowerBound }
  }
}
