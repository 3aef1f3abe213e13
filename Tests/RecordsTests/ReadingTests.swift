import Moves
import Records
import Streams
import Testing
import Wire

/// What the reader says to a file of these lines.
private func failure(_ text: String, in name: String) -> RecordError? {
  let folder = TemporaryFolder()
  folder.write(text, to: name)
  do throws(RecordError) {
    let reader = try RecordReader(path: name == "a.jsonl" ? folder.path + "/" + name : folder.path)
    while try reader.next() != nil {}
    return nil
  } catch { return error }
}

private let total =
  #"{"record":"total","time":"2025-03-01T12:05:00Z","point":"xen1","protocol":"udp","#
  + #""packets":1,"wire_bytes":90,"capture_drops":0}"#
private let header = "time,point,protocol,packets,wire_bytes,capture_drops\n"

struct `The reader` {
  @Test(arguments: [1, 20, 200])
  func `passes over a last line of JSON that is not whole`(missing: Int) throws {
    let folder = TemporaryFolder()
    let writer = try JSONLines(folder.path + "/a.jsonl", points: described)
    try writer.write(Observed(upTo: moment(0), marks: [userMark]))
    try writer.write(Observed(upTo: moment(0), moves: [move]))
    folder.write(String(folder.text("a.jsonl").dropLast(missing)), to: "a.jsonl")
    let steps = try readAll(folder.path + "/a.jsonl")
    #expect(steps.flatMap(\.marks) == [userMark])
    #expect(steps.flatMap(\.moves) == [])
  }

  @Test(arguments: [1, 2, 40])
  func `passes over a last line of CSV that is not whole`(missing: Int) throws {
    let folder = TemporaryFolder()
    try CSVFolder(folder.path, points: described).write(sample)
    let text = folder.text("marks.csv").unicodeScalars.dropLast(missing)
    folder.write(String(String.UnicodeScalarView(text)), to: "marks.csv")
    #expect(try readAll(folder.path).flatMap(\.marks) == [userMark])
  }

  @Test func `passes over keys and kinds that it does not know`() throws {
    let folder = TemporaryFolder()
    let more =
      String(total.dropLast()) + #","colour":{"a":[1,2]}}"# + "\n\n" + #"{"record":"song"}"#
    folder.write(more + "\n", to: "a.jsonl")
    let snapshots = try readAll(folder.path + "/a.jsonl").flatMap(\.snapshots)
    #expect(snapshots.map(\.totals) == [[ProtocolTotal(kind: .udp, packets: 1, wireBytes: 90)]])
  }

