import Moves
import Records
import Sequences
import Streams
import Testing
import Wire

/// Random steps that a seed repeats.
private struct RandomSteps: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func maybe<Value>(_ make: (inout RandomSteps) -> Value) -> Value? {
    Bool.random(using: &self) ? make(&self) : nil
  }

  mutating func count() -> Int { Int(bitPattern: UInt(next() >> (11 + next() % 52))) }
  mutating func signed() -> Int64 { Int64(bitPattern: next()) >> Int64(next() % 60) }
  mutating func duration() -> Duration { .nanoseconds(signed()) }

  /// Changes of so many values, one at the least.
  mutating func tally() -> Tally {
    var tally = Tally([Int(next() >> 12): 1])
    for _ in 0..<next() % 4 { tally.add(Int(next() >> 12), Int(signed() >> 12)) }
    return tally
  }

  mutating func address() -> IPAddress {
    Bool.random(using: &self)
      ? IPAddress(ipv4: UInt32(truncatingIfNeeded: next()))
      : IPAddress(high: next() << (next() % 64), low: next() >> (next() % 64))
  }

  mutating func key() -> StreamKey {
    StreamKey(
      source: address(), sourcePort: UInt16(truncatingIfNeeded: next()), destination: address(),
      destinationPort: UInt16(truncatingIfNeeded: next()))
  }

  mutating func leg() -> Leg {
    Leg(
      levels: (0..<Int(next() % 4)).map { _ in
        Leg.Level(source: address(), destination: address())
      })
  }

  mutating func text() -> String {
    let scalars: [Unicode.Scalar] = ["a", "\"", "\\", ",", ";", "\n", "\r", "\t", " ", "ü", "😀"]
    var text = String.UnicodeScalarView()
    for _ in 0..<next() % 9 { text.append(scalars[Int(next() % 11)]) }
    return String(text)
  }

  mutating func value(depth: Int = 0) -> Mark.Value {
    switch next() % (depth > 2 ? 5 : 6) {
    case 0: .text(text())
    case 1: .integer(Int(signed()))
    case 2: .number(Double(signed()) / 1e6 + 0.5)
    case 3: .boolean(Bool.random(using: &self))
    case 4: .null
    default: .list((0..<next() % 3).map { _ in value(depth: depth + 1) })
    }
  }

  mutating func run(within start: Timestamp) -> NumberRun {
    let first = signed() / 2048
    let times = [next() % 1_000_000_000, next() % 1_000_000_000].sorted()
    return NumberRun(
      first: first, last: first + Int64(next() >> 12), firstTime: start + .nanoseconds(times[0]),
      lastTime: start + .nanoseconds(times[1]))
  }

  mutating func interval(from start: Timestamp) -> StreamInterval {
    let kinds = PayloadKind.allCases
    let times = [next() % 1_000_000_000, next() % 1_000_000_000].sorted()
    return StreamInterval(
      stream: key(), leg: leg(), payload: kinds[Int(next() % UInt64(kinds.count))],
      epoch: Int(next() % 9), packets: count(), ipBytes: count(), udpBytes: count(),
      wireBytes: count(), firstTime: start + .nanoseconds(times[0]),
      lastTime: start + .nanoseconds(times[1]),
      sequence: maybe { random in
        SequenceFigures(
          runs: (0..<random.next() % 4).map { _ in random.run(within: start) },
          runsWereCut: Bool.random(using: &random), lost: random.maybe { -$0.count() },
          skipped: random.maybe { $0.count() }, duplicates: random.count(),
          reordered: random.count(),
          pattern: random.maybe { LossPattern(periods: $0.tally(), distances: $0.tally()) },
          reordering: random.maybe { random in
            Reordering(extents: random.tally(), latest: random.maybe { $0.duration() })
          }, transportLost: random.maybe { $0.count() })
      },
      maximumGap: maybe { $0.duration() }, jitter: maybe { $0.duration() },
      transitMinimum: maybe { $0.duration() }, transitMedian: maybe { $0.duration() },
      variation: maybe { random in
        DelayVariation(
          p50: random.duration(), p95: random.duration(), p99: random.duration(),
          p999: random.duration(), maximum: random.duration())
      },
      isBlind: Bool.random(using: &self))
  }

  mutating func mark(at time: Timestamp) -> Mark {
    Mark(
      time: time, point: maybe { _ in "xen1" }, kind: .clock, stream: maybe { $0.key() },
      leg: maybe { $0.leg() },
      detail: [("x", value()), ("y", value()), (text(), value())].sorted { $0.name < $1.name })
  }

  mutating func move(at time: Timestamp) -> Move {
    var move = Move(
      stream: key(), fromPoint: "xen1", fromLeg: leg(), toPoint: "xen2", toLeg: leg(),
      lastBefore: time - .milliseconds(1), firstAfter: time, decidedBy: ["xen1", "xen2"],
      verdict: Move.Verdict.allCases[Int(next() % 4)])
    move.receiverGap = maybe { $0.duration() }
    move.lastNumber = maybe { $0.signed() }
    move.firstNumber = maybe { $0.signed() }
    for path in [
      \Move.lost, \.lostUnseen, \.lostServer, \.lostBehind, \.unbound, \.lostPath,
      \.beforeAcknowledgement, \.duplicates, \.reordered,
    ] { move[keyPath: path] = maybe { $0.count() } }
    for path in [
      \Move.paused, \.held, \.pathChange, \.residual, \.pausedPlusPath, \.unboundTime,
      \.uncertainty,
    ] { move[keyPath: path] = maybe { $0.duration() } }
    move.bindingUpdate = maybe { Timestamp(nanoseconds: $0.signed() / 4) }
    move.migration = MigrationFigures(
      total: maybe { _ in .milliseconds(612) }, downtime: maybe { _ in .milliseconds(3) },
      rounds: maybe { _ in 4 })
    move.bindingAcknowledgement = maybe { Timestamp(nanoseconds: $0.signed() / 4) }
    return move
  }

  /// A step of one second in which each point saw something.
  mutating func step(_ number: Int64) -> Observed {
    let start = moment(number * 1_000_000_000)
    let snapshots = [external, receiver].map { point in
      Snapshot(
        point: point, start: start, length: .seconds(1),
        streams: (0...next() % 4).map { _ in interval(from: start) },
        totals: DecodedPacket.Kind.allCases.compactMap { kind in
          maybe { ProtocolTotal(kind: kind, packets: $0.count(), wireBytes: $0.count()) }
        }, captureDrops: Int(next() % 3))
    }
    let times = (0..<6).map { _ in start + .nanoseconds(next() % 1_000_000_000) }.sorted()
    return Observed(
      upTo: start + .seconds(1), snapshots: snapshots, marks: times.map { mark(at: $0) },
      moves: times.prefix(2).map { move(at: $0) })
  }
}

