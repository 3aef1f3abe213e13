import Moves
import Streams
import Testing
import Wire

@testable import Observation

@Suite struct CaptureEndingTests {
  private let points = ["xen1", "xen2", "cn"].map { Point(name: $0) }
  private let ending = CaptureEnding(point: "xen1", time: Timestamp(nanoseconds: 5_300_000_000))

  private func snapshot(_ point: Int, from second: Int64, drops: Int = 0) -> Snapshot {
    Snapshot(
      point: points[point], start: Timestamp(nanoseconds: second * 1_000_000_000),
      length: .seconds(1), captureDrops: drops)
  }

  @Test func `an ending has one mark, from which a replay has it back`() {
    var endings = CaptureEndings()
    let marks = endings.take([ending])
    #expect(marks.map(\.kind) == [.blind])
    #expect(marks.map(\.time) == [ending.time])
    #expect(marks.compactMap(CaptureEnding.init) == [ending])
    #expect(endings.take([ending]).isEmpty)
    let drops = Mark(
      time: ending.time, point: "xen1", kind: .blind, detail: [("capture_drops", .integer(3))])
    #expect(CaptureEnding(drops) == nil)
  }

  @Test func `the point is blind from the interval of the ending on, also where it is silent`() {
    var endings = CaptureEndings()
    _ = endings.take([ending])
    let before = endings.blinded([snapshot(0, from: 4), snapshot(2, from: 4)], points: points)
    #expect(before.map(\.isBlind) == [false, false])
    let within = endings.blinded([snapshot(0, from: 5), snapshot(2, from: 5)], points: points)
    #expect(within.map(\.isBlind) == [true, false])
    let after = endings.blinded([snapshot(1, from: 9), snapshot(2, from: 9)], points: points)
    #expect(after.map(\.point.name) == ["xen1", "xen2", "cn"])
    #expect(after.map(\.isBlind) == [true, false, false])
    #expect(Set(after.map(\.start.nanoseconds)) == [9_000_000_000])
  }

  @Test func `drops in the interval of the ending are still told as drops`() {
    var endings = CaptureEndings()
    _ = endings.take([ending])
    let within = endings.blinded([snapshot(0, from: 5, drops: 2)], points: points)
    #expect(within.map(\.captureHasEnded) == [false])
    #expect(within.map(\.isBlind) == [true])
  }
}
