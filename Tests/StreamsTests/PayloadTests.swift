import Sequences
import Testing
import Wire

@testable import Streams

/// Datagrams made by hand.
enum Made {
  static func rtp(
    _ sequence: Int, source: UInt32 = 3, type: UInt8 = 33, clock: Int = 0, body: [UInt8] = []
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    RTPHeader(
      payloadType: type, sequence: UInt16(truncatingIfNeeded: sequence),
      timestamp: UInt32(truncatingIfNeeded: clock), synchronizationSource: source
    ).serialize(into: &bytes)
    return bytes + body
  }

  static func iperf2(_ number: Int32, at microseconds: Int, length: Int = 100) -> [UInt8] {
    words([UInt32(bitPattern: number)] + time(microseconds), length: length)
  }

  static func iperf3(_ number: UInt32, at microseconds: Int, length: Int = 100) -> [UInt8] {
    words(time(microseconds) + [number, 0xdead_beef], length: length)
  }

  static func iperf3Wide(_ number: UInt64, at microseconds: Int) -> [UInt8] {
    words(
      time(microseconds)
        + [UInt32(number >> 32), UInt32(truncatingIfNeeded: number), 0xdead_beef], length: 100)
  }

  /// Seven packets of one PID.
  static func transport(_ number: Int) -> [UInt8] {
    (0..<7).flatMap { index -> [UInt8] in
      let count = number * 7 + index
      return [0x47, 0x01, 0x00, 0x10 | UInt8(count & 0xf), UInt8(truncatingIfNeeded: count >> 8)]
        + [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: 183)
    }
  }

  private static func time(_ microseconds: Int) -> [UInt32] {
    [UInt32(5000 + microseconds / 1_000_000), UInt32(microseconds % 1_000_000)]
  }

  private static func words(_ words: [UInt32], length: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for word in words { bytes.append(bigEndian: word) }
    return bytes + [UInt8](repeating: 0x36, count: length - bytes.count)
  }
}

@Suite struct PayloadTests {
  /// What came of datagrams that were sent in even steps.
  private func count(
    _ datagrams: [[UInt8]], every milliseconds: Double = 10, at point: String = "cn",
    cutTo captured: Int? = nil
  ) -> [StreamInterval] {
    var bench = Bench(point)
    for (index, bytes) in datagrams.enumerated() {
      bench.send(bytes, at: Double(index) * milliseconds, cutTo: captured)
    }
    return bench.finish(at: Int64(Double(datagrams.count) * milliseconds)).flatMap(\.streams)
  }

  private func sum(_ intervals: [StreamInterval]) -> [Int] {
    let figures = intervals.compactMap(\.sequence)
    return [figures.map { $0.lost ?? -1000 }, figures.map(\.duplicates), figures.map(\.reordered)]
      .map { $0.reduce(0, +) }
  }

  // MARK: iperf

  @Test func `iperf 2 is known by itself, and its last number is negative`() {
    let numbers: [Int32] = [0, 1, 2, 3, 4, 6, 5, 7, 8, 9, 11, 11, 12, -13]
    let intervals = count(
      numbers.enumerated().map { Made.iperf2($1, at: 1_000_000 + $0 * 10_000) })
    #expect(intervals.map(\.payload) == [.iperf2])
    #expect(sum(intervals) == [1, 1, 1])
    #expect(intervals[0].sequence?.runs.map(\.last).max() == 13)
    #expect(intervals[0].jitter == .zero)
    #expect(intervals[0].transitMedian == nil)
  }

  @Test func `iperf 3 is known by itself with numbers of 32 and of 64 bits`() {
    let numbers = Array(1..<20) + Array(40..<60) + Array(40..<60)
    let narrow = count(
      numbers.enumerated().map { Made.iperf3(UInt32($1), at: $0 * 10_000) })
    #expect(narrow.map(\.payload) == [.iperf3])
    // Twenty lost and twenty that came twice are twenty lost.
    #expect(sum(narrow) == [20, 20, 0])
    let wide = count(
      numbers.enumerated().map { Made.iperf3Wide(UInt64($1) + 1 << 40, at: $0 * 10_000) })
    #expect(wide.map(\.payload) == [.iperf3])
    #expect(sum(wide) == [20, 20, 0])
  }

