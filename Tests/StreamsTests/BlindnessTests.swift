import Testing
import Wire

@testable import Streams

/// What a capture missed is no loss of the network: every interval that it touches says so.
@Suite struct BlindnessTests {
  private func event(_ kind: CaptureEvent.Kind, at milliseconds: Int) -> CaptureEvent {
    CaptureEvent(time: at(milliseconds), kind: kind)
  }

  @Test func `drops that are found out late make every interval since blind, also silent ones`() {
    var bench = Bench("xen1")
    bench.send(0, at: 900)
    bench.send(1, at: 1500)
    bench.table.countDrops(40, upTo: at(4200))
    bench.send(42, at: 4300)
    bench.send(43, at: 5100)
    let snapshots = bench.finish(at: 6000).filter { $0.isBlind || !$0.streams.isEmpty }
    #expect(snapshots.map(\.start) == [0, 1000, 2000, 3000, 4000, 5000].map(at))
    #expect(snapshots.map(\.isBlind) == [false, true, true, true, true, false])
    #expect(snapshots.map(\.captureDrops) == [0, 40, 0, 0, 0, 0])
  }

  @Test func `a loss that shows only in the next interval is blind there`() {
    var bench = Bench("xen1")
    for number in 0..<5 as Range<UInt64> { bench.send(number, at: Double(number) * 200) }
    bench.table.countDrops(3, upTo: at(950))
    bench.send(8, at: 1600)
    bench.send(9, at: 2100)
    bench.send(12, at: 3100)
    let streams = bench.finish(at: 4000).flatMap(\.streams)
    #expect(streams.map { $0.sequence?.lost } == [0, 3, 0, 2])
    #expect(streams.map(\.isBlind) == [true, true, false, false])
  }

  @Test func `numbers that go on say that nothing was missed`() {
    var bench = Bench("xen1")
    bench.send(0, at: 700)
    bench.table.countDrops(1, upTo: at(900))
    bench.send(1, at: 1100)
    #expect(bench.finish(at: 2000).flatMap(\.streams).map(\.isBlind) == [true, false])
  }

  @Test func `a stream without numbers is blind where it goes on`() {
    var bench = Bench("xen1")
    bench.send([1, 2, 3, 4], at: 700)
    bench.table.countDrops(1, upTo: at(900))
    bench.send([1, 2, 3, 4], at: 1100)
    bench.send([1, 2, 3, 4], at: 2100)
    #expect(bench.finish(at: 3000).flatMap(\.streams).map(\.isBlind) == [true, true, false])
  }

  @Test func `an absence is told where it begins and ends, and what it hides is blind`() {
    var bench = Bench("xen1")
    for number in 0..<3 as Range<UInt64> { bench.send(number, at: 1000 + Double(number) * 100) }
    let ended = event(.ended(reason: "interface went away"), at: 1250)
    let resumed = event(.resumed, at: 5700)
    bench.table.note(ended)
    bench.table.note(resumed)
    bench.send(60, at: 6100)
    bench.send(61, at: 7100)
    let snapshots = bench.finish(at: 8000)
    #expect(snapshots.flatMap(\.captureEvents) == [ended, resumed])
    #expect(
      snapshots.filter { !$0.captureEvents.isEmpty }.map(\.start)
        == [at(1000), at(5000)])
    #expect(snapshots.filter(\.isBlind).map(\.start) == [1000, 5000, 6000].map(at))
    // Between two stays numbers are skipped, by whatever took them.
    let streams = snapshots.flatMap(\.streams)
    #expect(streams.map { $0.sequence?.skipped } == [0, 57, 0])
    #expect(streams.map(\.isBlind) == [true, true, false])
  }

  @Test func `an absence of the past leaves no trace in what follows`() {
    var bench = Bench("xen1")
    bench.send(0, at: 1000)
    bench.table.note(event(.ended(reason: "interface went away"), at: 1001))
    bench.table.note(event(.resumed, at: 1002))
    for number in 1..<40 as Range<UInt64> { bench.send(number, at: 1002 + Double(number) * 100) }
    let snapshots = bench.finish(at: 6000)
    #expect(snapshots.map(\.isBlind) == [true, false, false, false])
  }
}