  @Test func `passes over columns that it does not know, in any order`() throws {
    let folder = TemporaryFolder()
    try CSVFolder(folder.path, points: described).write(sample)
    folder.write(
      "colour,kind,point,time,detail,stream,leg\nred,clock,,2025-03-01T12:05:00.5Z,{},,\n",
      to: "marks.csv")
    #expect(
      try readAll(folder.path).flatMap(\.marks) == [Mark(time: moment(500_000_000), kind: .clock)])
  }

  @Test(arguments: ["a.jsonl", ""])
  func `finds the points of a recording that does not describe them`(name: String) throws {
    let folder = TemporaryFolder()
    if name.isEmpty {
      let writer = try CSVFolder(folder.path, points: [])
      for step in 0..<3 { try writer.write(silence(step)) }
    } else {
      let writer = try JSONLines(folder.path + "/" + name, points: [])
      for step in 0..<3 { try writer.write(silence(step)) }
    }
    let reader = try RecordReader(path: folder.path + "/" + name)
    let interval = Duration.milliseconds(200)
    #expect(
      reader.points == [
        RecordedPoint(point: receiver, interval: interval),
        RecordedPoint(point: external, interval: interval),
      ])
    var starts: [[Timestamp]] = []
    while let step = try reader.next() {
      #expect(step.snapshots.map(\.point) == [receiver, external])
      starts.append(step.snapshots.map(\.end))
    }
    #expect(starts == [200, 400, 600].map { [moment($0 * 1_000_000), moment($0 * 1_000_000)] })
  }

  @Test(arguments: [true, false])
  func `marks give back when the capture was blind`(isCSV: Bool) throws {
    func mark(_ second: Int, _ detail: [(name: String, value: Mark.Value)]) -> Mark {
      Mark(
        time: moment(Int64(second) * 1_000_000_000), point: external.name, kind: .blind,
        detail: detail)
    }
    let marks = [
      mark(1, [("capture_drops", .integer(0)), ("truncated", .integer(7))]),
      mark(2, [("capture_drops", .integer(0)), ("truncated", .integer(0))]),
      mark(3, [("capture", .text("ended")), ("reason", .text("interface went away"))]),
      mark(5, [("capture", .text("resumed"))]),
    ]
    let written = marks.map { mark in
      Observed(
        upTo: mark.time + .seconds(1),
        snapshots: [Snapshot(point: external, start: mark.time, length: .seconds(1))],
        marks: [mark])
    }
    let folder = TemporaryFolder()
    let path = isCSV ? folder.path : folder.path + "/a.jsonl"
    let writer: any RecordWriter =
      isCSV
      ? try CSVFolder(path, points: described) : try JSONLines(path, points: described)
    for step in written { try writer.write(step) }
    let reader = try RecordReader(path: path)
    var read: [Snapshot] = []
    while let step = try reader.next() { read += step.snapshots }
    #expect(read.map(\.isBlind) == [true, true, true, true])
    #expect(read.map(\.truncated) == [7, 0, 0, 0])
    #expect(read.map(\.mayHaveDropped) == [false, true, false, false])
    #expect(
      read.flatMap(\.captureEvents) == [
        CaptureEvent(time: marks[2].time, kind: .ended(reason: "interface went away")),
        CaptureEvent(time: marks[3].time, kind: .resumed),
      ])
  }

  /// A step of 200 ms in which two points saw one packet each.
  private func silence(_ step: Int) -> Observed {
    let start = moment(Int64(step) * 200_000_000)
    return Observed(
      upTo: start + .milliseconds(200),
      snapshots: [receiver, external].map {
        Snapshot(
          point: $0, start: start, length: .milliseconds(200),
          totals: [ProtocolTotal(kind: .arp, packets: 1, wireBytes: 60)])
      })
  }

  @Test(arguments: [
    ("{", "no JSON object"), ("[1]", "no JSON object"), ("{\"a\":1 2}", "no JSON object"),
    ("{}", "no \"record\""), (String(total.dropLast()), "no JSON object"),
    (#"{"record":"total","time":"yesterday"}"#, "\"time\""),
    (total.replacing("90", with: "-"), "no JSON object"),
    (total.replacing("90", with: "090"), "no JSON object"),
    (total.replacing("90", with: "9007199254740993"), "\"wire_bytes\""),
    (total.replacing("\"udp\"", with: "\"tea\""), "\"protocol\""),
    (String(repeating: "[", count: 100_000), "no JSON object"),
    (#"{"record":"\ud800"}"#, "no JSON object"), (#"{"record":"\x"}"#, "no JSON object"),
  ])
  func `says which line of JSON is wrong, and how`(line: String, reason: String) {
    let text = [total, line, total].map { $0 + "\n" }.joined()
    guard case .malformed(_, let number, let text)? = failure(text, in: "a.jsonl") else {
      Issue.record("no error")
      return
    }
    #expect(number == 2)
    #expect(text.contains(reason), "\(text)")
  }

  @Test(arguments: [
    ("2025-03-01T12:05:00Z,xen1,udp,1", "4 fields"),
    ("2025-03-01T12:05:00Z,xen1,udp,1.5,60,0", "\"packets\" cannot be \"1.5\""),
    ("2025-03-01T12:05:00Z,xen1,tea,1,60,0", "\"protocol\""),
    ("2025-03-01T12:05:00Z,\"xen1\"s,udp,1,60,0", "quotes"),
  ])
  func `says which line of CSV is wrong, and how`(line: String, reason: String) throws {
    let folder = TemporaryFolder()
    try CSVFolder(folder.path, points: described).write(sample)
    folder.write(header + "2025-03-01T12:05:00Z,\"a\nb\",,0,0,1\n" + line + "\n", to: "totals.csv")
    var error: RecordError?
    do throws(RecordError) {
      let reader = try RecordReader(path: folder.path)
      while try reader.next() != nil {}
    } catch let caught { error = caught }
    guard case .malformed(_, let number, let text)? = error else {
      Issue.record("no error")
      return
    }
    #expect(number == 4)
    #expect(text.contains(reason), "\(text)")
  }

  @Test func `says what is no recording`() {
    guard case .notARecording? = failure("hello", in: "b.txt") else {
      Issue.record("a folder without records was read")
      return
    }
  }

  @Test func `says which file is not there`() {
    #expect {
      _ = try RecordReader(path: "/nonexistent/a.jsonl")
    } throws: { error in
      guard case RecordError.cannotOpen("/nonexistent/a.jsonl", _) = error else { return false }
      return true
    }
  }

  @Test func `takes a program's lines in pieces of any size`() throws {
    let folder = TemporaryFolder()
    let writer = try JSONLines(folder.path + "/a.jsonl", points: described)
    try writer.write(silence(0))
    try writer.write(silence(1))
    var stream = RecordStream(path: "a program")
    var starts: [Timestamp] = []
    for byte in folder.text("a.jsonl").utf8 {
      starts += stream.take([byte]).compactMap(\.snapshots.first?.start)
    }
    #expect(stream.points == described)
    #expect(starts == [moment(0)])
    #expect(stream.finish()?.snapshots.first?.start == moment(200_000_000))
    #expect(stream.finish() == nil)
  }

  @Test(arguments: ["a.jsonl", "intervals.csv", "totals.csv", "marks.csv", "moves.csv"])
  func `gives what stands before a wrong line, and then says so`(name: String) throws {
    let folder = TemporaryFolder()
    var steps = (0..<2).map { silence($0) }
    for index in steps.indices {
      let time = steps[index].upTo - .milliseconds(1)
      steps[index].snapshots[0].streams = [numbered]
      steps[index].marks = [Mark(time: time, point: "cn", kind: .clock)]
      steps[index].moves = [move]
      steps[index].moves[0].firstAfter = time
    }
    let points = [external, receiver].map {
      RecordedPoint(point: $0, interval: .milliseconds(200))
    }
    let writer: any RecordWriter =
      name == "a.jsonl"
      ? try JSONLines(folder.path + "/" + name, points: points)
      : try CSVFolder(folder.path, points: points)
    for step in steps { try writer.write(step) }
    folder.write(folder.text(name) + "hello\n", to: name)
    let reader = try RecordReader(path: name == "a.jsonl" ? folder.path + "/" + name : folder.path)
    for step in steps {
      let read = try #require(try reader.next())
      #expect(read.snapshots.map(\.start) == step.snapshots.map(\.start))
      #expect(read.snapshots.map(\.totals) == step.snapshots.map(\.totals))
      #expect(read.marks == step.marks)
      #expect(read.moves == step.moves)
    }
    #expect {
      _ = try reader.next()
    } throws: { error in
      guard case RecordError.malformed(let path, let line, _) = error else { return false }
      return path.hasSuffix(name)
        && line == folder.text(name).utf8.count { $0 == UInt8(ascii: "\n") }
    }
  }

  @Test(arguments: [
    "[[9223372036854775806,9223372036854775807,T,T]]", "[[0,9007199254740993,T,T]]",
    "[[-9007199254740993,0,T,T]]", "[[5,4,T,T]]",
  ])
  func `refuses runs of numbers that cannot be`(runs: String) throws {
    let folder = TemporaryFolder()
    try JSONLines(folder.path + "/b.jsonl", points: described).write(sample)
    let time = "\"2025-03-01T12:05:00Z\""
    let line = try #require(
      folder.text("b.jsonl").split(separator: "\n").first { $0.contains("sequence_runs\":[") })
    let text = line.replacing(
      #/"sequence_runs":\[\[.*?\]\]/#,
      with: "\"sequence_runs\":" + runs.replacing("T", with: time))
    guard
      case .malformed(_, 1, "\"sequence_runs\" of a record \"interval\"")? = failure(
        text + "\n", in: "a.jsonl")
    else {
      Issue.record("\(runs) was read")
      return
    }
  }

  @Test func `keeps every digit of JSON's numbers`() throws {
    let folder = TemporaryFolder()
    let numbers = "9223372036854775807,-9223372036854775808,352.000001,104249991374.000001,-0.5"
    let mark =
      #"{"record":"mark","time":"2025-03-01T12:05:00Z","kind":"user","detail":{"a":["#
      + numbers + #"],"b":"\ud83d\ude00"}}"#
    let move =
      #"{"record":"move","stream":"192.0.2.1:53>192.0.2.2:9","from_point":"a","from_leg":"direct","#
      + #""to_point":"b","to_leg":"direct","last_before":"2025-03-01T12:05:00Z","#
      + #""first_after":"2025-03-01T12:05:00Z","residual_ms":104249991374.000001,"#
      + #""held_ms":1e-06,"decided_by":[],"verdict":"partial"}"#
    folder.write(mark + "\n" + move + "\n", to: "a.jsonl")
    let step = try #require(try readAll(folder.path + "/a.jsonl").first)
    #expect(
      step.marks.first?.detail.map(\.value) == [
        .list([
          .integer(.max), .integer(.min), .number(352.000001), .number(104_249_991_374.000001),
          .number(-0.5),
        ]), .text("\u{1F600}"),
      ])
    #expect(step.moves.first?.residual == .nanoseconds(104_249_991_374_000_001))
    #expect(step.moves.first?.held == .nanoseconds(1))
  }
}