  @Test func `iperf through a queue is known too`() {
    // Bursts of sixteen that were sent half a millisecond apart, more or less.
    var bench = Bench("cn")
    for number in 1...64 {
      bench.send(
        Made.iperf3(UInt32(number), at: number * 500 + number % 3), at: Double(number / 16) * 8)
    }
    let stream = bench.finish(at: 900).first?.streams.first
    #expect(stream?.payload == .iperf3)
    #expect(stream?.sequence?.lost == 0)
    #expect((stream?.sequence?.runs.map(\.count).reduce(0, +) ?? 0) >= 48)
  }

  private typealias Maker = @Sendable (Int) -> [UInt8]

  /// The nth datagram of streams that only look like numbers.
  private static let seeming: [Maker] = [
    // The numbers stand still, or jump.
    { Made.iperf3(7, at: $0 * 10_000) },
    { Made.iperf3(UInt32($0 * 40), at: $0 * 10_000) },
    // The time stands still, is a counter, or runs at twice its pace.
    { Made.iperf3(UInt32($0), at: 10_000) },
    { Made.iperf3(UInt32($0), at: $0) },
    { Made.iperf2(Int32($0), at: $0 * 7) },
    { Made.iperf2(Int32($0), at: $0 * 20_000) },
    // The lengths differ.
    { Made.iperf3(UInt32($0), at: $0 * 10_000, length: 100 + $0 % 5) },
    { _ in [UInt8](repeating: 0, count: 100) },
    { _ in [UInt8](repeating: 0x47, count: 188) },
    { [UInt8](repeating: 0x80, count: 40 + $0) },
  ]

  @Test(arguments: 0..<10)
  func `what only looks like numbers is not believed`(index: Int) {
    let intervals = count((0..<50).map(Self.seeming[index]))
    #expect(intervals.map(\.payload) == [.unknown])
    #expect(intervals[0].sequence == nil)
  }

  @Test(arguments: 1...20)
  func `random payload is not believed`(seed: UInt64) {
    var state = seed
    let datagrams = (0..<2000).map { _ in
      (0..<40).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
    }
    #expect(count(datagrams, every: 0.1).map(\.payload) == [.unknown])
  }

  // MARK: Transport streams

  @Test func `a transport stream is known by its counters`() {
    let intervals = count((Array(0..<30) + Array(31..<50)).map(Made.transport))
    #expect(intervals.map(\.payload) == [.transport])
    #expect(sum(intervals) == [7, 0, 0])
    #expect(intervals[0].sequence?.runs == [])
    #expect(intervals[0].sequence?.transportLost == nil)
  }

  @Test func `in RTP it has RTP's numbers, and its own apart`() {
    // One datagram was lost before it became RTP, and one after.
    let datagrams = (0..<40).filter { $0 != 20 }
      .map { Made.rtp($0, clock: $0 * 900, body: Made.transport($0 < 30 ? $0 : $0 + 1)) }
    let intervals = count(datagrams)
    #expect(intervals.map(\.payload) == [.rtpTransport])
    #expect(sum(intervals) == [1, 0, 0])
    #expect(intervals[0].sequence?.transportLost == 14)
  }

