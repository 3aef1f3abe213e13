import Testing

@testable import Sequences

/// What a stream of numbers comes to.
private struct Account: Equatable {
  var lost = 0
  var received = 0
  var duplicates = 0
  var pattern = LossPattern()
  var extents = Tally()
}

extension Account {
  /// Slowly, from the definitions: out of the whole stream, with sets and sorting.
  fileprivate init(reckoning numbers: [Int64]) {
    // The first copies, in the order in which they came.
    var copies: [Int64] = []
    for number in numbers where !copies.contains(number) { copies.append(number) }
    duplicates = numbers.count - copies.count
    received = copies.count
    // Expected is the span.
    let sorted = copies.sorted()
    lost = Int(sorted[sorted.count - 1] - sorted[0]) + 1 - received
    // RFC 4737: the earliest packet above one that came later.
    for (index, number) in copies.enumerated() {
      if let earliest = copies[..<index].firstIndex(where: { $0 > number }) {
        extents.add(index - earliest)
      }
    }
    // RFC 3357: a period begins where the number before was not lost.
    let missing = Set(sorted[0]...sorted[sorted.count - 1]).subtracting(copies).sorted()
    var length = 0
    for (index, number) in missing.enumerated() {
      length += 1
      if index + 1 == missing.count || missing[index + 1] != number + 1 {
        pattern.periods.add(length)
        length = 0
      }
      if index > 0 { pattern.distances.add(Int(number - missing[index - 1])) }
    }
  }

  /// As the tracker counts it, number by number.
  fileprivate init(counting numbers: [Int64], width: NumberTracker.Width, mask: UInt64) {
    var tracker = NumberTracker(width: width)
    for number in numbers {
      let outcome = tracker.take(
        UInt64(bitPattern: number) & mask, at: 0, pattern: &pattern)
      lost += outcome.lost ?? 0
      received += outcome.isNew ? 1 : 0
      duplicates += outcome.isNew ? 0 : 1
      if let lateness = outcome.lateness { extents.add(lateness.extent) }
    }
  }
}

@Suite struct ReferenceTests {
  /// A stream near a wrap-around with losses, bursts, copies and packets out of order.
  private func stream(_ random: inout SplitMix) -> [Int64] {
    let count = 10 + Int64(random.next() % 80)
    var number = 65_536 - Int64(random.next() % 100)
    let loss = random.next() % 30
    let copies = random.next() % 30
    var stream: [Int64] = []
    for _ in 0..<count {
      number += 1
      if random.next() % 100 < loss { number += Int64(1 + random.next() % 6) }
      stream.append(number)
      if random.next() % 100 < copies { stream.append(number) }
    }
    // Packets come later than those behind them, within what A.1 allows.
    var reach = 1 + random.next() % 12
    if random.next() % 4 == 0 { reach = 0 }
    let places = stream.indices.map { UInt64($0) * 4 + random.next() % (4 * reach + 1) }
    return zip(places, stream).enumerated()
      .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
  }

  @Test(arguments: 0..<4)
  func `random streams count as their definitions say, whatever their width`(block: UInt64) {
    for seed in block * 1000..<(block + 1) * 1000 {
      var random = SplitMix(state: seed)
      let numbers = stream(&random)
      let expected = Account(reckoning: numbers)
      let found = [
        Account(counting: numbers, width: .bits16, mask: 0xffff),
        Account(counting: numbers, width: .bits64, mask: .max),
        // Around the wrap of 32 bits.
        Account(
          counting: numbers.map { $0 + 0xfffe_ffff }, width: .bits32, mask: 0xffff_ffff),
      ]
      for account in found where account != expected {
        Issue.record("seed \(seed): \(account) instead of \(expected) of \(numbers)")
        return
      }
    }
  }
}
