import Capture
import Moves
import Records
import Sequences
import Streams
import Wire

/// A point that counts packets, one by one and in batches that two tables share, and what it found.
struct Counting: ~Copyable {
  private var whole: Counter
  private var shared: SharedCounter
  private var packets = 0
  private var wireBytes = 0

  init(point: Point, options: CountingOptions) {
    whole = Counter(PointMeter(point: point, options: options))
    shared = SharedCounter(point: point, options: options)
  }

  var snapshots: [Snapshot] { whole.snapshots }

  mutating func count(_ packet: borrowing CapturedPacket) {
    packets += 1
    wireBytes &+= packet.wireBytes
    whole.count(packet)
    shared.count(packet)
  }

  mutating func finish() {
    whole.finish()
    shared.finish(at: whole.end)
  }

  /// Everything that was captured is counted once, by one table as by two.
  func checkTotals() {
    let totals = snapshots.flatMap(\.totals)
    check(totals.reduce(0) { $0 + $1.packets } == packets, "packets do not add up")
    check(totals.reduce(0) { $0 &+ $1.wireBytes } == wireBytes, "bytes do not add up")
    for snapshot in snapshots {
      let datagrams = snapshot.totals.first { $0.kind == .udp }
      let streams = snapshot.streams
      check(streams.reduce(0) { $0 + $1.packets } == datagrams?.packets ?? 0, "streams' packets")
      check(
        streams.reduce(0) { $0 &+ $1.wireBytes } == datagrams?.wireBytes ?? 0, "streams' bytes")
      check(streams.allSatisfy { $0.firstTime <= $0.lastTime }, "the last is before the first")
      check(Set(streams.map(StreamOnLeg.init)).count == streams.count, "a row twice")
    }
    for (earlier, later) in zip(snapshots, snapshots.dropFirst()) {
      check(earlier.start < later.start, "intervals are not in order")
    }
    check(
      shared.snapshots.map(Content.init) == snapshots.map(Content.init),
      "two tables count otherwise: \(shared.snapshots), one: \(snapshots)")
  }

  /// What numbers tell of each stream and depth never contradicts itself.
  func checkNumbers() {
    var sums: [StreamAtDepth: (lost: Int?, numbers: Int, packets: Int)] = [:]
    for stream in snapshots.flatMap(\.streams) where stream.payload != .transport {
      guard let figures = stream.sequence else { continue }
      let line = StreamAtDepth(stream: stream.stream, depth: stream.leg.depth)
      var sum = sums[line] ?? (0, 0, 0)
      sum.lost = figures.lost.flatMap { more in sum.lost.map { $0 + more } }
      sum.numbers += figures.duplicates + figures.runs.reduce(0) { $0 + $1.count }
      sums[line] = sum
    }
    for stream in snapshots.flatMap(\.streams) {
      let line = StreamAtDepth(stream: stream.stream, depth: stream.leg.depth)
      sums[line]?.packets += stream.packets
    }
    for (line, sum) in sums {
      // Where the loss of one interval is not known, that of all is not.
      if let lost = sum.lost { check(lost >= 0, "\(line) has lost \(lost)") }
      check(sum.numbers <= sum.packets, "\(line) has more numbers than packets")
    }
  }

  /// The records of what was counted are read as they are written.
  ///
  /// That takes longer than everything else, so only one input in eight is asked.
  func checkRecords() {
    guard (packets &+ wireBytes) & 7 == 0 else { return }
    let points = snapshots.prefix(1).map { RecordedPoint(point: $0.point, interval: $0.length) }
    for snapshot in snapshots.prefix(2) where snapshot.streams.count < 8 {
      let records = Record.records(of: Observed(upTo: snapshot.end, snapshots: [snapshot]))
      let text = records.map(\.json).joined()
      var stream = RecordStream(path: "records", points: points)
      var steps = stream.take(Array(text.utf8))
      check(stream.failure == nil, "\(stream.failure.map { "\($0)" } ?? ""): \(text)")
      if let last = stream.finish() { steps.append(last) }
      let again = steps.flatMap(Record.records(of:)).map(\.json).joined()
      check(again == text, "written\n\(text)\nread\n\(again)")
    }
  }
}

/// A meter and what it handed over.
private struct Counter: ~Copyable {
  private var meter: PointMeter
  private(set) var snapshots: [Snapshot] = []

