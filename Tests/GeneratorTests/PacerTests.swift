import Testing

@testable import Generator

struct PacerTests {
  private static let millisecond: Int64 = 1_000_000

  private static func pacer(perSecond rate: Int, end: Int64 = .max) -> Pacer {
    Pacer(rate: PacketRate(packetsPerSecond: rate), start: 0, end: end)
  }

  /// At 1000 packets/s, of which the first n went in time: how many are due at a moment, when the
  /// next one is, and what was counted as a pause.
  struct Case: Sendable {
    var gone: Int
    var now: Int64
    var due: Int
    var next: Int64
    var pauses = 0
    var paused: Int64 = 0
  }

  @Test(arguments: [
    // The first is due at once, and not before.
    Case(gone: 0, now: -1, due: 0, next: 0),
    Case(gone: 0, now: 0, due: 1, next: 1_000_000),
    // Nothing before its time, and it in time.
    Case(gone: 1, now: 999_999, due: 0, next: 1_000_000),
    Case(gone: 1, now: 1_000_000, due: 1, next: 2_000_000),
    // A hiccup is made up for, and the beat stays.
    Case(gone: 1, now: 4_500_000, due: 4, next: 5_000_000),
    Case(gone: 1, now: 11_000_000, due: 11, next: 12_000_000),
    // What is later is a pause: one packet now, and the beat begins anew.
    Case(gone: 1, now: 11_000_001, due: 1, next: 12_000_001, pauses: 1, paused: 10_000_001),
    Case(
      gone: 5, now: 3_600_005_000_000, due: 1, next: 3_600_006_000_000, pauses: 1,
      paused: 3_600_000_000_000),
  ])
  func `a hiccup is made up for and a pause is not`(row: Case) {
    var pacer = Self.pacer(perSecond: 1000)
    for index in 0..<row.gone {
      #expect(pacer.take(at: Int64(index) * Self.millisecond, limit: 64) == 1)
    }
    #expect(pacer.take(at: row.now, limit: 64) == row.due)
    #expect(pacer.next == row.next)
    #expect(pacer.pauses == row.pauses)
    #expect(pacer.paused == row.paused)
  }

  @Test func `after a pause it goes on at its rate without a burst`() {
    var pacer = Self.pacer(perSecond: 1000)
    _ = pacer.take(at: 0, limit: 64)
    var now = 1000 * Self.millisecond
    for _ in 0..<100 {
      #expect(pacer.take(at: now, limit: 64) == 1)
      #expect(pacer.take(at: now + 1, limit: 64) == 0)
      now += Self.millisecond
    }
    #expect(pacer.pauses == 1)
  }

  @Test func `a limit leaves the rest due`() {
    var pacer = Self.pacer(perSecond: 1000)
    #expect(pacer.take(at: 9 * Self.millisecond, limit: 4) == 4)
    #expect(pacer.next == 4 * Self.millisecond)
    #expect(pacer.take(at: 9 * Self.millisecond, limit: 0) == 0)
    #expect(pacer.take(at: 9 * Self.millisecond, limit: 64) == 6)
    #expect(pacer.take(at: 9 * Self.millisecond, limit: 64) == 0)
  }

  @Test(arguments: [
    (rate: 1, seconds: 3), (rate: 3, seconds: 10), (rate: 999_983, seconds: 1),
    (rate: 1_000_000, seconds: 1),
  ])
  func `a duration holds exactly rate times seconds packets`(rate: Int, seconds: Int64) {
    let end = seconds * 1000 * Self.millisecond
    var pacer = Self.pacer(perSecond: rate, end: end)
    var sent = 0
    while !pacer.isOver { sent += pacer.take(at: pacer.next, limit: 64) }
    #expect(sent == rate * Int(seconds))
    #expect(pacer.pauses == 0)
    #expect(pacer.take(at: end, limit: 64) == 0)
  }

  @Test func `without a rate all that is asked for is due until the end, and nothing is late`() {
    var pacer = Pacer(rate: nil, start: 0, end: 3600 * 1000 * Self.millisecond)
    #expect(pacer.take(at: -1, limit: 64) == 0)
    #expect(pacer.take(at: 0, limit: 64) == 64)
    #expect(pacer.take(at: 0, limit: 7) == 7)
    #expect(pacer.next == 0)
    #expect(pacer.take(at: 1800 * 1000 * Self.millisecond, limit: 64) == 64)
    #expect(pacer.pauses == 0)
    #expect(!pacer.isOver)
    #expect(pacer.take(at: 3600 * 1000 * Self.millisecond, limit: 64) == 0)
    #expect(pacer.isOver)
  }

  @Test func `waking after the end sends what was due before it`() {
    var pacer = Self.pacer(perSecond: 1000, end: 5 * Self.millisecond)
    #expect(pacer.take(at: 8 * Self.millisecond, limit: 64) == 5)
    #expect(pacer.isOver)
  }

  @Test func `a pause over the end sends nothing more`() {
    var pacer = Self.pacer(perSecond: 1000, end: 5 * Self.millisecond)
    #expect(pacer.take(at: 0, limit: 64) == 1)
    #expect(pacer.take(at: 500 * Self.millisecond, limit: 64) == 0)
    #expect(pacer.isOver)
    #expect(pacer.paused == 4 * Self.millisecond)
  }

  @Test func `a rate whose spacing is no whole number does not drift`() {
    // 3 packets/s: the millionth is due after 333 333 s and a third.
    let rate = PacketRate(packetsPerSecond: 3)
    #expect(rate.time(of: 1_000_000) == 333_333_333_333_333)
    #expect(rate.count(upTo: 333_333_333_333_332) == 1_000_000)
    #expect(rate.count(upTo: 333_333_333_333_333) == 1_000_001)
  }

  @Test func `a bit rate counts the payload`() {
    let rate = PacketRate(bitsPerSecond: 4_000_000, payloadBytes: 1000)
    #expect(rate.packetsPerSecond == 500)
    #expect(rate.time(of: 1) == 2 * 1_000_000)
    #expect(PacketRate(rate, streams: 4).packetsPerSecond == 2000)
  }

  @Test func `a century at any rate does not overflow`() {
    let century: UInt64 = 100 * 365 * 86_400 * 1_000_000_000
    let rate = PacketRate(bitsPerSecond: 1_000_000_000_000, payloadBytes: 65_507)
    let count = rate.count(upTo: century)
    #expect(rate.time(of: count) > century)
    #expect(rate.time(of: count - 1) <= century)
  }
}
