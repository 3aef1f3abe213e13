import Capture
import Glibc
import Streams
import Testing
import Wire

/// A pcapng file (draft-ietf-opsawg-pcapng) with packets of interfaces that differ in link type.
struct SeveralInterfaces {
  private var encoder = PcapngEncoder(application: "test")

  init(_ types: LinkType...) {
    for type in types { _ = encoder.addInterface(named: "i", linkType: type, snaplen: 96) }
  }

  mutating func packet(_ bytes: [UInt8], on interface: UInt32, at time: Int64) {
    encoder.addPacket(
      bytes.rawSpan, wireBytes: bytes.count, at: Timestamp(nanoseconds: time),
      interface: interface)
  }

  mutating func statistics(dropped: Int) {
    encoder.addStatistics(
      PcapngStatistics(time: Timestamp(nanoseconds: 0), dropped: dropped), interface: 0)
  }

  var bytes: [UInt8] { encoder.bytes }
}

/// What a file comes to.
private struct Count {
  var snapshots: [Snapshot] = []
  var report = PointReport()

  var packets: [Int] { snapshots.map { $0.totals.reduce(0) { $0 + $1.packets } } }
  var ports: [UInt16] { snapshots.flatMap { $0.streams.map(\.stream.destinationPort) } }

  /// Everything of the snapshots, to be compared.
  var parts: [SnapshotParts] { snapshots.map(SnapshotParts.init) }
}

private struct SnapshotParts: Equatable {
  var start: Timestamp
  var streams: [StreamInterval]
  var totals: [ProtocolTotal]
  var events: [StreamEvent]
  var drops: [Int]

  init(_ snapshot: Snapshot) {
    start = snapshot.start
    streams = snapshot.streams
    totals = snapshot.totals
    events = snapshot.events
    drops = [snapshot.captureDrops, snapshot.truncated]
  }
}

/// Counts a file to its end, doing something after the first step.
///
/// - Parameter isPipe: packets are read one by one, as from a pipe.
private func count(
  _ place: TemporaryFile, filter: String? = nil, workerCount: Int? = nil,
  chunkSize: ChunkSize = ChunkSize(), isPipe: Bool = false, afterFirstStep: () -> Void = {}
) throws(CaptureError) -> Count {
  let counter: FileCounter<Snapshot>
  if isPipe {
    counter = try FileCounter(
      point: Point(name: "x"), path: place.path, stream: CaptureStream(path: place.path),
      filter: filter, options: CountingOptions()
    ) { $0.snapshot(of: $1) }
  } else {
    counter = try FileCounter(
      point: Point(name: "x"), path: place.path, filter: filter, options: CountingOptions(),
      workerCount: workerCount, chunkSize: chunkSize
    ) { $0.snapshot(of: $1) }
  }
  var result = Count()
  var steps = 0
  while !counter.hasEnded {
    result.snapshots += [Snapshot](joining: counter.read() ?? [])
    steps += 1
    if steps == 1 { afterFirstStep() }
  }
  result.report = counter.report
  let end = result.report.last ?? Timestamp(nanoseconds: 0)
  result.snapshots += [Snapshot](joining: counter.finish(at: end))
  return result
}

private func error(_ body: () throws(CaptureError) -> Void) -> CaptureError? {
  do throws(CaptureError) {
    try body()
    return nil
  } catch { return error }
}

/// A frame of nemotop's stream over IPv6, within a tunnel or not.
private func streamFrame(port: UInt16, number: UInt64, sent: Int64, tunnelled: Bool) -> [UInt8] {
  let (source, destination) = (IPAddress(high: 1, low: 2), IPAddress(high: 3, low: 4))
  var payload: [UInt8] = []
  StreamHeader(
    timestamp: 0, synchronizationSource: UInt32(port), number: number,
    realTime: Timestamp(nanoseconds: sent), bootTime: 0
  ).serialize(into: &payload)
  var bytes: [UInt8] = []
  EthernetHeader(destination: 1, source: 2, etherType: .ipv6).serialize(into: &bytes)
  if tunnelled {
    IPv6Header(
      payloadLength: UInt16(payload.count + 48), nextHeader: .ipv6, source: destination,
      destination: source
    ).serialize(into: &bytes)
  }
  IPv6Header(
    payloadLength: UInt16(payload.count + 8), nextHeader: .udp, source: source,
    destination: destination
  ).serialize(into: &bytes)
  UDPHeader(
    sourcePort: 7, destinationPort: port, length: UInt16(payload.count + 8), checksum: 1
  ).serialize(into: &bytes)
  return bytes + payload
}

