import Moves
import Records
import Streams
import Testing
import Wire

struct `What passes between a program and its reader` {
  private let answered = ClockAnswer(
    request: moment(1), received: moment(2), sent: moment(3), upTo: moment(1_000_000_000),
    bootIdentifier: "5c0f-2")

  @Test func `requests are lines of JSON`() {
    let request = ClockRequest(sent: moment(7))
    let line = #"{"record":"request","sent":"2025-03-01T12:05:00.000000007Z"}"#
    #expect(request.json == line + "\n")
    #expect(ClockRequest(line: [UInt8](line.utf8)) == request)
    for other in ["", "{}", "5", #"{"record":"mark","sent":"2025-03-01T12:05:00Z"}"#] {
      #expect(ClockRequest(line: [UInt8](other.utf8)) == nil)
    }
  }

  @Test func `an answer ends the step before it`() {
    var stream = RecordStream(path: "pipe")
    let meta = described.map { Record.meta($0).json }.joined()
    let records = Record.records(of: sample).map(\.json).joined()
    #expect(stream.take([UInt8]((meta + records).utf8)).isEmpty)
    let steps = stream.take([UInt8](Record.answer(answered).json.utf8))
    #expect(steps.count == 1)
    #expect(steps.first?.snapshots.count == sample.snapshots.count)
    #expect(stream.answers == [answered])
    #expect(stream.closedUpTo == moment(1_000_000_000))
  }

  @Test func `an answer from before the end of a step leaves it open`() {
    var stream = RecordStream(path: "pipe")
    var early = answered
    early.upTo = moment(0)
    let text = Record.records(of: sample).map(\.json).joined() + Record.answer(early).json
    #expect(stream.take([UInt8](text.utf8)).isEmpty)
    #expect(stream.closedUpTo == moment(0))
  }

  @Test func `readings of a clock are marks, and come back from them`() throws {
    let reading = ClockReading(
      time: moment(5), host: "5c0f-2", reference: "77aa", offset: .nanoseconds(-1_234_567),
      bound: .nanoseconds(89_001))
    let snapshot = Snapshot(
      point: external, start: moment(0), length: .seconds(1), clockReadings: [reading])
    var correlator = Correlator(points: [external, receiver], options: CountingOptions())
    let observed = correlator.take([snapshot])
    #expect(observed.marks.map(\.kind) == [.clock])
    let folder = TemporaryFolder()
    try JSONLines(folder.path + "/a.jsonl", points: described).write(observed)
    try CSVFolder(folder.path + "/csv", points: described).write(observed)
    for path in ["/a.jsonl", "/csv"] {
      let reader = try RecordReader(path: folder.path + path)
      #expect(try reader.next()?.snapshots.first?.clockReadings == [reading])
    }
  }

  @Test func `records of a newer version are not read`() throws {
    var point = described[0]
    point.version = 2
    let folder = TemporaryFolder()
    try JSONLines(folder.path + "/a.jsonl", points: [point]).write(sample)
    try CSVFolder(folder.path + "/csv", points: [point]).write(sample)
    for path in [folder.path + "/a.jsonl", folder.path + "/csv"] {
      #expect(throws: RecordError.newerVersion(path: path, version: 2)) {
        let reader = try RecordReader(path: path)
        while try reader.next() != nil {}
      }
    }
  }
}