  init(_ meter: consuming PointMeter) {
    self.meter = meter
  }

  mutating func count(_ packet: borrowing CapturedPacket) {
    meter.count(packet) { snapshots.append($0.snapshot(of: $1)) }
  }

  /// The last packet's time.
  var end: Timestamp { meter.report.last ?? Timestamp(nanoseconds: 0) }

  mutating func finish() {
    let end = end
    meter.finish(at: end) { snapshots.append($0.snapshot(of: $1)) }
  }
}

/// A table with a share of the streams, and what it handed over.
private struct ShareCounter: ~Copyable {
  private var table: StreamTable
  private(set) var snapshots: [Snapshot] = []

  init(_ table: consuming StreamTable) {
    self.table = table
  }

  mutating func count(_ batch: borrowing PacketBatch, in bytes: [UInt8]) {
    var closed: [Snapshot] = []
    table.count(batch, in: bytes.rawSpan) { closed.append($0.snapshot(of: $1)) }
    snapshots += closed
  }

  mutating func finish(at end: Timestamp) {
    table.finish(at: end) { snapshots.append($0.snapshot(of: $1)) }
  }
}

/// Two tables that share the streams. They get batches of one packet, of two, and so on.
private struct SharedCounter: ~Copyable {
  private var first: ShareCounter
  private var second: ShareCounter
  private var batch: PacketBatch
  private var directory = FlowDirectory()
  private var bytes: [UInt8] = []
  private var wanted = 1
  private var waiting = 0

  init(point: Point, options: CountingOptions) {
    first = ShareCounter(
      StreamTable(point: point, options: options, share: .init(index: 0, count: 2)))
    second = ShareCounter(
      StreamTable(point: point, options: options, share: .init(index: 1, count: 2)))
    batch = PacketBatch(tableCount: 2, decapsulation: options.decapsulation)
  }

  var snapshots: [Snapshot] { [Snapshot](joining: [first.snapshots, second.snapshots]) }

  mutating func count(_ packet: borrowing CapturedPacket) {
    let start = bytes.count
    bytes.append(packet.bytes)
    batch.append(
      PcapRecord(
        time: packet.time, wireBytes: packet.wireBytes, frame: start..<bytes.count,
        linkType: packet.linkType))
    waiting += 1
    if waiting == wanted { flush() }
  }

  private mutating func flush() {
    let bytes = bytes
    batch.read(bytes.rawSpan, &directory)
    first.count(batch, in: bytes)
    second.count(batch, in: bytes)
    batch.teach(&directory, in: bytes.rawSpan)
    batch.removeAll()
    self.bytes = []
    wanted += 1
    waiting = 0
  }

  mutating func finish(at end: Timestamp) {
    flush()
    first.finish(at: end)
    second.finish(at: end)
  }
}

/// What a row of an interval is about.
struct StreamOnLeg: Hashable {
  var stream: StreamKey
  var leg: Leg

  init(stream: StreamKey, leg: Leg) {
    self.stream = stream
    self.leg = leg
  }

  init(_ interval: StreamInterval) {
    self.init(stream: interval.stream, leg: interval.leg)
  }
}

/// What numbers are followed for.
struct StreamAtDepth: Hashable {
  var stream: StreamKey
  var depth: Int
}

/// What can be compared of a snapshot.
struct Content: Equatable {
  var start: Timestamp
  var streams: [StreamInterval]
  var totals: [ProtocolTotal]
  var events: [StreamEvent]
  var truncated: Int
  var captureDrops: Int
  var isBlind: Bool

  init(_ snapshot: Snapshot) {
    start = snapshot.start
    streams = snapshot.streams
    totals = snapshot.totals
    events = snapshot.events
    truncated = snapshot.truncated
    captureDrops = snapshot.captureDrops
    isBlind = snapshot.isBlind
  }

  static func == (left: Self, right: Self) -> Bool {
    guard left.start == right.start, left.streams == right.streams, left.totals == right.totals,
      left.truncated == right.truncated, left.captureDrops == right.captureDrops,
      left.isBlind == right.isBlind
    else { return false }
    // Those of one moment have no order.
    var rest = right.events
    for event in left.events {
      guard let index = rest.firstIndex(of: event) else { return false }
      rest.remove(at: index)
    }
    return rest.isEmpty
  }
}
