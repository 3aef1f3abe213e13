import Sequences
import Streams
import Testing
import Wire

@testable import Moves

private func at(_ milliseconds: Int) -> Timestamp {
  Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
}

private let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
private let guestStream = StreamKey(
  source: guest, sourcePort: 5004,
  destination: IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), destinationPort: 5004)
private let stream = guestStream
private let homeAgent = IPAddress(high: 0x2001_0db8_00aa_0000, low: 1)

private func careOf(_ server: Int) -> IPAddress {
  IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(server) << 16, low: 2)
}

private func tunnel(_ server: Int) -> Leg {
  Leg(levels: [OuterHeaders.Level(source: careOf(server), destination: homeAgent)])
}

/// Packets 10 ms apart that pass a point: numbers, and when the first of them passed.
private struct Passing {
  var point: String
  var leg: Leg
  var numbers: ClosedRange<Int>
  var start: Int
  var hasNumbers = true
  var epoch = 0
  var stream = guestStream
}

/// Feeds passings to a correlator, an interval of one second after the other.
private func correlate(
  _ passings: [Passing], points: [String], signals: [(String, Signal)] = [], drops: [Int] = [],
  interval: Int = 1000, until end: Int = 20_000,
  between: (inout Correlator, Timestamp) -> Observed? = { _, _ in nil }
) -> (marks: [Mark], moves: [Move]) {
  let points = points.map { Point(name: $0) }
  var correlator = Correlator(points: points, options: CountingOptions())
  var marks: [Mark] = []
  var moves: [Move] = []
  for step in 0..<end / interval {
    let times = step * interval..<step * interval + interval
    var snapshots: [Snapshot] = []
    for point in points {
      var snapshot = Snapshot(
        point: point, start: at(step * interval), length: .milliseconds(interval))
      for passing in passings where passing.point == point.name {
        let numbers = passing.numbers.filter {
          times.contains(passing.start + ($0 - passing.numbers.lowerBound) * 10)
        }
        guard let first = numbers.first, let last = numbers.last else { continue }
        let firstTime = at(passing.start + (first - passing.numbers.lowerBound) * 10)
        let lastTime = at(passing.start + (last - passing.numbers.lowerBound) * 10)
        let run = NumberRun(
          first: Int64(first), last: Int64(last), firstTime: firstTime, lastTime: lastTime)
        snapshot.streams.append(
          StreamInterval(
            stream: passing.stream, leg: passing.leg,
            payload: passing.hasNumbers ? .nemotop : .unknown,
            epoch: passing.epoch, packets: numbers.count, ipBytes: 100, udpBytes: 60,
            wireBytes: 114,
            firstTime: firstTime, lastTime: lastTime,
            sequence: passing.hasNumbers ? SequenceFigures(runs: [run]) : nil))
      }
      snapshot.signals = signals.filter {
        $0.0 == point.name && times.contains(Int($0.1.time.nanoseconds / 1_000_000))
      }.map(\.1)
      if point.name == points[0].name, drops.contains(step) { snapshot.captureDrops = 1 }
      snapshots.append(snapshot)
    }
    // Nothing is handed over of an interval in which nothing came.
    if let news = between(&correlator, at(step * interval)) {
      marks += news.marks
      moves += news.moves
      guard snapshots.contains(where: { !$0.streams.isEmpty }) else { continue }
    }
    let observed = correlator.take(snapshots)
    marks += observed.marks
    moves += observed.moves
  }
  let rest = correlator.finish(at: at(end))
  return (marks + rest.marks, moves + rest.moves)
}

@Suite struct CorrelatorTests {
  /// The stream of DESIGN's worked example: four numbers leave the new server unbound.
  private let worked = [
    Passing(point: "xen1", leg: tunnel(1), numbers: 0...399, start: 1000),
    Passing(point: "xen2", leg: tunnel(2), numbers: 400...1000, start: 5300),
  ]

