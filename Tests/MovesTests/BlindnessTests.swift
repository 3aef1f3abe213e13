import Streams
import Testing
import Wire

@testable import Moves

private func at(_ milliseconds: Int) -> Timestamp {
  Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
}

@Suite struct BlindnessTests {
  private let points = [Point(name: "xen1"), Point(name: "xen2")]
  private let ended = CaptureEvent(time: at(5_300), kind: .ended(reason: "interface went away"))
  private let resumed = CaptureEvent(time: at(8_100), kind: .resumed)

  private func snapshot(from second: Int, _ events: [CaptureEvent] = [], drops: Int = 0) -> Snapshot
  {
    Snapshot(
      point: points[0], start: at(second * 1000), length: .seconds(1), captureEvents: events,
      captureDrops: drops)
  }

  @Test func `a point is blind from the interval in which it was lost to that in which it is back`()
  {
    var blindness = Blindness(points: points)
    #expect(blindness.take(snapshot(from: 4), at: 0).isEmpty)
    _ = blindness.take(snapshot(from: 5, [ended]), at: 0)
    #expect(blindness.touches([0, 1], from: at(90_000), to: at(91_000)))
    #expect(!blindness.touches([1], from: at(90_000), to: at(91_000)))
    _ = blindness.take(snapshot(from: 8, [resumed]), at: 0)
    #expect(!blindness.touches([0], from: at(4_000), to: at(4_999)))
    #expect(blindness.touches([0], from: at(4_000), to: at(5_000)))
    #expect(blindness.touches([0], from: at(6_000), to: at(6_500)))
    #expect(blindness.touches([0], from: at(8_900), to: at(9_500)))
    #expect(!blindness.touches([0], from: at(9_000), to: at(99_000)))
  }

  @Test func `its marks say why, and a replay has the events back from them`() {
    var blindness = Blindness(points: points)
    let marks = blindness.take(snapshot(from: 5, [ended]), at: 0)
    #expect(marks.map(\.kind) == [.blind])
    #expect(marks.map(\.time) == [ended.time])
    #expect(marks.compactMap(CaptureEvent.init) == [ended])
    #expect(
      blindness.take(snapshot(from: 8, [resumed]), at: 0).compactMap(CaptureEvent.init) == [resumed]
    )
  }

  @Test func `its marks count no more drops than records do`() {
    var blindness = Blindness(points: points)
    let marks = blindness.take(snapshot(from: 5, drops: .max), at: 0)
    #expect(marks.first?.detail.first?.value == .integer(1 << 53))
  }

  @Test func `drops in the same interval are told besides`() {
    var blindness = Blindness(points: points)
    let marks = blindness.take(snapshot(from: 5, [ended], drops: 2), at: 0)
    #expect(marks.map(\.time) == [at(5000), ended.time])
    #expect(marks[0].detail.first?.value == .integer(2))
  }

  @Test func `a replay has from the mark what no other record of a blind interval tells`() {
    var silent = snapshot(from: 5)
    silent.mayHaveDropped = true
    var cut = snapshot(from: 5)
    cut.truncated = 3
    for seen in [silent, cut] {
      var blindness = Blindness(points: points)
      var again = snapshot(from: 5)
      for mark in blindness.take(seen, at: 0) { again.takeBlindness(of: mark) }
      #expect(again.isBlind)
      #expect(again.truncated == seen.truncated)
      #expect(again.mayHaveDropped == seen.mayHaveDropped)
    }
  }
}