/// Three seconds with all that happens to packets in a file: many streams, tunnels, loss, silences,
/// frames of other kinds, cut ones, long ones, and times that go back.
private func manySidedCapture() -> CaptureBytes {
  var capture = CaptureBytes(nanoseconds: true)
  var numbers = [UInt64](repeating: 0, count: 40)
  for step in 0..<6_000 as Range<UInt32> {
    let stream = Int(step &* 7919 % 40)
    numbers[stream] += step % 97 == 0 ? 3 : 1
    let seconds = step / 2_000 - (step % 501 == 500 && step > 2_000 ? 1 : 0)
    let nanoseconds = step % 2_000 * 500_000
    var bytes = streamFrame(
      port: 5_000 + UInt16(stream), number: numbers[stream],
      sent: Int64(step) * 500_000 - Int64(step % 13) * 1_000, tunnelled: stream % 3 == 0)
    if step % 211 == 0 { bytes = frame(toPort: 53) }
    let wireBytes = UInt32(bytes.count) + (step % 331 == 0 ? 2_000 : 0)
    if step % 401 == 0 { bytes = Array(bytes.prefix(50)) }
    if step % 1_009 == 0 { bytes += [UInt8](repeating: 9, count: 3_000) }
    capture.record(
      seconds: seconds, fraction: nanoseconds, frame: bytes,
      wireBytes: max(wireBytes, UInt32(bytes.count)))
  }
  return capture
}

struct `A plain capture file` {
  @Test(arguments: [false, true], [false, true])
  func `counts to what libpcap gives`(bigEndian: Bool, nanoseconds: Bool) throws {
    var capture = CaptureBytes(bigEndian: bigEndian, nanoseconds: nanoseconds)
    for number in 0..<50 as Range<UInt32> {
      capture.record(
        seconds: 1_700_000_000 + number, fraction: 7 * number,
        frame: streamFrame(port: 5004, number: UInt64(number), sent: 0, tunnelled: number > 30),
        wireBytes: 400 + number)
    }
    // What is compressed is read by libpcap.
    let expected = try count(TemporaryFile(gzip(capture.bytes)))
    let result = try count(TemporaryFile(capture.bytes))
    #expect(result.parts == expected.parts)
    #expect(result.report == expected.report)
    #expect(result.report.packets == 50)
  }

  @Test(arguments: [1, 2, 4, 8], [1_500, 4_096, 1 << 18])
  func `counts to the same on any number of cores and in chunks of any size`(
    workerCount: Int, bytes: Int
  ) throws {
    let capture = manySidedCapture()
    let expected = try count(TemporaryFile(gzip(Array(capture.bytes.prefix(60_000)))))
    let place = TemporaryFile(Array(capture.bytes.prefix(60_000)))
    let part = try count(
      place, workerCount: workerCount, chunkSize: ChunkSize(bytes: bytes, overlap: 64))
    #expect(part.parts == expected.parts)
    #expect(part.report == expected.report)
    let whole = TemporaryFile(capture.bytes)
    let alone = try count(whole, workerCount: 1)
    let shared = try count(
      whole, workerCount: workerCount, chunkSize: ChunkSize(bytes: bytes, overlap: 200))
    #expect(shared.parts == alone.parts)
    #expect(shared.report == alone.report)
    #expect(alone.report.packets == 6_000 && alone.report.truncated > 0)
  }

  @Test(arguments: [1, 2, 4])
  func `counts more streams than a cache holds to what one packet after the other gives`(
    workerCount: Int
  ) throws {
    var capture = CaptureBytes(nanoseconds: true)
    var numbers = [UInt64](repeating: 0, count: 5_000)
    for step in 0..<60_000 as Range<UInt32> {
      let stream = Int(step &* 7919 % 5_000)
      numbers[stream] += step % 997 == 0 ? 3 : 1
      // Some packets bear the time of another clock.
      let time = Int64(step) * 50_000
      let sent = time - Int64(step % 13) * 1_000 - (step % 4_001 == 0 ? 5_000_000_000 : 0)
      capture.record(
        seconds: UInt32(time / 1_000_000_000), fraction: UInt32(time % 1_000_000_000),
        frame: streamFrame(
          port: 5_000 + UInt16(stream), number: numbers[stream], sent: sent,
          tunnelled: stream % 3 == 0),
        wireBytes: 400)
    }
    let place = TemporaryFile(capture.bytes)
    let expected = try count(place, isPipe: true)
    let result = try count(
      place, workerCount: workerCount, chunkSize: ChunkSize(bytes: 1 << 16, overlap: 200))
    #expect(result.parts == expected.parts)
    #expect(result.report == expected.report)
    #expect(Set(result.ports).count == 5_000)
  }

