import Capture
import Moves
import Records
import Streams
import Testing
import Wire

@testable import Observation

private let hour = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

private func at(_ seconds: Double) -> Timestamp { hour + .nanoseconds(Int64(seconds * 1e9)) }

/// The lines of a program that saw so many packets in the interval that begins then.
private func total(_ seconds: Double, packets: Int, point: String = "xen1") -> String {
  let snapshot = Snapshot(
    point: Point(name: point), start: at(seconds), length: .seconds(1),
    totals: [ProtocolTotal(kind: .udp, packets: packets, wireBytes: packets * 100)])
  return Record.records(of: Observed(upTo: at(seconds + 1), snapshots: [snapshot])).map(\.json)
    .joined()
}

private func meta(_ point: String = "xen1", version: Int = 1, interval: Duration = .seconds(1))
  -> String
{
  var recorded = RecordedPoint(point: Point(name: point), interval: interval)
  recorded.version = version
  return Record.meta(recorded).json
}

private func answer(
  sent: Double, received: Double, answered: Double, upTo: Double? = nil, host: String? = "there"
) -> String {
  Record.answer(
    ClockAnswer(
      request: at(sent), received: at(received), sent: at(answered), upTo: upTo.map(at),
      bootIdentifier: host)
  ).json
}

private func track(isLive: Bool = true) -> ProgramTrack {
  var track = ProgramTrack(
    RecordedPoint(point: Point(name: "xen1"), interval: .seconds(1)), path: "ssh:xen1:eth0",
    isSurelyLive: isLive, reference: "here")
  track.take(.began(at(0)))
  return track
}

extension ProgramTrack {
  fileprivate mutating func hear(_ text: String, at seconds: Double) {
    take(.output([UInt8](text.utf8), hour + .nanoseconds(Int64(seconds * 1e9))))
  }

  /// The starts of the snapshots that are there, in seconds, and their packets.
  fileprivate var told: [[Int]] {
    snapshots.map { snapshot in
      [
        Int((snapshot.start - hour).milliseconds / 1000),
        snapshot.totals.reduce(0) { $0 + $1.packets },
      ]
    }
  }

  fileprivate var closed: Double? { closedUpTo.map { ($0 - hour).milliseconds / 1000 } }
}

