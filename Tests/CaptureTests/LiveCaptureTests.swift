import Foundation
import Streams
import Synchronization
import Testing
import Wire

@testable import Capture

/// An interface that goes away after its packets, of which it dropped some more.
private struct FleetingSource: PacketSource, ~Copyable {
  var packets: Int
  let dropped: Int

  var linkType: LinkType { .ethernet }
  var snapshotLength: Int { 256 }

  mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    guard packets > 0 else { throw .interfaceWentAway("eth0") }
    packets -= 1
    let frame = [UInt8](repeating: 0, count: 60)
    body(CapturedPacket(time: .now, wireBytes: 60, bytes: frame.rawSpan, linkType: .ethernet))
    return .packets(1)
  }

  mutating func droppedPackets() throws(CaptureError) -> Int { dropped }
}

@Suite struct LiveCaptureTests {
  /// Opens a source each time that it is asked for one, and none at every second attempt.
  private final class Opening: Sendable {
    private let attempts = Mutex(0)
    let sources: [(packets: Int, dropped: Int)]

    init(_ sources: [(packets: Int, dropped: Int)]) {
      self.sources = sources
    }

    func open() throws(CaptureError) -> FleetingSource {
      let attempt = attempts.withLock { attempts in
        defer { attempts += 1 }
        return attempts
      }
      guard attempt % 2 == 0, attempt / 2 < sources.count else { throw .noSuchInterface("eth0") }
      let (packets, dropped) = sources[attempt / 2]
      return FleetingSource(packets: packets, dropped: dropped)
    }
  }

  /// Runs until the sources are used up.
  private func run(
    _ sources: [(packets: Int, dropped: Int)]
  ) throws -> (snapshots: [Snapshot], report: PointReport) {
    let opening = Opening(sources)
    let capture = try LiveCapture(
      point: Point(name: "xen1"), options: CountingOptions(interval: .milliseconds(10)), wake: {}
    ) { () throws(CaptureError) in try opening.open() }
    var snapshots: [Snapshot] = []
    var isStopping = false
    while true {
      let harvest = capture.take()
      snapshots += harvest.snapshots
      if harvest.hasEnded { return (snapshots, harvest.report) }
      if !isStopping, harvest.report.absences == sources.count {
        isStopping = true
        capture.stop(at: .now)
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a source that comes back is captured again, and its absences are told`() throws {
    let (snapshots, report) = try run([(5, 2), (7, 0), (3, 4)])
    #expect(report.packets == 15)
    #expect(report.captureDrops == 6)
    #expect(snapshots.reduce(0) { $0 + $1.captureDrops } == 6)
    #expect(snapshots.flatMap(\.totals).reduce(0) { $0 + $1.packets } == 15)
    let events = snapshots.flatMap(\.captureEvents)
    let reason = CaptureEvent.Kind.ended(reason: "interface went away")
    #expect(events.map(\.kind) == [reason, .resumed, reason, .resumed, reason])
    #expect(events.map(\.time) == events.map(\.time).sorted())
    #expect(report.awaySince == events.last?.time)
    #expect(
      report.absentTime == (events[1].time - events[0].time) + (events[3].time - events[2].time))
  }

  @Test(.timeLimit(.minutes(1)))
  func `what was seen before an absence lies before it, and in a blind interval`() throws {
    let (snapshots, report) = try run([(5, 0)])
    let first = try #require(snapshots.flatMap(\.captureEvents).first)
    #expect(try #require(report.last) < first.time)
    let holder = try #require(snapshots.first { !$0.captureEvents.isEmpty })
    #expect(holder.start <= first.time && first.time < holder.end)
    #expect(holder.isBlind)
  }
}