  @Test func `two external points alone tell the gap and what no point saw`() throws {
    let (marks, moves) = correlate(worked, points: ["xen1", "xen2"])
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.fromPoint == "xen1")
    #expect(move.toPoint == "xen2")
    #expect(move.fromLeg == tunnel(1))
    #expect(move.toLeg == tunnel(2))
    #expect(move.lastBefore == at(4990))
    #expect(move.firstAfter == at(5300))
    #expect(move.gap == .milliseconds(310))
    #expect(move.lastNumber == 399)
    #expect(move.firstNumber == 400)
    #expect(move.lostUnseen == 0)
    #expect(move.lost == nil)
    #expect(move.receiverGap == nil)
    #expect(move.verdict == .partial)
    #expect(move.decidedBy == ["xen1", "xen2"])
    let moved = marks.filter { $0.kind == .moved }
    #expect(moved.map(\.time) == [at(5300)])
    #expect(moved.first?.point == "xen2")
  }

  @Test func `the receiver tells the loss and its own gap`() throws {
    let received = [
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 404...1000, start: 5365),
    ]
    let (_, moves) = correlate(worked + received, points: ["xen1", "xen2", "cn"])
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.lost == 4)
    #expect(move.lostUnseen == 0)
    #expect(move.receiverGap == .milliseconds(355))
    #expect(move.decidedBy == ["xen1", "xen2", "cn"])
  }

  @Test func `six points make one move, and passing through makes none`() throws {
    let vifs = [
      Passing(point: "xen1.vif", leg: .direct, numbers: 0...399, start: 999),
      Passing(point: "xen2.vif", leg: .direct, numbers: 400...1000, start: 5299),
    ]
    let agent = [
      Passing(point: "ha", leg: tunnel(1), numbers: 0...399, start: 1010),
      Passing(point: "ha", leg: .direct, numbers: 0...399, start: 1010),
      Passing(point: "ha", leg: tunnel(2), numbers: 400...1000, start: 5310),
      Passing(point: "ha", leg: .direct, numbers: 404...1000, start: 5350),
    ]
    let cn = [
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 404...1000, start: 5365),
    ]
    let points = ["xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"]
    let (_, moves) = correlate(worked + vifs + agent + cn, points: points)
    #expect(moves.map(\.fromPoint) == ["xen1"])
    #expect(moves.map(\.lost) == [4])
    // Without the servers the legs at the home agent tell the move, and it delivers as well.
    let (_, seen) = correlate(agent, points: ["ha"])
    #expect(seen.map(\.toPoint) == ["ha"])
    #expect(seen.map(\.toLeg) == [tunnel(2)])
    #expect(seen.map(\.lost) == [4])
    // The vifs tell it where there is no external point.
    let (_, near) = correlate(vifs, points: ["xen1.vif", "xen2.vif"])
    #expect(near.map(\.toPoint) == ["xen2.vif"])
    // The receiver alone sees no move.
    #expect(correlate(cn, points: ["cn"]).moves.isEmpty)
  }

  @Test(arguments: [100, 1000])
  func `a move is told when it was foretold, also one that waits for its delivery`(
    interval: Int
  ) {
    let received = [Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020)]
    func told(
      _ advance: (inout Correlator, Timestamp) -> Observed
    ) -> (times: [Timestamp], moves: [Move]) {
      var times: [Timestamp] = []
      let (_, moves) = correlate(
        worked + received, points: ["xen1", "xen2", "cn"], interval: interval, until: 60_000
      ) { correlator, time in
        let observed = advance(&correlator, time)
        times += observed.moves.map { _ in observed.upTo }
        return observed
      }
      return (times, moves)
    }
    let asked = told { $0.advance(to: $1) }
    let foretold = told { correlator, time in
      guard let due = correlator.due, due <= time else { return Observed(upTo: time) }
      return correlator.advance(to: due.alignedUp(to: .milliseconds(interval)))
    }
    // Silent for a second since 4990 ms, and then 30 s without a delivery.
    #expect(asked.times == [at(36_000)])
    #expect(foretold.times == asked.times)
    #expect(foretold.moves == asked.moves)
  }

  @Test func `external points one behind the other are no alternatives`() {
    let chain = [
      Passing(point: "first", leg: .direct, numbers: 0...1000, start: 1000),
      Passing(point: "second", leg: .direct, numbers: 0...1400, start: 1001),
    ]
    #expect(correlate(chain, points: ["first", "second"]).moves.isEmpty)
  }

  @Test func `back and forth is a move each, in order`() {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 310...599, start: 4200),
      Passing(point: "xen1", leg: tunnel(1), numbers: 600...899, start: 7300),
      Passing(point: "xen2", leg: tunnel(2), numbers: 901...1100, start: 10_500),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"]).moves
    #expect(moves.map(\.toPoint) == ["xen2", "xen1", "xen2"])
    #expect(moves.map(\.lostUnseen) == [10, 0, 1])
    #expect(moves.map(\.gap) == [.milliseconds(210), .milliseconds(210), .milliseconds(210)])
  }

  @Test(arguments: [100, 1000, 5000])
  func `the length of the interval makes no difference to the moves`(interval: Int) {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...904, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 905...974, start: 10_250),
      Passing(point: "xen1", leg: tunnel(1), numbers: 975...1500, start: 11_150),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"], interval: interval).moves
    #expect(moves.map(\.toPoint) == ["xen2", "xen1"])
    #expect(moves.map(\.lastBefore) == [at(10_040), at(10_940)])
    #expect(moves.map(\.firstAfter) == [at(10_250), at(11_150)])
  }

  @Test(arguments: [1000, 10_000])
  func `legs at one point keep their numbers apart`(interval: Int) throws {
    // The leg that comes first in the order of text carries the stream last.
    let passings = [
      Passing(point: "ha", leg: tunnel(9), numbers: 0...499, start: 1000),
      Passing(point: "ha", leg: tunnel(3), numbers: 500...999, start: 6000),
    ]
    let moves = correlate(passings, points: ["ha"], interval: interval).moves
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.lastNumber == 499)
    #expect(move.firstNumber == 500)
    #expect(move.lostUnseen == 0)
  }

  @Test func `a sender that was restarted in the gap still moves, its loss is not known`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...499, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 0...499, start: 8000, epoch: 1),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"]).moves
    let move = try #require(moves.first)
    #expect(move.lastNumber == 499)
    #expect(move.firstNumber == 0)
    #expect(move.lostUnseen == nil)
    #expect(move.verdict == .undetermined)
  }

  @Test func `a sender that was started anew elsewhere with the same numbers has moved`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 0...499, start: 8000),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"]).moves
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.lastNumber == 299)
    #expect(move.firstNumber == 0)
    #expect(move.lostUnseen == nil)
    #expect(move.verdict == .undetermined)
  }

  @Test func `after a restart the numbers of the new epoch count`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...199, start: 4000, epoch: 1),
      Passing(point: "xen2", leg: tunnel(2), numbers: 205...600, start: 6300, epoch: 1),
    ]
    let move = try #require(correlate(passings, points: ["xen1", "xen2"]).moves.first)
    #expect(move.lastNumber == 199)
    #expect(move.firstNumber == 205)
    #expect(move.lostUnseen == 5)
  }

  private func update(_ sequence: UInt16, at time: Int, server: Int) -> Signal {
    Signal(
      time: at(time),
      message: BindingMessage(
        kind: .update, source: careOf(server), destination: homeAgent, sequence: sequence,
        lifetime: 15, homeAddress: guest))
  }

  @Test func `a move back has its own update, not that of the stay before`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...99, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 100...219, start: 2200),
      Passing(point: "xen1", leg: tunnel(1), numbers: 220...600, start: 3600),
    ]
    let signals = [
      ("xen1", update(1, at: 900, server: 1)), ("xen2", update(2, at: 2210, server: 2)),
      ("xen1", update(3, at: 3610, server: 1)),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"], signals: signals).moves
    #expect(moves.map(\.bindingUpdate) == [at(2210), at(3610)])
  }

  @Test
  func
    `a move back has its own update, not one with which the old server refreshed its binding too late`()
    throws
  {
    // The guest of the first server lies in a file, and is bound there still.
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...99, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 100...219, start: 4200),
      Passing(point: "xen1", leg: tunnel(1), numbers: 220...600, start: 8000),
    ]
    let signals = [
      ("xen1", update(65535, at: 900, server: 1)), ("xen1", update(0, at: 4000, server: 1)),
      ("xen2", update(1, at: 4190, server: 2)), ("xen1", update(2, at: 7990, server: 1)),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"], signals: signals).moves
    #expect(moves.map(\.bindingUpdate) == [at(4190), at(7990)])
  }

  @Test func `a move back before the silence of left is a move`() {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 300...319, start: 4100),
      Passing(point: "xen1", leg: tunnel(1), numbers: 320...600, start: 4400),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2"]).moves
    #expect(moves.map(\.toPoint) == ["xen2", "xen1"])
    #expect(moves.map(\.lastNumber) == [299, 319])
    #expect(moves.map(\.firstNumber) == [300, 320])
    #expect(moves.map(\.lostUnseen) == [0, 0])
  }

  @Test func `a stream that two servers share by the packet does not move`() {
    let even = stride(from: 0, to: 1000, by: 2).map {
      Passing(point: "xen1", leg: tunnel(1), numbers: $0...$0, start: 1000 + $0 * 10)
    }
    let odd = stride(from: 1, to: 1000, by: 2).map {
      Passing(point: "xen2", leg: tunnel(2), numbers: $0...$0, start: 1000 + $0 * 10)
    }
    #expect(correlate(even + odd, points: ["xen1", "xen2"]).moves.isEmpty)
  }

  @Test func `copies on both legs during the switch are no losses`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...409, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 390...1000, start: 4900),
      Passing(point: "cn", leg: .direct, numbers: 0...1000, start: 1020),
    ]
    let move = try #require(correlate(passings, points: ["xen1", "xen2", "cn"]).moves.first)
    #expect(move.lost == 0)
    #expect(move.duplicates == 20)
    #expect(move.gap == .milliseconds(-190))
  }

  @Test func `a server that nobody watches shows by its tunnel at the home agent`() {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "ha", leg: tunnel(1), numbers: 0...299, start: 1010),
      Passing(point: "ha", leg: tunnel(3), numbers: 300...599, start: 4200),
      Passing(point: "ha", leg: tunnel(2), numbers: 600...900, start: 7400),
      Passing(point: "xen2", leg: tunnel(2), numbers: 600...900, start: 7390),
    ]
    let moves = correlate(passings, points: ["xen1", "xen2", "ha"]).moves
    #expect(moves.map(\.fromPoint) == ["xen1", "ha"])
    #expect(moves.map(\.toPoint) == ["ha", "xen2"])
    #expect(moves.map(\.toLeg) == [tunnel(3), tunnel(2)])
  }

  @Test func `a restart that one server saw holds at the next one too`() throws {
    // The new server counts its epochs from 0.
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...199, start: 4000, epoch: 1),
      Passing(point: "xen2", leg: tunnel(2), numbers: 205...600, start: 6300),
    ]
    let move = try #require(correlate(passings, points: ["xen1", "xen2"]).moves.first)
    #expect(move.lastNumber == 199)
    #expect(move.firstNumber == 205)
    #expect(move.lostUnseen == 5)
  }

  @Test func `an outage of minutes is a move with all that was lost in it`() throws {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 18_300...18_999, start: 184_000),
      Passing(point: "cn", leg: .direct, numbers: 0...299, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 18_300...18_999, start: 184_020),
    ]
    let (_, moves) = correlate(passings, points: ["xen1", "xen2", "cn"], until: 200_000)
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.lost == 18_000)
    #expect(move.lostUnseen == 18_000)
    #expect(move.receiverGap == .milliseconds(180_010))
    #expect(move.paused == .zero)
  }

  @Test func `times that contradict the order of the numbers are told, and the order holds`() throws
  {
    // The second server's clock is half a second behind.
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...399, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 400...1000, start: 4800),
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 400...1000, start: 5325),
    ]
    let (marks, moves) = correlate(passings, points: ["xen1", "xen2", "cn"])
    let move = try #require(moves.first)
    #expect(moves.map(\.toPoint) == ["xen2"])
    #expect(move.gap == .milliseconds(-190))
    #expect(move.uncertainty == nil)
    #expect(move.verdict == .partial)
    // 25 ms on the way from the new server seem to be 525 ms: nothing contradicts that alone.
    #expect(!marks.contains { $0.kind == .clock })
    let late = passings.map { passing in
      var passing = passing
      if passing.point == "xen2" { passing.start += 1000 }
      return passing
    }
    let (clockMarks, _) = correlate(late, points: ["xen1", "xen2", "cn"])
    let mark = try #require(clockMarks.first { $0.kind == .clock })
    #expect(mark.point == "cn")
    #expect(mark.detail.first { $0.name == "transit_ms" }?.value == .number(-475))
  }

  @Test func `two guests that change places at once have a binding and a loss each`() throws {
    let other = StreamKey(
      source: IPAddress(high: 0x2001_0db8_0043_0000, low: 0x10), sourcePort: 5004,
      destination: stream.destination, destinationPort: 5004)
    var passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...399, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 403...1000, start: 5300),
      Passing(point: "xen2", leg: tunnel(2), numbers: 0...399, start: 1005, stream: other),
      Passing(point: "xen1", leg: tunnel(1), numbers: 410...1000, start: 5305, stream: other),
    ]
    passings += [
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 405...1000, start: 5345),
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1025, stream: other),
      Passing(point: "cn", leg: .direct, numbers: 410...1000, start: 5325, stream: other),
    ]
    func update(_ sequence: UInt16, at time: Int, server: Int, home: UInt64) -> Signal {
      Signal(
        time: at(time),
        message: BindingMessage(
          kind: .update, source: careOf(server), destination: homeAgent, sequence: sequence,
          flags: 0xc400, lifetime: 15, homeAddress: IPAddress(high: home, low: 1),
          prefixes: [.init(address: IPAddress(high: home, low: 0), length: 64)]))
    }
    let signals = [
      ("xen2", update(5, at: 5310, server: 2, home: 0x2001_0db8_0042_0000)),
      ("xen1", update(9, at: 5311, server: 1, home: 0x2001_0db8_0043_0000)),
    ]
    let (marks, moves) = correlate(passings, points: ["xen1", "xen2", "cn"], signals: signals)
    let mine = try #require(moves.first { $0.stream == stream })
    let others = try #require(moves.first { $0.stream == other })
    #expect(moves.count == 2)
    #expect([mine.fromPoint, mine.toPoint] == ["xen1", "xen2"])
    #expect([others.fromPoint, others.toPoint] == ["xen2", "xen1"])
    #expect(mine.bindingUpdate == at(5310))
    #expect(others.bindingUpdate == at(5311))
    #expect([mine.lost, mine.lostUnseen, mine.unbound] == [5, 3, 2])
    #expect([others.lost, others.lostUnseen, others.unbound] == [10, 10, 0])
    let sequences = marks.filter { $0.kind == .moved }.map { $0["binding_update"] }
    #expect(sequences == [.integer(5), .integer(9)])
  }

  /// xen2's clock is 400 ms ahead. The stream takes 20 ms to the receiver, the opposite one 10 ms back:
  /// both servers are compared with the receiver, each within half of 30 ms.
  @Test func `a stream that goes back compares the clocks`() throws {
    let reversed = [
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1500),
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...399, start: 1510),
      Passing(point: "cn", leg: .direct, numbers: 400...700, start: 6000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 400...700, start: 6410),
    ].map { passing in
      var passing = passing
      passing.stream = stream.reversed
      return passing
    }
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...399, start: 1000),
      Passing(point: "xen2", leg: tunnel(2), numbers: 400...1000, start: 5700),
      Passing(point: "cn", leg: .direct, numbers: 0...399, start: 1020),
      Passing(point: "cn", leg: .direct, numbers: 400...1000, start: 5320),
    ]
    let moves = correlate(passings + reversed, points: ["xen1", "xen2", "cn"]).moves
    let move = try #require(moves.first { $0.stream == stream })
    // Of 310 ms between the servers their clocks show 710.
    #expect(abs(move.clockOffset.milliseconds - 400) < 1)
    #expect(abs(move.gap.milliseconds - 310) < 1)
    #expect(abs((move.paused ?? .zero).milliseconds - 300) < 1)
    // Twice 15 ms, one spacing, and the drift of some seconds.
    #expect(abs((move.uncertainty ?? .zero).milliseconds - 40) < 2)
    let alone = correlate(passings, points: ["xen1", "xen2", "cn"]).moves
    #expect(alone.first?.gap == .milliseconds(710))
    #expect(alone.first?.uncertainty == nil)
  }

  @Test func `an absence that ends at the same server is no move`() {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen1", leg: tunnel(1), numbers: 300...599, start: 9000),
    ]
    #expect(correlate(passings, points: ["xen1", "xen2"]).moves.isEmpty)
  }

  @Test func `another leg of equal depth at one server is a move`() {
    let passings = [
      Passing(point: "xen1", leg: tunnel(1), numbers: 0...299, start: 1000),
      Passing(point: "xen1", leg: tunnel(3), numbers: 300...599, start: 4100),
    ]
    let moves = correlate(passings, points: ["xen1"]).moves
    #expect(moves.map(\.toLeg) == [tunnel(3)])
  }

  @Test func `a stream without numbers moves, and what was lost is not known`() throws {
    let passings = worked.map { passing in
      var passing = passing
      passing.hasNumbers = false
      return passing
    }
    let moves = correlate(passings, points: ["xen1", "xen2"]).moves
    let move = try #require(moves.first)
    #expect(move.gap == .milliseconds(310))
    #expect(move.lost == nil)
    #expect(move.lostUnseen == nil)
    #expect(move.lastNumber == nil)
    #expect(move.verdict == .undetermined)
  }

  @Test func `the update of the new care-of address and its answer belong to the move`() throws {
    func update(_ sequence: UInt16, at time: Int, server: Int = 2) -> Signal {
      Signal(
        time: at(time),
        message: BindingMessage(
          kind: .update, source: careOf(server), destination: homeAgent, sequence: sequence,
          flags: 0xc400, lifetime: 15, homeAddress: guest))
    }
    func answer(_ sequence: UInt16, status: UInt8, at time: Int) -> Signal {
      Signal(
        time: at(time),
        message: BindingMessage(
          kind: .acknowledgement, source: homeAgent, destination: careOf(2), sequence: sequence,
          flags: 0x40, lifetime: 15, status: status, homeAddress: guest))
    }
    let signals = [
      ("xen1", update(15, at: 1000, server: 1)), ("xen2", update(16, at: 5200)),
      ("xen2", answer(16, status: 135, at: 5210)), ("xen2", update(17, at: 5220)),
      ("xen2", answer(17, status: 0, at: 5240)),
    ]
    let (marks, moves) = correlate(worked, points: ["xen1", "xen2"], signals: signals)
    let move = try #require(moves.first)
    #expect(move.bindingUpdate == at(5220))
    #expect(move.bindingAcknowledgement == at(5240))
    let moved = try #require(marks.first { $0.kind == .moved })
    #expect(moved.detail.first { $0.name == "binding_update" }?.value == .integer(17))
    #expect(moved.detail.first { $0.name == "binding_ack" }?.value == .integer(0))
    #expect(marks.filter { $0.kind == .bindingUpdate }.count == 3)
    #expect(marks.filter { $0.kind == .bindingAcknowledgement }.count == 2)
    let flags = marks.first { $0.kind == .bindingUpdate }?.detail.first { $0.name == "flags" }
    #expect(flags?.value == .text("AHR"))
  }

  @Test func `a move over a blind interval says so`() throws {
    let (marks, moves) = correlate(worked, points: ["xen1", "xen2"], drops: [5])
    #expect(moves.map(\.verdict) == [.blind])
    #expect(marks.filter { $0.kind == .blind }.map(\.time) == [at(5000)])
  }
}

