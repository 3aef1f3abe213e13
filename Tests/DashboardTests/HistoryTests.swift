import Moves
import Streams
import Testing
import Wire

@testable import Dashboard

@Suite struct HistoryTests {
  private func history(after seconds: Int, points: [Point] = Story.points) -> History {
    var history = History(points: points)
    for observed in Story.observed(seconds: seconds) { history.take(observed) }
    return history
  }

  private func place(_ history: History, at time: Timestamp) throws -> StreamHistory.Place {
    try #require(history.streams[Story.stream]).place(at: time, interval: Story.second)
  }

  @Test func `packets that several points saw pass once`() throws {
    let history = history(after: 10)
    let stream = try #require(history.streams[Story.stream])
    #expect(stream.packets == 1000)
    #expect(stream.bytes == 5_000_000)
    #expect(history.packets == 1000)
  }

  @Test func `what two servers carried in one interval adds up`() throws {
    var history = History(points: Story.points)
    var left = Story.snapshot(of: Point(name: "xen1"), from: Story.start, packetRate: 30)
    left.streams[0].lastTime = Story.start + .milliseconds(290)
    var right = Story.snapshot(of: Point(name: "xen2"), from: Story.start, packetRate: 35)
    right.streams[0].firstTime = Story.start + .milliseconds(640)
    history.take(Observed(upTo: Story.start + Story.second, snapshots: [left, right]))
    #expect(history.streams[Story.stream]?.packets == 65)
  }

  @Test func `what two points on one way saw counts once`() throws {
    var history = History(points: [])
    let snapshots = ["eth0", "bond0"].map {
      Story.snapshot(of: Point(name: $0), from: Story.start, packetRate: 30)
    }
    history.take(Observed(upTo: Story.start + Story.second, snapshots: snapshots))
    #expect(history.streams[Story.stream]?.packets == 30)
    #expect(history.points.map(\.name) == ["eth0", "bond0"])
  }

  @Test func `two forms of one stream at a point count once, two legs of one form add up`() throws {
    var history = History(points: [])
    let agent = OuterHeaders.Level(
      source: IPAddress(high: 1, low: 1), destination: IPAddress(high: 1, low: 9))
    let other = OuterHeaders.Level(
      source: IPAddress(high: 1, low: 2), destination: IPAddress(high: 1, low: 9))
    var snapshot = Story.snapshot(of: Point(name: "ha"), from: Story.start, packetRate: 90)
    for (level, packets) in [(agent, 60), (other, 30)] {
      var leg = snapshot.streams[0]
      leg.leg = Leg(levels: [level])
      leg.packets = packets
      leg.sequence?.lost = 7
      snapshot.streams.append(leg)
    }
    snapshot.streams[0].sequence?.lost = 2
    history.take(Observed(upTo: Story.start + Story.second, snapshots: [snapshot]))
    let stream = try #require(history.streams[Story.stream])
    #expect(stream.packets == 90)
    #expect(stream.lost == 2)
  }

  @Test func `rates are means over the last whole intervals`() throws {
    let history = history(after: 11)
    let stream = try #require(history.streams[Story.stream])
    #expect(history.rate(stream.passed, over: 2) == Double(165 * 5000) / 2)
    #expect(history.rate(stream.passed, over: 10) == Double(965 * 5000) / 10)
    #expect(history.rate(stream.passed, over: 40) == Double(1065 * 5000) / 40)
  }

  @Test func `loss is what the receiver counts, else the anchor, else the servers and the moves`()
    throws
  {
    #expect(history(after: 25).streams[Story.stream]?.lost == 8)
    for (far, expected) in [("ha", 8), ("none", 8)] {
      var history = History(points: [])
      for var observed in Story.observed(seconds: 25) {
        observed.snapshots.removeAll { $0.point.role != .external && $0.point.name != far }
        history.take(observed)
      }
      #expect(history.streams[Story.stream]?.lost == expected)
    }
  }

  @Test func `a stream without numbers has no loss`() {
    var history = History(points: [])
    var snapshot = Story.snapshot(of: Point(name: "xen1"), from: Story.start)
    snapshot.streams[0].sequence = nil
    history.take(Observed(upTo: Story.start + Story.second, snapshots: [snapshot]))
    #expect(history.streams[Story.stream]?.lost == nil)
  }