  @Test func `a transport stream that is cut short tells nothing`() {
    #expect(
      count((0..<30).map(Made.transport), cutTo: 376).map(\.payload) == [.unknown])
    let inRTP = count((0..<30).map { Made.rtp($0, body: Made.transport($0)) }, cutTo: 200)
    #expect(inRTP.map(\.payload) == [.rtp])
  }

  @Test func `what its counters skip over an absence is not known`() {
    var bench = Bench("xen1")
    for number in 0..<20 { bench.send(Made.transport(number), at: Double(number) * 10) }
    for number in 500..<520 { bench.send(Made.transport(number), at: Double(number) * 10) }
    let intervals = bench.finish(at: 5500).flatMap(\.streams)
    #expect(intervals.map { $0.sequence?.lost } == [0, 0])
    #expect(intervals.map { $0.sequence?.skipped } == [0, nil])
  }

  // MARK: RTP

  @Test func `two sources that take turns are one epoch, and their losses add up`() {
    var datagrams: [[UInt8]] = []
    for number in 0..<50 {
      if number != 20 { datagrams.append(Made.rtp(100 + number, source: 1)) }
      if number != 30, number != 31 { datagrams.append(Made.rtp(60_000 + number, source: 2)) }
    }
    let intervals = count(datagrams, every: 5)
    #expect(intervals.map(\.payload) == [.rtp])
    #expect(intervals.map(\.epoch) == [0])
    #expect(sum(intervals) == [3, 0, 0])
    // The runs are those of the source that leads.
    #expect(intervals[0].sequence?.runs.map(\.first) == [100, 121])
  }

  @Test func `sources that take turns in bursts change the epoch once at the most`() {
    var datagrams: [[UInt8]] = []
    for frame in 0..<40 {
      datagrams += (0..<6).map { Made.rtp(frame * 6 + $0, source: 1) }
      datagrams += (0..<2).map { Made.rtp(9000 + frame * 2 + $0, source: 2) }
    }
    let intervals = count(datagrams, every: 2)
    #expect(intervals.map(\.epoch) == [1])
    #expect(sum(intervals) == [0, 0, 0])
  }

  @Test func `a new source is an epoch once a second packet confirms it`() {
    let before = (0..<20).map { Made.rtp($0, source: 1) }
    let stray = [Made.rtp(777, source: 9)]
    let after = (500..<510).map { Made.rtp($0, source: 2) }
    #expect(count(before + stray + (20..<30).map { Made.rtp($0, source: 1) }).map(\.epoch) == [0])
    let intervals = count(before + stray + after)
    #expect(intervals.map(\.epoch) == [1])
    #expect(sum(intervals) == [0, 0, 0])
    // Both packets that proved it count.
    #expect(intervals[0].sequence?.runs.map(\.first) == [0, 500])
    // What the old source sent last is late, not a loss.
    let late = before + [after[0], after[1], Made.rtp(21, source: 1), Made.rtp(20, source: 1)]
    let mixed = count(late + after.dropFirst(2))
    #expect(mixed.map(\.epoch) == [1])
    #expect(sum(mixed) == [0, 0, 1])
  }

  @Test func `a source that jumps is an epoch`() {
    let numbers = Array(0..<20) + [40_000, 40_001, 40_002]
    let intervals = count(numbers.map { Made.rtp($0) })
    #expect(intervals.map(\.epoch) == [1])
    #expect(sum(intervals) == [0, 0, 0])
  }

  @Test func `RTCP on the same port and other payload types of a source are no loss`() {
    var datagrams: [[UInt8]] = []
    for number in 0..<40 {
      if number % 3 == 0 { datagrams.append([0x80, 200, 0, 6] + [UInt8](repeating: 9, count: 24)) }
      datagrams.append(Made.rtp(number, type: number % 10 == 7 ? 13 : 0, clock: number * 160))
    }
    let intervals = count(datagrams)
    #expect(intervals.map(\.payload) == [.rtp])
    #expect(sum(intervals) == [0, 0, 0])
    #expect(intervals[0].packets == datagrams.count)
  }

  @Test func `RTP that comes twice from the start is believed`() {
    let intervals = count((0..<20).flatMap { [Made.rtp($0), Made.rtp($0)] })
    #expect(intervals.map(\.payload) == [.rtp])
    #expect(sum(intervals) == [0, 20, 0])
  }

  @Test func `an absence longer than half a cycle leaves what was skipped unknown`() {
    for (absence, skipped) in [(20_000, 20_000), (40_000, nil)] as [(Int, Int?)] {
      var bench = Bench("xen1")
      for number in 0..<200 { bench.send(Made.rtp(number), at: Double(number)) }
      for number in 200 + absence..<400 + absence {
        bench.send(Made.rtp(number), at: Double(number))
      }
      let intervals = bench.finish(at: Int64(absence) + 1000).flatMap(\.streams)
      #expect(intervals.map { $0.sequence?.lost } == [0, 0])
      #expect(intervals.map { $0.sequence?.skipped } == [0, skipped])
      #expect(intervals.map(\.epoch) == [0, 0])
    }
  }
}
