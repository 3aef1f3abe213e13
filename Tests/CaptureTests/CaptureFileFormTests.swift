import Capture
import Foundation
import Glibc
import Testing
import Wire

struct Seen: Equatable {
  var time: Int64
  var wireBytes: Int
  var bytes: [UInt8]
}

/// Everything that a file of these bytes gives, in batches of `limit`, and what ended it.
func readAll(
  _ bytes: [UInt8], filter: String? = nil, limit: Int = 10
) throws -> (seen: [Seen], ending: ReadOutcome, linkType: LinkType) {
  let place = TemporaryFile(bytes)
  var file = try CaptureFile(CaptureStream(path: place.path), filter: filter)
  var seen: [Seen] = []
  while true {
    let before = seen.count
    let outcome = try file.read(limit: limit, timeout: .seconds(5)) { packet in
      seen.append(
        Seen(
          time: packet.time.nanoseconds, wireBytes: packet.wireBytes,
          bytes: unsafe packet.bytes.withUnsafeBytes { unsafe Array($0) }))
    }
    guard case .packets(let count) = outcome else { return (seen, outcome, file.linkType) }
    #expect(count == seen.count - before && count <= limit)
  }
}

struct `A capture file` {
  @Test(arguments: [false, true], [false, true])
  func `reads the same in both byte orders and both precisions`(
    bigEndian: Bool, nanoseconds: Bool
  ) throws {
    var capture = CaptureBytes(bigEndian: bigEndian, nanoseconds: nanoseconds)
    capture.record(
      seconds: 1_700_000_000, fraction: nanoseconds ? 123_456_000 : 123_456, frame: [1, 2, 3],
      wireBytes: 1500)
    capture.record(seconds: 1_700_000_001, fraction: 7, frame: [], wireBytes: 60)
    let result = try readAll(capture.bytes)
    #expect(
      result.seen == [
        Seen(time: 1_700_000_000_123_456_000, wireBytes: 1500, bytes: [1, 2, 3]),
        Seen(
          time: 1_700_000_001_000_000_000 + (nanoseconds ? 7 : 7000), wireBytes: 60, bytes: []),
      ])
    #expect(result.ending == .end)
    #expect(result.linkType == .ethernet)
  }

  @Test(arguments: [1, 2, 3, 4])
  func `comes in batches that are no larger than asked for`(limit: Int) throws {
    var capture = CaptureBytes()
    for second in 0..<3 {
      capture.record(seconds: UInt32(second), fraction: 0, frame: [9], wireBytes: 1)
    }
    let seen = try readAll(capture.bytes, limit: limit).seen
    #expect(seen.map(\.time) == [0, 1_000_000_000, 2_000_000_000])
  }

  @Test(arguments: [0, 1, 3, 15, 18, 19])
  func `that ends in the middle of a record gives what came before`(missing: Int) throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2, 3], wireBytes: 3)
    capture.record(seconds: 2, fraction: 0, frame: [4, 5, 6], wireBytes: 3)
    let result = try readAll(capture.bytes.dropLast(missing))
    #expect(result.seen.map(\.bytes) == (missing == 0 ? [[1, 2, 3], [4, 5, 6]] : [[1, 2, 3]]))
    #expect(result.ending == (missing == 0 || missing == 19 ? .end : .cut))
  }

  @Test func `without packets ends at once`() throws {
    let result = try readAll(CaptureBytes(linkType: 101).bytes)
    #expect(result.seen.isEmpty && result.ending == .end)
    #expect(result.linkType == .raw)
  }

  @Test func `without a byte is refused as empty`() throws {
    let file = TemporaryFile([])
    #expect(throws: CaptureError.isEmpty(path: file.path)) {
      _ = try CaptureFile(CaptureStream(path: file.path))
    }
  }

  @Test(arguments: [[0x0A], Array("time,point,stream\n".utf8)])
  func `that is none is refused with the reason`(bytes: [UInt8]) throws {
    let file = TemporaryFile(bytes)
    #expect {
      _ = try CaptureFile(CaptureStream(path: file.path))
    } throws: { error in
      guard case CaptureError.notACapture(file.path, let reason) = error else { return false }
      return !reason.isEmpty
    }
  }

  @Test func `of a link type that cannot be read is refused by its name`() {
    let file = TemporaryFile(CaptureBytes(linkType: 107).bytes)
    #expect(throws: CaptureError.unsupportedLinkType(name: "FRELAY", number: 107)) {
      _ = try CaptureFile(CaptureStream(path: file.path))
    }
  }

  @Test func `that does not exist is refused by its path`() {
    #expect {
      _ = try CaptureFile(CaptureStream(path: "/nonexistent/a.pcap"))
    } throws: { error in
      guard case CaptureError.cannotOpen("/nonexistent/a.pcap", _) = error else { return false }
      return true
    }
  }

  @Test func `gives what a filter lets through`() throws {
    var capture = CaptureBytes()
    for port in [5004, 53, 5004, 80] as [UInt16] {
      capture.record(seconds: UInt32(port), fraction: 0, frame: frame(toPort: port), wireBytes: 60)
    }
    let seen = try readAll(capture.bytes, filter: "udp dst port 5004").seen
    #expect(seen.map(\.time) == [5_004_000_000_000, 5_004_000_000_000])
  }

  @Test func `with a filter that is none is refused with the reason`() {
    let file = TemporaryFile(CaptureBytes().bytes)
    #expect {
      _ = try CaptureFile(CaptureStream(path: file.path), filter: "udp porta 1")
    } throws: { error in
      guard case CaptureError.badFilter("udp porta 1", let reason) = error else { return false }
      return !reason.isEmpty
    }
  }

  @Test func `is read through gzip`() throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2], wireBytes: 2)
    let result = try readAll(gzip(capture.bytes))
    #expect(result.seen.map(\.bytes) == [[1, 2]])
    #expect(result.ending == .end)
  }

  @Test func `compressed and cut gives what came before`() throws {
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2], wireBytes: 2)
    let result = try readAll(gzip(capture.bytes).dropLast(6))
    #expect(result.seen.map(\.bytes) == [[1, 2]])
    #expect(result.ending == .cut)
  }

  @Test func `compressed is read as it is without`() throws {
    var capture = SeveralInterfaces(.ethernet, .raw)
    capture.packet([1], on: 1, at: 5_000_000_000_000_000_000)
    capture.statistics(dropped: 3)
    capture.packet([2], on: 0, at: 6)
    let result = try readAll(gzip(capture.bytes))
    #expect(result.seen == (try readAll(capture.bytes)).seen)
    #expect(result.seen.map(\.time) == [5_000_000_000_000_000_000, 6])
  }
}