@Suite struct ProgramTrackTests {
  @Test func `an interval is told with the first record of the next, or once its writer says so`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10), at: 2.1)
    #expect(track.told == [])
    #expect(track.closed == 1)
    track.hear(total(2, packets: 20), at: 3.1)
    #expect(track.told == [[1, 10]])
    #expect(track.closed == 2)
    track.hear(answer(sent: 3.2, received: 3.2, answered: 3.2, upTo: 3), at: 3.2)
    #expect(track.told == [[1, 10], [2, 20]])
    #expect(track.closed == 3)
    #expect(track.report.packets == 30)
  }

  @Test func `text comes in pieces of any length`() {
    var track = track()
    for byte in (meta() + total(1, packets: 10) + total(2, packets: 20)).utf8 {
      track.take(.output([byte], at(2.5)))
    }
    #expect(track.told == [[1, 10]])
  }

  @Test func `the only point of the records is this point, whatever it is called there`() {
    var track = track()
    track.hear(
      meta("eth0") + total(1, packets: 10, point: "eth0") + total(2, packets: 1, point: "eth0"),
      at: 3)
    #expect(track.told == [[1, 10]])
    #expect(track.snapshots[0].point == Point(name: "xen1"))
  }

  @Test func `of several points it is the one of its name`() {
    var track = track()
    track.hear(
      meta("xen2") + meta("xen1") + total(1, packets: 10) + total(1, packets: 7, point: "xen2")
        + total(2, packets: 1), at: 3)
    #expect(track.told == [[1, 10]])
    var other = Self.another()
    other.hear(
      meta("a") + meta("b") + total(1, packets: 1, point: "a") + total(2, packets: 1), at: 3)
    #expect(other.complaint == "its records have the points a, b: name one of them")
  }

  private static func another() -> ProgramTrack { track() }

  @Test func `a program that ends badly leaves its point blind until it is back`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10) + total(2, packets: 5), at: 2.5)
    track.take(.ended(.exited(255, said: "connection lost"), at(2.7)))
    // What it told of the interval that it broke off counts.
    #expect(track.told == [[1, 10], [2, 5]])
    #expect(track.report.awaySince == at(2))
    track.advance(to: at(4.5))
    #expect(track.closed == 3)
    #expect(
      track.snapshots[1].captureEvents == [
        CaptureEvent(
          time: at(2), kind: .ended(reason: "it ended with status 255: connection lost"))
      ])
    track.take(.began(at(4.6)))
    track.advance(to: at(5))
    #expect(track.closed == 4)
    track.hear(meta(), at: 5.2)
    #expect(track.report.awaySince == nil)
    #expect(track.report.absentTime == .milliseconds(3200))
    // Time is told by the program again, and that it is back in the interval of that.
    track.advance(to: at(7.9))
    #expect(track.closed == 4)
    track.hear(total(5, packets: 3) + total(6, packets: 4), at: 7.1)
    #expect(track.told == [[1, 10], [2, 5], [5, 3]])
    #expect(track.snapshots[2].captureEvents == [CaptureEvent(time: at(5.2), kind: .resumed)])
  }

  @Test func `one that was asked to end has told everything, however it ends`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10), at: 2)
    track.stop()
    // However long it takes.
    track.advance(to: at(9))
    track.take(.ended(.killed(signal: 15, said: ""), at(9.1)))
    #expect(track.isOver)
    #expect(track.told == [[1, 10]])
    #expect(track.report.absence == nil)
  }

  @Test func `one that ends well has told everything`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10), at: 2)
    track.take(.ended(.exited(0, said: ""), at(2.1)))
    #expect(track.isOver)
    #expect(track.told == [[1, 10]])
    #expect(track.report.absence == nil)
  }

  @Test func `one that is silent holds nobody up, and what it tells later keeps its place`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10) + total(2, packets: 1), at: 2.2)
    track.advance(to: at(5))
    #expect(track.closed == 2)
    track.advance(to: at(5.3))
    #expect(track.report.awaySince == at(2))
    track.advance(to: at(8))
    #expect(track.closed == 7)
    track.snapshots = []
    track.hear(total(3, packets: 2) + total(4, packets: 3) + total(5, packets: 4), at: 8.1)
    #expect(track.report.awaySince == nil)
    #expect(track.told == [[2, 1], [3, 2], [4, 3]])
    #expect(track.closed == 7)
  }

  @Test func `a program that replays holds the others up as long as it takes`() {
    var track = track(isLive: false)
    track.hear(meta() + total(-4000, packets: 10) + total(-3999, packets: 1), at: 1)
    track.advance(to: at(60))
    #expect(track.closed == -3999)
    #expect(track.report.absence == nil)
  }

  @Test func `a host that cannot be reached holds nobody up`() {
    var track = track()
    track.advance(to: at(0.5))
    #expect(track.closed == -1)
    track.take(.ended(.exited(255, said: "refused"), at(0.6)))
    track.advance(to: at(5))
    #expect(track.closed == 4)
    #expect(track.report.awaySince == at(-1))
    track.finish()
    #expect(track.snapshots.flatMap(\.captureEvents).count == 1)
  }

  @Test(arguments: [
    ("hello\n", "line 1 is no record: no JSON object"),
    (meta() + "{\"record\":\"total\"}\n", "line 2 is no record: \"time\" of a record \"total\""),
    (
      meta(version: 2),
      "its records are of version 2, and this nemotop reads up to 1: update this one"
    ),
  ])
  func `nonsense is told, and ends the run`(text: String, reason: String) {
    var track = track()
    track.hear(text, at: 1)
    #expect(track.complaint == reason)
    #expect(track.report.absence?.reason == .noData("ssh:xen1:eth0", reason: reason))
    track.hear(meta(), at: 1.1)
    #expect(track.report.awaySince != nil)
    track.take(.ended(.killed(signal: 15, said: ""), at(1.2)))
    #expect(track.report.absences == 1)
    track.take(.began(at(2)))
    #expect(track.complaint == nil)
    track.hear(meta(), at: 2.1)
    #expect(track.report.awaySince == nil)
  }

  @Test func `intervals of another length are told`() {
    var track = track()
    let snapshot = Snapshot(
      point: Point(name: "xen1"), start: at(1), length: .milliseconds(100),
      totals: [ProtocolTotal(kind: .udp, packets: 1, wireBytes: 1)])
    track.hear(
      meta(interval: .milliseconds(100))
        + Record.records(of: Observed(upTo: at(1.1), snapshots: [snapshot])).map(\.json).joined()
        + total(2, packets: 1), at: 2)
    #expect(
      track.complaint
        == "its intervals are 100 ms long, and these here 1000 ms: give both the same --interval")
  }

  @Test func `records of the future are told, and poison nothing`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10) + total(5000, packets: 1), at: 2.5)
    let words = "which makes no common time: set them"
    #expect(track.complaint == "its records are 4997.5 s ahead of this host's clock, \(words)")
    #expect(track.told == [[1, 10]])
    track.take(.ended(.killed(signal: 15, said: ""), at(2.7)))
    track.advance(to: at(4.5))
    #expect(track.closed == 3)
    // What says that it has told everything up to 2262 is no better.
    track.take(.began(at(5)))
    track.hear(meta() + answer(sent: 5, received: 5, answered: 5, upTo: 7_000_000), at: 5.1)
    #expect(track.complaint == "its records are 6999995.0 s ahead of this host's clock, \(words)")
  }

  @Test func `a recording of the future is replayed`() {
    var track = track(isLive: false)
    track.hear(meta() + total(5000, packets: 10) + total(5001, packets: 1), at: 1)
    #expect(track.complaint == nil)
    #expect(track.told == [[5000, 10]])
  }

  @Test func `what is told in two parts of one interval is one snapshot`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10) + total(2, packets: 1), at: 2.2)
    track.snapshots = []
    track.advance(to: at(8))
    #expect(track.told == [[2, 0]])
    track.hear(total(3, packets: 2), at: 8.1)
    #expect(track.told == [[2, 1]])
    #expect(track.snapshots[0].captureEvents.count == 1)
  }

  @Test func `what was told before nonsense counts`() {
    var track = track()
    track.hear(meta() + total(1, packets: 10) + total(2, packets: 5) + "hello\n", at: 2.5)
    #expect(track.complaint == "line 4 is no record: no JSON object")
    #expect(track.told == [[1, 10]])
  }

  @Test func `a clock that is too far off is told`() {
    var track = track()
    track.hear(meta() + answer(sent: 1, received: 4.5, answered: 4.5), at: 1.2)
    #expect(
      track.complaint
        == "its clock is 3.4 s ahead of this host's, which makes no common time: set them")
  }
}
