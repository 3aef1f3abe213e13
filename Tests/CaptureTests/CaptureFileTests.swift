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
      interface: 0, start: Timestamp(nanoseconds: 0), end: Timestamp(nanoseconds: 0), received: 0,
      dropped: dropped)
  }

  var bytes: [UInt8] { encoder.bytes }
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

struct `A capture file that is walked` {
  @Test func `has a link type for each packet`() throws {
    var capture = SeveralInterfaces(.ethernet, .raw)
    capture.packet([1], on: 1, at: 5)
    capture.packet([2], on: 0, at: 6)
    let place = TemporaryFile(capture.bytes)
    var file: any PacketSource & ~Copyable = try CaptureFile(path: place.path)
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
    var file: any PacketSource & ~Copyable = try CaptureFile(
      path: place.path, filter: "udp dst port 5004")
    #expect(try readAll(&file).seen.map(\.time) == [0, 10, 2, 12])
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