  @Test(arguments: [1, 2])
  func `tells of drops in the interval in which they are told`(workerCount: Int) throws {
    var capture = SeveralInterfaces(.ethernet)
    for (second, drops) in [0, 3, 3, 5].enumerated() {
      let sent = streamFrame(port: 5004, number: UInt64(second), sent: 0, tunnelled: false)
      capture.packet(sent, on: 0, at: Int64(second) * 1_000_000_000)
      capture.statistics(dropped: drops)
    }
    let result = try count(TemporaryFile(capture.bytes), workerCount: workerCount)
    #expect(result.snapshots.map(\.captureDrops) == [0, 3, 0, 2])
    #expect(result.snapshots.map(\.isBlind) == [false, true, false, true])
    #expect(result.report.captureDrops == 5)
  }

  @Test(arguments: [[3, 1, 5], [7, 0, 7, 9], [5 << 32, 1]])
  func `tells of drops as a pipe does, also where their total goes down`(totals: [Int]) throws {
    var capture = SeveralInterfaces(.ethernet)
    for (second, drops) in totals.enumerated() {
      capture.packet(frame(toPort: 5004), on: 0, at: Int64(second) * 1_000_000_000)
      capture.statistics(dropped: drops)
    }
    let expected = try count(TemporaryFile(gzip(capture.bytes)))
    let result = try count(TemporaryFile(capture.bytes))
    #expect(result.parts == expected.parts)
    #expect(result.report == expected.report)
    #expect(result.report.captureDrops == totals.max())
  }

  @Test(arguments: [1, 2])
  func `that is shortened to before where it was read is cut`(workerCount: Int) throws {
    var capture = CaptureBytes()
    for second in 0..<10_000 as Range<UInt32> {
      capture.record(
        seconds: second, fraction: 0, frame: [UInt8](repeating: 1, count: 100), wireBytes: 100)
    }
    let place = TemporaryFile(capture.bytes)
    let result = try count(
      place, workerCount: workerCount, chunkSize: ChunkSize(bytes: 1_000, overlap: 10)
    ) {
      #expect(unsafe truncate(place.path, 1_000) == 0)
    }
    #expect(result.report.packets > 100 && result.report.packets < 10_000)
    #expect(result.report.wasCut)
  }

  @Test func `has a link type for each packet`() throws {
    var capture = SeveralInterfaces(.ethernet, .ipv4)
    capture.packet(Array(frame(toPort: 1).dropFirst(14)), on: 1, at: 5)
    capture.packet(frame(toPort: 2), on: 0, at: 6)
    #expect(try count(TemporaryFile(capture.bytes)).ports == [1, 2])
  }

  @Test func `is filtered by the link type of each packet`() throws {
    var capture = SeveralInterfaces(.ethernet, .ipv4)
    for (time, port) in [5004, 53, 5004].enumerated() as EnumeratedSequence<[UInt16]> {
      capture.packet(frame(toPort: port), on: 0, at: Int64(time))
      capture.packet(Array(frame(toPort: port).dropFirst(14)), on: 1, at: Int64(10 + time))
    }
    capture.packet([], on: 0, at: 99)
    let result = try count(TemporaryFile(capture.bytes), filter: "udp dst port 5004")
    #expect(result.report.packets == 4)
    #expect(result.ports == [5004])
  }

