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

private func error(_ body: () throws(CaptureError) -> Void) -> CaptureError? {
  do throws(CaptureError) {
    try body()
    return nil
  } catch { return error }
}

/// Everything that a source gives, and what ended it.
private func readAll(
  _ source: inout any PacketSource & ~Copyable, limit: Int = 2
) throws -> (seen: [Seen], types: [LinkType?], ending: ReadOutcome) {
  var seen: [Seen] = []
  var types: [LinkType?] = []
  while true {
    let outcome = try source.read(limit: limit, timeout: .zero) { packet in
      seen.append(
        Seen(
          time: packet.time.nanoseconds, wireBytes: packet.wireBytes,
          bytes: unsafe packet.bytes.withUnsafeBytes { unsafe Array($0) }))
      types.append(packet.linkType)
    }
    guard case .packets(let count) = outcome else { return (seen, types, outcome) }
    #expect(count <= limit)
  }
}

/// The source that a file is read by.
private func anyCaptureFile(
  path: String, filter: String? = nil
) throws(CaptureError) -> any PacketSource & ~Copyable {
  if let file = try plainCaptureFile(path: path, filter: filter) { return file }
  return try PcapFile(path: path, filter: filter)
}

struct `A plain capture file` {
  @Test(arguments: [false, true], [false, true])
  func `gives what libpcap gives`(bigEndian: Bool, nanoseconds: Bool) throws {
    var capture = CaptureBytes(bigEndian: bigEndian, nanoseconds: nanoseconds, linkType: 276)
    for number in 0..<50 as Range<UInt32> {
      capture.record(
        seconds: 1_700_000_000 + number, fraction: 7 * number,
        frame: [UInt8](repeating: UInt8(number), count: Int(number)), wireBytes: 60 + number)
    }
    let place = TemporaryFile(capture.bytes)
    var libpcap: any PacketSource & ~Copyable = try PcapFile(path: place.path)
    var own: any PacketSource & ~Copyable = try CaptureFile(path: place.path)
    let expected = try readAll(&libpcap)
    let result = try readAll(&own)
    #expect(result == expected)
    #expect(result.seen.count == 50)
    #expect(own.linkType == .linuxSLL2)
    #expect(own.snapshotLength == 65_535)
  }

  @Test func `has a link type for each packet`() throws {
    var capture = SeveralInterfaces(.ethernet, .raw)
    capture.packet([1], on: 1, at: 5)
    capture.packet([2], on: 0, at: 6)
    let place = TemporaryFile(capture.bytes)
    var file = try anyCaptureFile(path: place.path)
    let result = try readAll(&file)
    #expect(result.types == [.raw, .ethernet])
    #expect(file.linkType == .ethernet && file.snapshotLength == 96)
  }

  @Test func `is filtered by the link type of each packet`() throws {
    var capture = SeveralInterfaces(.ethernet, .ipv4)
    for (time, port) in [5004, 53, 5004].enumerated() as EnumeratedSequence<[UInt16]> {
      capture.packet(frame(toPort: port), on: 0, at: Int64(time))
      capture.packet(Array(frame(toPort: port).dropFirst(14)), on: 1, at: Int64(10 + time))
    }
    capture.packet([], on: 0, at: 99)
    let place = TemporaryFile(capture.bytes)
    var file = try anyCaptureFile(path: place.path, filter: "udp dst port 5004")
    #expect(try readAll(&file).seen.map(\.time) == [0, 10, 2, 12])
  }

