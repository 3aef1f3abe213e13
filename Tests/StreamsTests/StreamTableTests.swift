import Sequences
import Testing
import Wire

@testable import Streams

@Suite struct StreamTableTests {
  private let tunnel = OuterHeaders.Level(
    source: IPAddress(high: 0x2001_0db8_0001_0000, low: 2),
    destination: IPAddress(high: 0x2001_0db8_00aa_0000, low: 1))

  @Test func `a header that the snaplen cut makes its interval blind, and no other`() {
    var bench = Bench("xen1")
    for second in 0..<3 { bench.send(UInt64(second), at: Double(second) * 1000) }
    var cut = DecodedPacket()
    cut.kind = .other
    cut.isTruncated = true
    cut.ipBytes = 100
    var mended = Bench("xen1")
    for second in 0..<3 {
      mended.send(UInt64(second), at: Double(second) * 1000)
      if second == 1 { mended.count(cut, [], at: 1500) }
    }
    #expect(bench.finish(at: 3_000).map(\.isBlind) == [false, false, false])
    let snapshots = mended.finish(at: 3_000)
    #expect(snapshots.map(\.truncated) == [0, 1, 0])
    #expect(snapshots.map(\.isBlind) == [false, true, false])
    #expect(snapshots.flatMap(\.streams).map(\.isBlind) == [false, true, false])
  }

