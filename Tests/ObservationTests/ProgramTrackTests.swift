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

@Suite struct ClockExchangeTests {
  private func answer(_ times: [Double], host: String? = "there") -> ClockAnswer {
    ClockAnswer(
      request: at(times[0]), received: at(times[1]), sent: at(times[2]), bootIdentifier: host)
  }

  /// t1 = 0, t2 = 0.120, t3 = 0.130, t4 = 0.060: offset (0.120 + 0.070) / 2 = 0.095 s, bound
  /// (0.060 − 0.010) / 2 = 0.025 s.
  @Test func `offset and bound are those of NTP`() {
    var exchange = ClockExchange(reference: "here")
    #expect(
      exchange.take(answer([0, 0.12, 0.13]), at: at(0.06))
        == ClockReading(
          time: at(0.13), host: "there", reference: "here", offset: .milliseconds(95),
          bound: .milliseconds(25)))
  }

  /// t1 = 0, t2 = t3 = 3 ns, t4 = 7 ns: 3 ns there, 4 ns back, so that the offset is −0.5 ± 3.5 ns.
  @Test func `half nanoseconds are within the bound`() {
    var exchange = ClockExchange(reference: "here")
    func time(_ nanoseconds: Int64) -> Timestamp { hour + .nanoseconds(nanoseconds) }
    let reading = exchange.take(
      ClockAnswer(request: time(0), received: time(3), sent: time(3), bootIdentifier: "there"),
      at: time(7))
    #expect(reading?.offset == .zero)
    #expect(reading?.bound == .nanoseconds(4))
  }

  @Test func `answers that nobody asked for tell nothing`() {
    var exchange = ClockExchange(reference: "here")
    let ages = Timestamp(nanoseconds: .min)
    let now = at(1)
    for (request, received) in [(ages, now), (ages, Timestamp(nanoseconds: .max)), (at(-9), now)] {
      let answer = ClockAnswer(
        request: request, received: received, sent: received, bootIdentifier: "there")
      #expect(exchange.take(answer, at: now) == nil)
    }
  }

  @Test func `the best of ten seconds is told, or one that is much better at once`() {
    var exchange = ClockExchange(reference: "here")
    #expect(exchange.take(answer([0, 0.01, 0.01]), at: at(0.02))?.bound == .milliseconds(10))
    #expect(exchange.take(answer([1, 1.009, 1.009]), at: at(1.018)) == nil)
    #expect(exchange.take(answer([2, 2.01, 2.01]), at: at(2.02)) == nil)
    #expect(exchange.take(answer([10.1, 10.2, 10.2]), at: at(10.3))?.bound == .milliseconds(9))
    #expect(exchange.take(answer([11, 11.002, 11.002]), at: at(11.004))?.bound == .milliseconds(2))
  }

  @Test func `a clock that was set meanwhile tells nothing`() {
    var exchange = ClockExchange(reference: "here")
    #expect(exchange.take(answer([5, 5, 5]), at: at(4)) == nil)
    #expect(exchange.take(answer([5, 6, 5]), at: at(6)) == nil)
    #expect(exchange.take(answer([5, 5, 5.5]), at: at(5.1)) == nil)
  }

  @Test func `one host has one clock`() {
    var exchange = ClockExchange(reference: "here")
    let reading = exchange.take(answer([0, 0.01, 0.01], host: "here"), at: at(0.03))
    #expect(reading?.offset == .zero)
    #expect(reading?.bound == .zero)
    #expect(exchange.take(answer([20, 20.01, 20.01], host: "here"), at: at(20.03)) == nil)
  }
}

@Test func `as many programs run as there are descriptors for`() {
  let budget = DescriptorBudget(
    limit: DescriptorBudget.reserve + 2 * DescriptorBudget.ofProgram + 1)
  #expect((0..<3).map { _ in budget.take() } == [true, true, false])
  budget.giveBack()
  #expect(budget.take())
}

@Test func `programs are started again after 1, 2, 4 and at most 30 seconds`() {
  var backOff = BackOff()
  #expect((0..<7).map { _ in backOff.next() } == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
}

@Suite struct ProgramSourceTests {
  private func source(_ text: String) throws(SourceError) -> Source {
    try Source(parsing: text) { _ in .absent }
  }

  @Test func `a program has a name, and takes the rest of the text`() throws {
    let source = try source("xen1@anchor=exec:A=b cat x=y/z | sort")
    #expect(source.point == Point(name: "xen1", role: .anchor))
    #expect(source.kind == .program("A=b cat x=y/z | sort"))
    #expect(throws: SourceError.namelessProgram("exec:A=b cat")) { try self.source("exec:A=b cat") }
    #expect(throws: SourceError.badProgram("exec: ")) { try self.source("x=exec: ") }
  }

  @Test(arguments: [
    ("ssh:xen1:eth0", "xen1", "xen1", "eth0"),
    ("ha=ssh:root@gw.example.org:netns:a:eth0", "ha", "root@gw.example.org", "netns:a:eth0"),
    ("ssh:me@[fe80::1%eth0]:br0", "fe80::1%eth0", "me@fe80::1%eth0", "br0"),
    ("a=ssh:[2001:db8::1]:vif1.0", "a", "2001:db8::1", "vif1.0"),
  ])
  func `another host's interface`(text: String, name: String, host: String, interface: String)
    throws
  {
    let source = try source(text)
    #expect(source.point.name == name)
    #expect(source.kind == .remote(host: host, interface: interface))
  }

  @Test(arguments: [
    "ssh:", "ssh:host", "ssh::eth0", "ssh:host:", "ssh:-oProxyCommand=x:eth0", "ssh:[::1:eth0",
    "ssh:[::1]eth0", "ssh:a b:eth0", "ssh:host:eth 0", "ssh:a;b:eth0",
  ])
  func `what is none is told`(text: String) {
    #expect(throws: SourceError.badRemote(text)) { try self.source("x=" + text) }
  }

  @Test func `the other host's nemotop gets the same options, each one word`() {
    var options = ObservationOptions()
    options.filter = "udp and not host 'x'"
    options.remoteProgram = "sudo nemotop"
    let counting = CountingOptions(
      interval: .milliseconds(100), leftAfter: .seconds(1), gapOver: .milliseconds(50),
      decapsulation: .geneve)
    let line = RemoteLog.line(
      host: "xen1", interface: "eth0", point: Point(name: "a"), options: options,
      counting: counting)
    let inner =
      "sudo nemotop log a@external=eth0 --jsonl - --quiet --answer-clock --interval 100000000ns "
      + "--left-after 1000000000ns --gap-over 50000000ns --snaplen 256 --capture auto --decap geneve "
      + "--filter " + "udp and not host 'x'".shellQuoted
    #expect(line.hasPrefix("exec ssh -T -o BatchMode=yes "))
    #expect(line.hasSuffix(" -- xen1 " + inner.shellQuoted))
  }
}