private func expectEqual(
  _ read: [Observed], _ written: [Observed], hasPacketTimes: Bool = true
) {
  #expect(read.map(\.upTo) == written.map(\.upTo))
  #expect(read.map(\.marks) == written.map(\.marks))
  #expect(read.map(\.moves) == written.map(\.moves))
  for (read, written) in zip(read.flatMap(\.snapshots), written.flatMap(\.snapshots)) {
    #expect(read.point == written.point)
    #expect(read.start == written.start && read.length == written.length)
    #expect(read.totals == written.totals)
    #expect(read.captureDrops == written.captureDrops)
    var streams = read.streams
    if !hasPacketTimes, streams.count == written.streams.count {
      for index in streams.indices {
        streams[index].firstTime = written.streams[index].firstTime
        streams[index].lastTime = written.streams[index].lastTime
        let figures = written.streams[index].sequence
        streams[index].sequence?.transportLost = figures?.transportLost
        streams[index].sequence?.pattern = figures?.pattern
        streams[index].sequence?.reordering = figures?.reordering
        streams[index].variation = written.streams[index].variation
      }
    }
    #expect(streams == written.streams)
  }
}

struct `What was written` {
  @Test(arguments: 1...8)
  func `is read again from JSON Lines`(seed: UInt64) throws {
    var random = RandomSteps(seed: seed)
    let steps = (0..<5).map { random.step($0) }
    let folder = TemporaryFolder()
    let writer = try JSONLines(folder.path + "/a.jsonl", points: described)
    for step in steps { try writer.write(step) }
    expectEqual(try readAll(folder.path + "/a.jsonl"), steps)
    #expect(try RecordReader(path: folder.path + "/a.jsonl").points == described)
  }

  @Test(arguments: 1...8)
  func `is read again from a CSV folder, but for packet times and columns of JSON alone`(
    seed: UInt64
  ) throws {
    var random = RandomSteps(seed: seed)
    let steps = (0..<5).map { random.step($0) }
    let folder = TemporaryFolder()
    let writer = try CSVFolder(folder.path, points: described)
    for step in steps { try writer.write(step) }
    expectEqual(try readAll(folder.path), steps, hasPacketTimes: false)
    #expect(try RecordReader(path: folder.path).points == described)
  }