  @Test func `with a filter that is none is refused`() {
    let place = TemporaryFile(CaptureBytes().bytes)
    #expect(
      error { () throws(CaptureError) in _ = try count(place, filter: "no filter") }
        .map { if case .badFilter("no filter", _) = $0 { true } else { false } } == true)
  }

  @Test(arguments: 0..<17)
  func `that ends in the middle of a record gives what came before`(missing: Int) throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2, 3], wireBytes: 3)
    capture.record(seconds: 2, fraction: 0, frame: [4], wireBytes: 3)
    let result = try count(TemporaryFile(capture.bytes.dropLast(missing)))
    #expect(result.report.packets == (missing == 0 ? 2 : 1))
    #expect(result.report.wasCut == (missing != 0 && missing != 17))
  }

  @Test(arguments: [1, 2])
  func `that is shortened while it is read is cut there`(workerCount: Int) throws {
    var capture = CaptureBytes()
    for second in 0..<10_000 as Range<UInt32> {
      capture.record(
        seconds: second, fraction: 0, frame: [UInt8](repeating: 1, count: 100), wireBytes: 100)
    }
    let place = TemporaryFile(capture.bytes)
    let result = try count(
      place, workerCount: workerCount, chunkSize: ChunkSize(bytes: 1_000, overlap: 10)
    ) {
      #expect(unsafe truncate(place.path, 24 + 5_000 * 116 + 1) == 0)
    }
    #expect(result.report.packets == 5_000)
    #expect(result.report.wasCut)
  }

  @Test func `that has grown is read to its end`() throws {
    var capture = CaptureBytes()
    for second in 0..<3_000 as Range<UInt32> {
      capture.record(seconds: second, fraction: 0, frame: [1], wireBytes: 1)
    }
    let begun = capture.bytes.count
    let place = TemporaryFile(capture.bytes)
    capture.record(seconds: 4_000, fraction: 0, frame: [2], wireBytes: 1)
    let more = Array(capture.bytes.dropFirst(begun))
    let result = try count(place, chunkSize: ChunkSize(bytes: 100, overlap: 10)) {
      let descriptor = unsafe open(place.path, O_WRONLY | O_APPEND)
      #expect(unsafe write(descriptor, more, more.count) == more.count)
      close(descriptor)
    }
    #expect(result.report.packets == 3_001)
    #expect(!result.report.wasCut)
  }

  @Test func `that is none is refused with the reason`() {
    let place = TemporaryFile(Array("time,point\n".utf8))
    #expect(
      error { () throws(CaptureError) in _ = try count(place) }
        .map { if case .notACapture(place.path, _) = $0 { true } else { false } } == true)
    let empty = TemporaryFile([])
    #expect(
      error { () throws(CaptureError) in _ = try count(empty) } == .isEmpty(path: empty.path))
  }

  @Test func `of a link type that cannot be read is refused by its name`() {
    let place = TemporaryFile(CaptureBytes(linkType: 143).bytes)
    #expect(
      error { () throws(CaptureError) in _ = try count(place) }
        == .unsupportedLinkType(name: "DOCSIS", number: 143))
  }

  @Test(arguments: [1, 2])
  func `that contradicts itself gives what came before, then the reason`(
    workerCount: Int
  ) throws {
    var capture = CaptureBytes()
    for second in 0..<100 as Range<UInt32> {
      capture.record(seconds: second, fraction: 0, frame: [1], wireBytes: 1)
    }
    let broken = capture.bytes + [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127, 0, 0, 0, 0]
    let place = TemporaryFile(broken)
    let result = try count(
      place, workerCount: workerCount, chunkSize: ChunkSize(bytes: 256, overlap: 16))
    #expect(result.report.packets == 100)
    #expect(
      result.report.failure
        == .failed(place.path, reason: "a captured length of 2147483647 bytes is too long"))
  }
}

struct `A point's meter` {
  @Test func `counts a frame that cannot be decoded as other`() {
    var meter = PointMeter(point: Point(name: "x"), options: CountingOptions())
    var snapshots: [Snapshot] = []
    let bytes = frame(toPort: 5004)
    for type in [LinkType.ethernet, nil] {
      meter.count(
        CapturedPacket(
          time: Timestamp(nanoseconds: 1), wireBytes: 60, bytes: bytes.rawSpan, linkType: type)
      ) { snapshots.append($0.snapshot(of: $1)) }
    }
    meter.finish(at: Timestamp(nanoseconds: 2)) { snapshots.append($0.snapshot(of: $1)) }
    #expect(
      snapshots.first?.totals.first { $0.kind == .other }
        == ProtocolTotal(kind: .other, packets: 1, wireBytes: 60))
    #expect(snapshots.first?.totals.reduce(0) { $0 + $1.packets } == 2)
    #expect(meter.report.packets == 2)
  }
}
