import Testing
import Wire

@testable import Sequences

/// A transport stream packet of a PID, its contents told from others by a mark.
private func packet(
  _ identifier: UInt16, _ counter: Int, mark: Int, payload: Bool = true, discontinuous: Bool = false
) -> [UInt8] {
  let control: UInt8 = payload ? (discontinuous ? 0x30 : 0x10) : 0x20
  var bytes: [UInt8] = [
    0x47, UInt8(identifier >> 8), UInt8(truncatingIfNeeded: identifier),
    control | UInt8(truncatingIfNeeded: counter & 0xf), 7, discontinuous ? 0x80 : 0,
  ]
  for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: mark >> shift)) }
  return bytes + [UInt8](repeating: 0xff, count: 188 - bytes.count)
}

/// A stream with five packets of one PID and two of another in each datagram.
private func datagram(_ number: Int) -> [UInt8] {
  let video = (0..<5).map { packet(0x100, number * 5 + $0, mark: number * 5 + $0) }
  let audio = (0..<2).map { packet(0x101, number * 2 + $0, mark: number * 2 + $0) }
  return (video + audio).flatMap { $0 }
}

private func sum(_ datagrams: [[UInt8]]) -> ContinuityCounters.Outcome {
  var counters = ContinuityCounters()
  return datagrams.reduce(into: .init()) { $0 += counters.take($1.rawSpan) }
}

private func sum(_ numbers: [Int]) -> ContinuityCounters.Outcome { sum(numbers.map(datagram)) }

private func outcome(lost: Int = 0, duplicates: Int = 0, reordered: Int = 0)
  -> ContinuityCounters.Outcome
{
  var outcome = ContinuityCounters.Outcome()
  outcome.lost = lost
  outcome.duplicates = duplicates
  outcome.reordered = reordered
  return outcome
}

@Suite struct ContinuityCountersTests {
  @Test(
    arguments: [
      (Array(0..<100), outcome()),
      // Seven packets a datagram.
      (Array(0..<20) + Array(21..<40), outcome(lost: 7)),
      ([0, 1, 2, 4, 6, 8, 10, 11], outcome(lost: 28)),
      ([0, 1, 2, 2, 3, 4, 4, 5], outcome(duplicates: 14)),
      // Out of order by one, two, three, and two together.
      ([0, 1, 3, 2, 4, 5], outcome(reordered: 7)),
      ([0, 1, 3, 4, 2, 5, 6], outcome(reordered: 7)),
      ([0, 1, 3, 4, 5, 2, 6, 7], outcome(reordered: 7)),
      ([0, 1, 4, 2, 3, 5, 6], outcome(reordered: 7)),
      // Lost and came twice at once.
      ([0, 1, 3, 3, 4, 4, 5], outcome(lost: 7, duplicates: 14)),
      ([0, 1, 2, 5, 6, 6, 7], outcome(lost: 14, duplicates: 7)),
    ] as [([Int], ContinuityCounters.Outcome)])
  func `datagrams that are lost, late or come twice are told apart`(
    numbers: [Int], expected: ContinuityCounters.Outcome
  ) {
    #expect(sum(numbers) == expected)
  }

  @Test func `a burst leaves what four bits tell of it`() {
    // Twenty packets of one PID and eight of the other: four and eight remain.
    #expect(sum([0, 1, 2, 7, 8, 9]) == outcome(lost: 12))
  }

  @Test func `packets without payload do not count up`() {
    let stream = [
      packet(0x50, 1, mark: 1), packet(0x50, 1, mark: 2, payload: false),
      packet(0x50, 1, mark: 3, payload: false), packet(0x50, 2, mark: 4),
      packet(0x50, 4, mark: 5, payload: false), packet(0x50, 5, mark: 6), packet(0x50, 6, mark: 7),
    ]
    #expect(sum(stream) == outcome(lost: 2))
  }

  @Test func `a packet may come twice but not thrice`() {
    let twice = [1, 2, 2, 3, 4].map { packet(0x50, $0, mark: $0) }
    #expect(sum(twice) == outcome(duplicates: 1))
    // In one datagram, where the network cannot have made the third one.
    let thrice = [1, 2, 2, 2, 3].flatMap { packet(0x50, $0, mark: $0) }
    #expect(
      sum([packet(0x50, 0, mark: 0), thrice, packet(0x50, 4, mark: 4)])
        == outcome(lost: 15, duplicates: 1))
  }

  @Test func `a discontinuity indicator allows any value`() {
    let stream = [
      packet(0x50, 1, mark: 1), packet(0x50, 9, mark: 2, discontinuous: true),
      packet(0x50, 10, mark: 3),
    ]
    #expect(sum(stream) == outcome())
  }

  @Test func `null packets and packets with errors are ignored`() {
    var broken = packet(0x50, 7, mark: 2)
    broken[1] |= 0x80
    let stream = [
      packet(0x50, 1, mark: 1), packet(0x1fff, 3, mark: 1), broken, packet(0x1fff, 9, mark: 1),
      packet(0x50, 2, mark: 3),
    ]
    #expect(sum(stream) == outcome())
  }

  @Test func `after a break nothing is missing`() {
    var counters = ContinuityCounters()
    _ = counters.take(datagram(0).rawSpan)
    counters.breakOff()
    var after = counters.take(datagram(5).rawSpan)
    after += counters.take(datagram(6).rawSpan)
    #expect(after == outcome())
  }

  @Test func `only whole packets fit`() {
    let fits = [datagram(0), Array(datagram(0).dropLast()), [], packet(1, 1, mark: 0), [0x47]]
      .map { ContinuityCounters.fit($0.rawSpan) }
    #expect(fits == [true, false, false, true, false])
    let shifted = packet(1, 1, mark: 0).dropFirst() + [0x47]
    let fit = ContinuityCounters.fit(Array(shifted).rawSpan)
    #expect(!fit)
  }

  @Test(arguments: 1...40)
  func `the loss of random streams is never overstated, and exact where losses are apart`(
    seed: UInt64
  ) {
    var generator = SplitMix(state: seed)
    var numbers: [Int] = []
    var number = 0
    var lost = 0
    var twice = 0
    while number < 3000 {
      // What happens is a dozen datagrams apart, one datagram at a time.
      for _ in 0..<12 {
        numbers.append(number)
        number += 1
      }
      switch generator.next() % 5 {
      case 0:
        number += 1
        lost += 1
      case 1:
        numbers.append(number - 1 - Int(generator.next() % 10))
        twice += 1
      case 2:
        let late = numbers.count - 1 - Int(generator.next() % 4)
        numbers.append(numbers.remove(at: late))
        numbers += [number, number + 1]
        number += 2
      default:
        break
      }
    }
    numbers += [number, number + 1]
    let outcome = sum(numbers)
    #expect(outcome.lost == 7 * lost)
    #expect(outcome.duplicates == 7 * twice)
  }
}