  @Test(arguments: ["", "/a.jsonl"])
  func `gives events and signals back to the points`(name: String) throws {
    let binding = Mark(
      time: moment(3), point: "xen1", kind: .bindingUpdate,
      detail: [
        ("source", .text("\(careOf)")), ("destination", .text("\(homeAgent)")),
        ("sequence", .integer(17)), ("flags", .text("AHR")), ("lifetime_s", .integer(60)),
        ("home_address", .text("\(guest)")), ("alternate_care_of", .null),
        ("prefixes", .list([.text("2001:db8:42::/64")])), ("checksum_right", .boolean(true)),
      ])
    let appeared = Mark(
      time: moment(8), point: "xen1", kind: .appeared, stream: plain.stream, leg: .direct)
    let left = Mark(
      time: moment(9), point: "xen1", kind: .left, stream: plain.stream, leg: .direct)
    var step = sample
    step.marks = [binding, appeared, left, gapMark]
    let folder = TemporaryFolder()
    if name.isEmpty {
      try CSVFolder(folder.path, points: described).write(step)
    } else {
      try JSONLines(folder.path + name, points: described).write(step)
    }
    let snapshot = try #require(try readAll(folder.path + name).first?.snapshots.first)
    let message = BindingMessage(
      kind: .update, source: careOf, destination: homeAgent, sequence: 17, flags: 0xC400,
      lifetime: 15, homeAddress: guest,
      prefixes: [
        .init(address: IPAddress(high: 0x2001_0db8_0042_0000, low: 0), length: 64)
      ], checksumIsRight: true)
    #expect(snapshot.signals == [Signal(time: moment(3), message: message)])
    #expect(
      snapshot.events == [
        StreamEvent(time: moment(8), stream: plain.stream, leg: .direct, kind: .appeared),
        StreamEvent(time: moment(9), stream: plain.stream, leg: .direct, kind: .left),
        StreamEvent(
          time: moment(990_000_000), stream: stream, leg: tunnel,
          kind: .gap(.microseconds(90_500), missing: 1)),
      ])
    // CSV dates the packets of a stream without numbers by its marks.
    let interval = try #require(snapshot.streams.last)
    #expect(
      [interval.firstTime, interval.lastTime]
        == (name.isEmpty ? [moment(8), moment(9)] : [moment(5), moment(6)]))
  }

  @Test(arguments: ["", "/a.jsonl"])
  func `is read again in its steps, also where only marks were`(name: String) throws {
    func left(_ nanoseconds: Int64) -> Mark {
      Mark(
        time: moment(nanoseconds), point: "xen1", kind: .left, stream: plain.stream, leg: .direct)
    }
    // A stream that left is known later: in an interval without packets, and in one with.
    let marks = [[gapMark], [left(700)], [left(600), left(2_500_000_000)], [left(400)]]
    let steps = marks.enumerated().map { index, marks in
      let start = moment(Int64(index) * 1_000_000_000)
      return Observed(
        upTo: start + .seconds(1),
        snapshots: [
          Snapshot(
            point: external, start: start, length: .seconds(1),
            totals: index % 2 == 0 ? [ProtocolTotal(kind: .udp, packets: 1, wireBytes: 90)] : [],
            events: marks.compactMap(StreamEvent.init))
        ], marks: marks)
    }
    let folder = TemporaryFolder()
    let writer: any RecordWriter =
      name.isEmpty
      ? try CSVFolder(folder.path, points: described)
      : try JSONLines(folder.path + name, points: described)
    for step in steps { try writer.write(step) }
    let read = try readAll(folder.path + name)
    expectEqual(read, steps)
    #expect(read.flatMap(\.snapshots).map(\.events) == steps.flatMap(\.snapshots).map(\.events))
  }

  @Test func `keeps packets that all came at the very start of their interval`() throws {
    var step = sample
    step.snapshots[0].streams[1].firstTime = moment(0)
    step.snapshots[0].streams[1].lastTime = moment(0)
    let folder = TemporaryFolder()
    try JSONLines(folder.path + "/a.jsonl", points: described).write(step)
    expectEqual(try readAll(folder.path + "/a.jsonl"), [step])
  }

  @Test(arguments: ["", "/a.jsonl"])
  func `is read again also where a sender made its numbers up`(name: String) throws {
    let folder = TemporaryFolder()
    var step = sample
    let run = NumberRun(
      first: .max - 1, last: .max, firstTime: moment(2), lastTime: moment(999_000_000))
    step.snapshots[0].streams[0].sequence?.runs.append(run)
    step.snapshots[0].streams[0].sequence?.lost = .max
    if name.isEmpty {
      try CSVFolder(folder.path, points: described).write(step)
    } else {
      try JSONLines(folder.path + name, points: described).write(step)
    }
    let figures = try #require(
      try readAll(folder.path + name).first?.snapshots.first?.streams.first?.sequence)
    #expect(figures.lost == 1 << 53)
    #expect(figures.runs == numbered.sequence?.runs)
    #expect(figures.runsWereCut)
  }
}