  @Test func `a stream is on the server that saw it last, and away once it is silent`() throws {
    let end = Story.start + .seconds(10)
    let history = history(after: 10)
    #expect(try place(history, at: end) == .on("xen1"))
    #expect(try place(history, at: end + .milliseconds(900)) == .on("xen1"))
    #expect(try place(history, at: end + .seconds(2)) == .away(.milliseconds(2010)))
    #expect(try place(history, at: end + .seconds(70)) == .gone)
    #expect(try place(self.history(after: 11), at: end + .seconds(1)) == .on("xen2"))
  }

  @Test func `a stream that left is away at once, and back when it appears again`() throws {
    var history = history(after: 10)
    let end = Story.start + .seconds(10)
    let last = Story.start + .milliseconds(9990)
    history.take(Observed(upTo: end, marks: [Story.mark(.left, "xen1", last)]))
    #expect(try place(history, at: end) == .away(.milliseconds(10)))
    history.take(
      Observed(
        upTo: end + Story.second,
        snapshots: [Story.snapshot(of: Point(name: "xen1"), from: end)]))
    #expect(try place(history, at: end + Story.second) == .on("xen1"))
  }

  @Test func `a slow stream is not away between its packets`() throws {
    var history = History(points: [])
    history.take(
      Observed(
        upTo: Story.start + Story.second,
        snapshots: [
          Story.snapshot(of: Point(name: "xen1"), from: Story.start, packetRate: 1)
        ]))
    #expect(try place(history, at: Story.start + .seconds(5)) == .on("xen1"))
    #expect(try place(history, at: Story.start + .seconds(7)) == .away(.milliseconds(6010)))
  }

  @Test func `without servers the access points decide`() {
    let points = ["cn", "xen1.vif", "ha"].map { Point(name: $0) }
    #expect(History(points: points).decidingPoints.map(\.name) == ["xen1.vif"])
  }

  @Test func `what is older than an hour is forgotten`() {
    var history = history(after: 25)
    #expect(history.moves.count == 2)
    history.take(
      Observed(upTo: Story.start + .seconds(3610), marks: []))
    #expect(history.moves.count == 2)
    #expect(history.marks.map(\.kind) == [.appeared, .left, .appeared, .left])
    history.take(Observed(upTo: Story.start + .seconds(3700)))
    #expect(history.moves.isEmpty && history.marks.isEmpty && history.streams.isEmpty)
  }

  @Test func `very many streams share the memory, and keep a minute at the least`() {
    var history = History(points: [Point(name: "xen1")])
    #expect(history.depth == 3640)
    var snapshot = Story.snapshot(of: Point(name: "xen1"), from: Story.start)
    let first = snapshot.streams[0]
    snapshot.streams = (0..<2000).map { host in
      var interval = first
      interval.stream = Story.key(UInt64(host))
      return interval
    }
    history.take(Observed(upTo: Story.start + Story.second, snapshots: [snapshot]))
    #expect(history.depth == 2000)
  }
}

@Suite struct SeriesTests {
  @Test func `bins that nothing was added to are empty`() {
    var series = Series()
    series.add(5, to: 100, keeping: 10)
    series.add(7, to: 103, keeping: 10)
    series.add(1, to: 100, keeping: 10)
    #expect(series.bins == [6, 0, 0, 7])
    #expect(series.sum(0..<200) == 13)
    #expect(series.sum(101..<103) == 0)
    #expect(series.sum(103..<104) == 7)
  }

  @Test func `bytes are counted exactly, also beyond 32 bits`() {
    var series = Series()
    for _ in 0..<3 { series.add(0x1_0000_0001, to: 4, keeping: 3) }
    series.add(0xffff_ffff, to: 5, keeping: 3)
    series.add(16_777_217, to: 6, keeping: 3)
    #expect(series.sum(4..<5) == 0x3_0000_0003)
    #expect(series.sum(5..<6) == 0xffff_ffff)
    #expect(series.sum(6..<7) == 16_777_217)
    #expect(series.sum(0..<9) == 0x3_0000_0003 + 0xffff_ffff + 16_777_217)
    series.add(1, to: 7, keeping: 3)
    #expect(series.sum(0..<9) == 0xffff_ffff + 16_777_218)
  }

  @Test func `only the newest bins are kept`() {
    var series = Series()
    for bin in 0..<100 { series.add(1, to: Int64(bin), keeping: 8) }
    #expect((8...10).contains(series.bins.count))
    #expect(series.end == 100)
    series.add(3, to: 5, keeping: 8)
    #expect(series.sum(0..<90) == 0)
    series.add(4, to: 1_000_000_000_000, keeping: 8)
    #expect(series.bins == [4])
  }
}
