import Streams
import Testing
import Wire

@testable import Generator

struct ReceptionTests {
  private static let stream = StreamKey(
    source: IPAddress(high: 0, low: 1), sourcePort: 6000,
    destination: IPAddress(high: 0, low: 2), destinationPort: 5004)

  private static func snapshot(
    second: Int64, packets: Int, lost: Int, duplicates: Int = 0, median: Duration, drops: Int = 0
  ) -> Snapshot {
    let start = Timestamp(seconds: second, nanoseconds: 0)
    let interval = StreamInterval(
      stream: stream, leg: .direct, payload: .nemotop, packets: packets,
      ipBytes: packets * 1048, udpBytes: packets * 1000, wireBytes: packets * 1048,
      firstTime: start, lastTime: start + .milliseconds(500),
      sequence: SequenceFigures(lost: lost, duplicates: duplicates, reordered: 1),
      jitter: .milliseconds(second), transitMinimum: .milliseconds(10 - second),
      transitMedian: median)
    return Snapshot(
      point: Point(name: "cn"), start: start, length: .seconds(1), streams: [interval],
      captureDrops: drops)
  }

  private static let snapshots = [
    snapshot(second: 1, packets: 90, lost: 12, median: .milliseconds(11)),
    snapshot(second: 2, packets: 100, lost: -2, duplicates: 10, median: .milliseconds(30)),
    snapshot(second: 3, packets: 10, lost: 0, median: .milliseconds(12), drops: 4),
  ]

  @Test func `a reception is the sum of its intervals`() throws {
    var reception = Reception()
    for snapshot in Self.snapshots { reception.add(snapshot) }
    let figures = try #require(reception.streams.first?.figures)
    #expect(reception.streams.count == 1)
    #expect(figures.packets == 200)
    #expect(figures.udpBytes == 200_000)
    #expect(figures.lost == 10)
    #expect(figures.duplicates == 10)
    #expect(figures.reordered == 3)
    // Of 200 numbers that were sent, 190 came and 10 of them twice.
    #expect(figures.lossRatio == 0.05)
    #expect(figures.jitter == .milliseconds(3))
    #expect(figures.transitMinimum == .milliseconds(7))
    #expect(figures.transitMedian == .milliseconds(12))
    #expect(reception.duration == .milliseconds(2500))
    #expect(reception.drops == 4)
  }

  @Test func `a stream without numbers has packets and nothing else`() throws {
    var snapshot = Self.snapshots[0]
    snapshot.streams[0].sequence = nil
    snapshot.streams[0].jitter = nil
    snapshot.streams[0].transitMinimum = nil
    snapshot.streams[0].transitMedian = nil
    let line = try #require(ReceptionText.lines(of: snapshot).first)
    #expect(
      line.split(separator: " ") == [
        "00:00:01.000", "90", "720.00k", "-", "-", "-", "-", "-", "-", "-",
        "[::1]:6000>[::2]:5004",
      ])
  }

  @Test func `where one interval's loss is not known, that of all is not`() throws {
    var reception = Reception()
    var unknown = Self.snapshots[1]
    unknown.streams[0].sequence?.lost = nil
    for snapshot in [Self.snapshots[0], unknown, Self.snapshots[2]] { reception.add(snapshot) }
    let figures = try #require(reception.streams.first?.figures)
    #expect(figures.lost == nil)
    #expect(figures.lossRatio == nil)
    #expect(figures.pattern == nil)
    for line in [ReceptionText.lines(of: unknown), ReceptionText.lines(of: reception)] {
      #expect(line.first?.split(separator: " ").dropFirst(3).prefix(2) == ["?", "-"])
    }
  }

  @Test func `a line has its figures under the heading`() throws {
    let line = try #require(ReceptionText.lines(of: Self.snapshots[1]).first)
    #expect(
      ReceptionText.heading + "\n" + line == """
                time  received    bit/s    lost    loss    dup  reord     jitter     transit      median  stream
        00:00:02.000       100  800.00k      -2  -2.27%     10      1    2.000ms     8.000ms    30.000ms  [::1]:6000>[::2]:5004
        """)
  }

  @Test func `what the socket dropped is told`() {
    #expect(
      ReceptionText.lines(of: Self.snapshots[2]).last
        == "00:00:03.000: blind, the socket had no room 4 times: raise net.core.rmem_max")
    #expect(ReceptionText.lines(of: Reception()) == ["sum: nothing received"])
  }
}