  @Test func `with a filter that is none is refused`() {
    let place = TemporaryFile(CaptureBytes().bytes)
    #expect(
      error { () throws(CaptureError) in _ = try CaptureFile(path: place.path, filter: "no filter")
      }
      .map { if case .badFilter("no filter", _) = $0 { true } else { false } } == true)
  }

  @Test(arguments: 0..<17)
  func `that ends in the middle of a record gives what came before`(missing: Int) throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2, 3], wireBytes: 3)
    capture.record(seconds: 2, fraction: 0, frame: [4], wireBytes: 3)
    let place = TemporaryFile(capture.bytes.dropLast(missing))
    var file = try anyCaptureFile(path: place.path)
    let result = try readAll(&file)
    #expect(result.seen.count == (missing == 0 ? 2 : 1))
    #expect(result.ending == (missing == 0 || missing == 17 ? .end : .cut))
  }

  @Test func `that is shortened while it is read is cut there`() throws {
    var capture = CaptureBytes()
    for second in 0..<10_000 as Range<UInt32> {
      capture.record(
        seconds: second, fraction: 0, frame: [UInt8](repeating: 1, count: 100), wireBytes: 100)
    }
    let place = TemporaryFile(capture.bytes)
    var file: any PacketSource & ~Copyable = try CaptureFile(path: place.path)
    #expect(try file.read(limit: 10, timeout: .zero) { _ in } == .packets(10))
    #expect(unsafe truncate(place.path, 24 + 5_000 * 116 + 1) == 0)
    let rest = try readAll(&file, limit: 1000)
    #expect(rest.seen.count == 4_990)
    #expect(rest.ending == .cut)
  }

  @Test func `that has grown is read to its end`() throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1], wireBytes: 1)
    let place = TemporaryFile(capture.bytes)
    var file: any PacketSource & ~Copyable = try CaptureFile(path: place.path)
    let begun = capture.bytes.count
    capture.record(seconds: 2, fraction: 0, frame: [2], wireBytes: 1)
    let more = Array(capture.bytes.dropFirst(begun))
    let descriptor = unsafe open(place.path, O_WRONLY | O_APPEND)
    #expect(unsafe write(descriptor, more, more.count) == more.count)
    close(descriptor)
    let result = try readAll(&file)
    #expect(result.seen.map(\.bytes) == [[1], [2]])
    #expect(result.ending == .end)
  }

  @Test func `tells of drops between the packets before and after`() throws {
    var capture = SeveralInterfaces(.ethernet)
    capture.packet([1], on: 0, at: 1)
    capture.statistics(dropped: 0)
    capture.packet([2], on: 0, at: 2)
    capture.statistics(dropped: 3)
    capture.packet([3], on: 0, at: 3)
    let place = TemporaryFile(capture.bytes)
    var file = try CaptureFile(path: place.path)
    #expect(try file.read(limit: 10, timeout: .zero) { _ in } == .packets(2))
    #expect(file.droppedPackets() == 3)
    #expect(try file.read(limit: 10, timeout: .zero) { _ in } == .packets(1))
    #expect(try file.read(limit: 10, timeout: .zero) { _ in } == .end)
    #expect(file.droppedPackets() == 3)
  }

  @Test func `that is none is refused with the reason`() {
    let place = TemporaryFile(Array("time,point\n".utf8))
    #expect(
      error { () throws(CaptureError) in _ = try CaptureFile(path: place.path) }
        == .notACapture(path: place.path, reason: "no magic number of pcap or pcapng"))
    let empty = TemporaryFile()
    #expect(
      error { () throws(CaptureError) in _ = try anyCaptureFile(path: empty.path) }
        .map { if case .notACapture(empty.path, _) = $0 { true } else { false } } == true)
  }

  @Test func `of a link type that cannot be read is refused by its name`() {
    let place = TemporaryFile(CaptureBytes(linkType: 127).bytes)
    #expect(
      error { () throws(CaptureError) in _ = try anyCaptureFile(path: place.path) }
        == .unsupportedLinkType(name: "IEEE802_11_RADIO", number: 127))
  }

  @Test func `that is compressed is left to libpcap`() throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2], wireBytes: 2)
    let place = TemporaryFile(gzip(capture.bytes))
    var file = try anyCaptureFile(path: place.path)
    #expect(try readAll(&file).seen.map(\.bytes) == [[1, 2]])
  }

  @Test func `that contradicts itself gives what came before, then the reason`() throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1], wireBytes: 1)
    let broken = capture.bytes + [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127, 0, 0, 0, 0]
    let place = TemporaryFile(broken)
    var file = try CaptureFile(path: place.path)
    #expect(try file.read(limit: 10, timeout: .zero) { _ in } == .packets(1))
    var told: CaptureError?
    do throws(CaptureError) {
      _ = try file.read(limit: 10, timeout: .zero) { _ in }
    } catch { told = error }
    #expect(
      told
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
