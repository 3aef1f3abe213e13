import Moves
import Streams
import Testing
import Wire

@testable import Records

private let hour = Timestamp(nanoseconds: 1_800_000_000_000_000_000)

private func snapshot(_ seconds: Int, _ point: String = "xen1", packets: Int = 1) -> Snapshot {
  Snapshot(
    point: Point(name: point), start: hour + .seconds(seconds), length: .seconds(1),
    totals: [ProtocolTotal(kind: .udp, packets: packets, wireBytes: packets * 100)])
}

private func lines(_ snapshots: [Snapshot], lateAfter: Timestamp? = nil) -> String {
  var observed = Observed(upTo: snapshots[0].end, snapshots: snapshots)
  observed.lateAfter = lateAfter
  return Record.records(of: observed).map(\.json).joined()
}

@Suite struct RecordStreamTests {
  private let meta =
    Record.meta(RecordedPoint(point: Point(name: "xen1"), interval: .seconds(1))).json

  @Test func `a line that never ends is told, and is not kept`() {
    var stream = RecordStream(path: "a")
    let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    #expect(stream.take([UInt8](meta.utf8)).isEmpty)
    for _ in 0..<16 { #expect(stream.take(chunk).isEmpty) }
    #expect(stream.failure == nil)
    #expect(stream.take([UInt8(ascii: "a")]).isEmpty)
    #expect(
      stream.failure
        == .malformed(path: "a", line: 2, reason: "it is longer than 16777216 bytes"))
    // The same where its end comes with what makes it too long.
    var other = RecordStream(path: "a")
    _ = other.take([UInt8](repeating: 0x20, count: RecordStream.longestLine))
    _ = other.take([0x20, UInt8(ascii: "\n")])
    #expect(other.failure?.line == 1)
    var blank = RecordStream(path: "a")
    _ = blank.take([UInt8](repeating: 0x20, count: RecordStream.longestLine))
    _ = blank.take([UInt8](("\n" + meta).utf8))
    #expect(blank.failure == nil)
    #expect(blank.points.count == 1)
  }

  @Test(arguments: ["0", "-1", "-9223372036854.775808", "null"])
  func `intervals are longer than nothing`(length: String) {
    var stream = RecordStream(path: "a")
    let text = meta.replacing("\"interval_ms\":1000", with: "\"interval_ms\":\(length)")
    _ = stream.take([UInt8](text.utf8))
    #expect(
      stream.failure
        == .malformed(path: "a", line: 1, reason: "\"interval_ms\" of a record \"meta\""))
  }

  @Test func `what came late is a step of its own, also of the interval that was told last`() {
    var stream = RecordStream(path: "a")
    let text =
      meta + lines([snapshot(5)]) + lines([snapshot(5, packets: 7)], lateAfter: hour + .seconds(8))
      + lines([snapshot(5, "xen2")], lateAfter: hour + .seconds(9)) + lines([snapshot(9)])
    let steps = stream.take([UInt8](text.utf8)) + [stream.finish()].compactMap(\.self)
    #expect(steps.map { $0.snapshots.map { $0.totals[0].packets } } == [[1], [7], [1], [1]])
    #expect(
      steps.map(\.lateAfter) == [nil, hour + .seconds(8), hour + .seconds(9), nil])
    #expect(steps.map { $0.snapshots[0].lateAfter } == steps.map(\.lateAfter))
    #expect(
      meta + steps.flatMap { Record.records(of: $0) }.map(\.json).joined() == text)
  }

  @Test func `requests are found in whatever comes`() {
    var lines = RequestLines()
    let request = ClockRequest(sent: hour)
    let noise = [UInt8](repeating: 0xFF, count: 1 << 20)
    #expect(lines.take(noise).isEmpty)
    #expect(lines.take([UInt8](("\n\0\n" + request.json).utf8)) == [request])
    let text = [UInt8](request.json.utf8)
    #expect(text.flatMap { lines.take([$0]) } == [request])
    // The end of a line that is too long is none.
    #expect(lines.take(noise + text).isEmpty)
    #expect(lines.take(text + text) == [request, request])
  }
}

extension RecordError {
  fileprivate var line: Int? {
    if case .malformed(_, let line, _) = self { line } else { nil }
  }
}