/// A pipe with a name, and its writing end.
private final class NamedPipe: Sendable {
  let place = TemporaryFile()
  private let writer: Int32

  init() {
    _ = unsafe unlink(place.path)
    _ = unsafe mkfifo(place.path, 0o600)
    writer = unsafe open(place.path, O_RDWR)
  }

  func send(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    #expect(unsafe write(writer, bytes, bytes.count) == bytes.count)
  }

  func end() { close(writer) }
}

struct `A capture that comes through a pipe` {
  @Test func `is waited for`() throws {
    let pipe = NamedPipe()
    var capture = CaptureBytes()
    pipe.send(capture.bytes)
    var file = try CaptureFile(CaptureStream(path: pipe.place.path))
    #expect(try file.read(limit: 10, timeout: .milliseconds(1)) { _ in } == .idle)
    let header = capture.bytes.count
    capture.record(seconds: 1, fraction: 0, frame: [1], wireBytes: 1)
    capture.record(seconds: 2, fraction: 0, frame: [2], wireBytes: 1)
    pipe.send(capture.bytes.dropFirst(header))
    #expect(try file.read(limit: 10, timeout: .seconds(5)) { _ in } == .packets(2))
    #expect(try file.read(limit: 10, timeout: .milliseconds(1)) { _ in } == .idle)
    pipe.end()
    #expect(try file.read(limit: 10, timeout: .seconds(5)) { _ in } == .end)
  }

  @Test func `is not waited for in the middle of a packet`() throws {
    let pipe = NamedPipe()
    var capture = CaptureBytes()
    capture.record(seconds: 1, fraction: 0, frame: [1, 2, 3], wireBytes: 3)
    pipe.send(capture.bytes.dropLast(2))
    var file = try CaptureFile(CaptureStream(path: pipe.place.path))
    for _ in 0..<2 {
      #expect(try file.read(limit: 10, timeout: .milliseconds(1)) { _ in } == .idle)
    }
    pipe.send(capture.bytes.suffix(2))
    var seen: [Int] = []
    let outcome = try file.read(limit: 10, timeout: .seconds(5)) { seen.append($0.bytes.byteCount) }
    #expect(outcome == .packets(1) && seen == [3])
    pipe.send([0, 0])
    pipe.end()
    #expect(try file.read(limit: 10, timeout: .seconds(5)) { _ in } == .cut)
  }

  @Test func `is known by its first interface that can be decoded, however it comes`() throws {
    var capture = PcapngEncoder(application: "test")
    let section = capture.bytes.count
    _ = capture.addInterface(named: "a", linkType: .raw)
    let first = capture.bytes.count
    _ = capture.addInterface(named: "b", linkType: .ethernet, snaplen: 96)
    capture.addPacket(
      [1].rawSpan, wireBytes: 1, at: Timestamp(nanoseconds: 7), interface: 1)
    var bytes = capture.bytes
    // FDDI, of which nothing is known here.
    bytes[section + 8] = 10
    let pipe = NamedPipe()
    let parts = [bytes[..<3], bytes[3..<first], bytes[first...]].map { Array($0) }
    Thread.detachNewThread {
      for part in parts {
        pipe.send(part)
        usleep(20_000)
      }
      pipe.end()
    }
    var file = try CaptureFile(CaptureStream(path: pipe.place.path))
    #expect(file.linkType == .ethernet)
    var times: [Int64] = []
    #expect(
      try file.read(limit: 10, timeout: .seconds(5)) { times.append($0.time.nanoseconds) }
        == .packets(1))
    #expect(times == [7])
  }
}