@Suite struct InterruptionTests {
  private func interruptions(
    _ passings: [Passing], points: [String], drops: [Int] = []
  ) -> [Mark] {
    correlate(passings, points: points, drops: drops).marks
      .filter { [.cut, .restored, .renamed].contains($0.kind) }.sorted { $0.time < $1.time }
  }

  private let cutOff = [
    Passing(point: "guest", leg: .direct, numbers: 0...999, start: 0),
    Passing(point: "cn", leg: .direct, numbers: 0...199, start: 0),
    Passing(point: "cn", leg: .direct, numbers: 700...999, start: 7000),
  ]

  @Test func `a stream that is sent on and comes to nobody is cut off, and then back`() {
    let marks = interruptions(cutOff, points: ["cn", "guest"])
    #expect(marks.map(\.kind) == [.cut, .restored])
    #expect(marks.map(\.time) == [at(1990), at(7000)])
    #expect(marks.map(\.point) == ["cn", "cn"])
    #expect(marks[0].detail.first?.value == .text("guest"))
    #expect(marks[1].detail.first?.value == .number(5010))
    #expect(
      marks.map(\.interruption) == [
        "cut off: last at cn, sent on at guest", "back at cn, after 5010 ms",
      ])
  }

  @Test func `nothing is said of a stream that a blind point may have missed`() {
    #expect(interruptions(cutOff, points: ["cn", "guest"], drops: [2]).isEmpty)
  }

  @Test func `a stream that nobody sends any more is not cut off`() {
    let over = [
      Passing(point: "guest", leg: .direct, numbers: 0...199, start: 0),
      Passing(point: "cn", leg: .direct, numbers: 0...199, start: 0),
    ]
    #expect(interruptions(over, points: ["cn", "guest"]).isEmpty)
  }

  private func stream(from server: Int, port: UInt16 = 5004) -> StreamKey {
    StreamKey(
      source: careOf(server), sourcePort: port, destination: guestStream.destination,
      destinationPort: 5004)
  }

  private func passing(
    _ numbers: ClosedRange<Int>, start: Int, from server: Int, port: UInt16 = 5004
  ) -> Passing {
    var passing = Passing(point: "cn", leg: .direct, numbers: numbers, start: start)
    passing.stream = stream(from: server, port: port)
    return passing
  }

  @Test func `a stream goes on under another address, and back under the first`() {
    let marks = interruptions(
      [
        passing(0...199, start: 0, from: 1), passing(205...404, start: 2100, from: 2),
        passing(410...599, start: 6000, from: 1),
      ], points: ["cn"])
    #expect(marks.map(\.kind) == [.renamed, .renamed])
    #expect(marks.map(\.time) == [at(2100), at(6000)])
    #expect(marks.map(\.stream) == [stream(from: 2), stream(from: 1)])
    #expect(
      marks[0].detail.map(\.value) == [
        .text("\(stream(from: 1))"), .number(110), .integer(5),
      ])
    #expect(marks[1].detail.last?.value == .integer(5))
  }

  @Test func `streams that go on beside one another are two`() {
    #expect(
      interruptions(
        [passing(0...799, start: 0, from: 1), passing(205...404, start: 2100, from: 2)],
        points: ["cn"]
      ).isEmpty)
  }

  @Test func `many streams to one port are not taken for one another`() {
    // All but one go on; that one was numbered below the others when it ended.
    let ended = passing(0...150, start: 9, from: 0)
    let others = (1...600).map {
      passing(1000 * $0...1000 * $0 + 150, start: 1000 + $0 % 10, from: $0)
    }
    #expect(interruptions([ended] + others, points: ["cn"]).isEmpty)
  }

  @Test(arguments: [(40, [Mark.Kind.renamed]), (1490, [])])
  func `a stream beyond those that are looked at is not taken for another`(
    crowd: Int, told: [Mark.Kind]
  ) {
    let others = (0..<crowd).map { passing(1000...1009, start: 20, from: 10 + $0) }
    let marks = interruptions(
      [passing(0...199, start: 0, from: 1)] + others
        + [passing(200...399, start: 2100, from: 2, port: 5005)], points: ["cn"])
    #expect(marks.map(\.kind) == told)
  }

  @Test func `of several streams each goes on with its own port`() {
    let marks = interruptions(
      [
        passing(0...199, start: 0, from: 1), passing(0...199, start: 3, from: 1, port: 5005),
        passing(200...399, start: 2100, from: 2),
        passing(200...399, start: 2103, from: 2, port: 5005),
      ], points: ["cn"])
    #expect(marks.map(\.stream) == [stream(from: 2), stream(from: 2, port: 5005)])
    #expect(
      marks.compactMap(\.detail.first?.value) == [
        .text("\(stream(from: 1))"), .text("\(stream(from: 1, port: 5005))"),
      ])
  }
}