  @Test func `packets count into intervals that are aligned to the epoch`() throws {
    var bench = Bench("xen1")
    for number in 0..<100 { bench.send(UInt64(number), at: 1_500 + Double(number) * 10) }
    let snapshots = bench.finish(at: 2_500)
    #expect(snapshots.map(\.start) == [at(1000), at(2000)])
    #expect(snapshots.flatMap(\.streams).map(\.packets) == [50, 50])
    let first = try #require(snapshots.first?.streams.first)
    #expect(first.stream.description == "[2001:db8:42::10]:5004>[2001:db8:cc::1]:5004")
    #expect(first.leg == .direct)
    #expect(first.payload == .nemotop)
    #expect(first.udpBytes == 50 * 40)
    #expect(first.ipBytes == 50 * 88)
    #expect(first.wireBytes == 50 * 102)
    #expect(
      first.sequence?.runs == [
        NumberRun(first: 0, last: 49, firstTime: at(1500), lastTime: at(1990))
      ])
    #expect(snapshots[0].totals == [ProtocolTotal(kind: .udp, packets: 50, wireBytes: 50 * 102)])
    #expect(snapshots[0].events.map(\.kind) == [.appeared])
  }

  @Test func `the intervals of a run add up, late numbers with minus one`() {
    var bench = Bench("xen1")
    for number in [1, 2, 5, 6] as [UInt64] { bench.send(number, at: 900 + Double(number)) }
    bench.send(3, at: 1010)
    bench.send(3, at: 1011)
    bench.send(7, at: 1012)
    let sequences = bench.finish(at: 1500).flatMap(\.streams).compactMap(\.sequence)
    #expect(sequences.map(\.lost) == [2, -1])
    #expect(sequences.map(\.duplicates) == [0, 1])
    #expect(sequences.map(\.reordered) == [0, 1])
  }

  @Test func `a silence that is long ends the stay at its last packet`() {
    var bench = Bench("xen1")
    for number in 0..<20 { bench.send(UInt64(number), at: Double(number) * 10) }
    for number in 520..<540 { bench.send(UInt64(number), at: Double(number) * 10) }
    let snapshots = bench.finish(at: 5_400)
    let events = snapshots.flatMap(\.events)
    #expect(events.map(\.kind) == [.appeared, .left, .appeared])
    #expect(events.map(\.time) == [at(0), at(190), at(5200)])
    // The stay's end is known, and handed over, once a second has passed.
    #expect(snapshots.map(\.start) == [at(0), at(1000), at(5000)])
    let sequences = snapshots.flatMap(\.streams).compactMap(\.sequence)
    #expect(sequences.map(\.lost) == [0, 0])
    #expect(sequences.map(\.skipped) == [0, 500])
    #expect(snapshots.last?.streams.first?.maximumGap == .milliseconds(10))
  }

  @Test func `at the receiver numbers jumped over an absence are lost, and the absence is a gap`() {
    var bench = Bench("cn")
    for number in 0..<20 { bench.send(UInt64(number), at: Double(number) * 10) }
    for number in 25..<40 { bench.send(UInt64(number), at: 5_000 + Double(number) * 10) }
    let snapshots = bench.finish(at: 5_400)
    #expect(snapshots.flatMap(\.streams).compactMap { $0.sequence?.lost } == [0, 5])
    #expect(
      snapshots.flatMap(\.events).map(\.kind) == [
        .appeared, .left, .appeared, .gap(.milliseconds(5060), missing: 5),
      ])
  }

  @Test func `a silence over the larger of 50 ms and five spacings is a gap`() {
    var bench = Bench("xen1")
    for number in 0..<20 { bench.send(UInt64(number), at: Double(number) * 20) }
    bench.send(20, at: 380 + 99)
    bench.send(22, at: 380 + 99 + 120)
    let events = bench.finish(at: 900).flatMap(\.events)
    #expect(events.map(\.kind) == [.appeared, .gap(.milliseconds(120), missing: 1)])
    #expect(events.last?.time == at(599))
  }

  @Test func `a stream with a slow beat has not left between two packets`() {
    var bench = Bench("xen1")
    for number in 0..<10 { bench.send(UInt64(number), at: Double(number) * 500) }
    bench.send(10, at: 4_500 + 9_000)
    let events = bench.finish(at: 13_500).flatMap(\.events)
    #expect(events.map(\.kind) == [.appeared, .gap(.milliseconds(9000), missing: 0)])
  }

  @Test func `a beat slower than a second is learned from the first silence`() {
    var bench = Bench("xen1")
    for number in 0..<10 { bench.send(UInt64(number), at: Double(number) * 3000) }
    let events = bench.finish(at: 27_000).flatMap(\.events)
    #expect(events.map(\.kind) == [.appeared, .left, .appeared])
    #expect(events.map(\.time) == [at(0), at(0), at(3000)])
  }

  @Test func `legs count apart and depths number apart`() {
    var bench = Bench("ha")
    for number in 0..<10 as Range<UInt64> {
      bench.send(number, at: Double(number) * 10, through: [tunnel])
      if number != 4 { bench.send(number, at: Double(number) * 10 + 0.1) }
    }
    let streams = bench.finish(at: 900).flatMap(\.streams)
    #expect(streams.map(\.leg.description) == ["2001:db8:1::2>2001:db8:aa::1", "direct"])
    #expect(streams.map(\.packets) == [10, 9])
    #expect(streams.map { $0.sequence?.lost } == [0, 1])
    #expect(streams.map { $0.sequence?.duplicates } == [0, 0])
  }

  @Test func `a restarted sender begins an epoch`() {
    var bench = Bench("xen1")
    for number in 500..<510 as Range<UInt64> { bench.send(number, at: Double(number)) }
    for number in 0..<10 as Range<UInt64> {
      bench.send(number, at: 1000 + Double(number), source: 8)
    }
    let streams = bench.finish(at: 1500).flatMap(\.streams)
    #expect(streams.map(\.epoch) == [0, 1])
    #expect(streams.map { $0.sequence?.lost } == [0, 0])
    #expect(streams.map { $0.sequence?.skipped } == [0, 0])
  }

  @Test func `transit and jitter come from the sender's clock`() {
    var bench = Bench("cn")
    for number in 0..<3 as Range<UInt64> {
      bench.send(number, at: 100 + Double(number) * 10, delay: [5, 7, 7][Int(number)])
    }
    let stream = bench.finish(at: 900).first?.streams.first
    #expect(stream?.transitMinimum == .milliseconds(5))
    #expect(stream?.transitMedian == .milliseconds(7))
    #expect(stream?.jitter == .nanoseconds(117_188))
  }

  @Test func `RTP is believed after four packets, which all count`() {
    var bench = Bench("xen1")
    for (index, sequence) in ([65_533, 65_534, 65_535, 1, 2] as [UInt16]).enumerated() {
      let header = RTPHeader(
        payloadType: 33, sequence: sequence, timestamp: UInt32(index * 900),
        synchronizationSource: 3)
      var bytes: [UInt8] = []
      header.serialize(into: &bytes)
      bench.send(bytes, at: Double(index) * 10)
    }
    let stream = bench.finish(at: 900).first?.streams.first
    #expect(stream?.payload == .rtp)
    #expect(stream?.sequence?.lost == 1)
    #expect(stream?.sequence?.runs.map(\.count).reduce(0, +) == 5)
    #expect(stream?.jitter == .zero)
    #expect(stream?.transitMedian == nil)
  }

  @Test func `payload without numbers has throughput and gaps only`() {
    var bench = Bench("xen1")
    for index in 0..<10 { bench.send([0x80, 33, UInt8(index * 20)], at: Double(index) * 10) }
    let stream = bench.finish(at: 900).first?.streams.first
    #expect(stream?.payload == .unknown)
    #expect(stream?.packets == 10)
    #expect(stream?.sequence == nil)
    #expect(stream?.jitter == nil)
    #expect(stream?.maximumGap == .milliseconds(10))
  }

  @Test func `what is no UDP counts by protocol, and drops make an interval blind`() {
    var bench = Bench("xen1")
    for kind in [DecodedPacket.Kind.tcp, .arp, .malformed, .malformed] {
      var packet = DecodedPacket()
      packet.kind = kind
      bench.count(packet, [], at: 10)
    }
    bench.send(1, at: 20)
    bench.table.countDrops(3)
    let snapshots = bench.finish(at: 900)
    #expect(snapshots[0].totals.map(\.kind) == [.udp, .tcp, .arp, .malformed])
    #expect(snapshots[0].totals.map(\.packets) == [1, 1, 1, 2])
    #expect(snapshots[0].captureDrops == 3)
    #expect(snapshots[0].streams[0].isBlind)
  }

  @Test func `drops make every interval blind up to when they were found out`() {
    var bench = Bench("xen1")
    bench.send(1, at: 20)
    bench.table.countDrops(3, upTo: at(1_500))
    for (number, time) in [(5, 1_010), (6, 1_900), (7, 2_010)] {
      bench.send(UInt64(number), at: Double(time))
    }
    let snapshots = bench.finish(at: 2_500)
    #expect(snapshots.map(\.captureDrops) == [3, 0, 0])
    #expect(snapshots.map(\.isBlind) == [true, true, false])
  }

  @Test func `a packet that may hold segments makes its stream's interval blind, and no other`() {
    var bench = Bench("xen1")
    bench.send(1, at: 20)
    var packet = DecodedPacket()
    packet.kind = .udp
    packet.sourcePort = 7
    for (time, mayHoldSegments) in [(30, false), (40, true), (1_200, false)] {
      bench.table.count(
        packet, bytes: [UInt8]().rawSpan, wireBytes: 3_000,
        at: Timestamp(nanoseconds: Int64(time) * 1_000_000), mayHoldSegments: mayHoldSegments
      ) { bench.snapshots.append($0.snapshot(of: $1)) }
    }
    let streams = bench.finish(at: 1_900).flatMap(\.streams)
    #expect(streams.map(\.stream.sourcePort) == [7, 5004, 7])
    #expect(streams.map(\.isBlind) == [true, false, false])
  }

  @Test func `time that stands still or jumps back neither traps nor loses packets`() {
    var bench = Bench("xen1")
    for time in [5000, 5000, 10, 9_000_000, 5000, -4000, 9_000_000] as [Double] {
      bench.send(1, at: time)
    }
    let packets = bench.finish(at: 0).flatMap(\.streams).map(\.packets)
    #expect(packets.reduce(0, +) == 7)
  }
}
