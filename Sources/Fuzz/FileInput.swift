import Capture
import Glibc
import Streams
import Wire

/// A capture file.
struct FileInput {
  /// So much a pipe holds without a reader.
  private static let pipeBytes = 65_536

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Whether the bytes begin with a magic number of pcap or pcapng.
  static func begins(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 4 else { return false }
    switch bytes.rawSpan.uint32(at: 0) {
    case 0x0a0d_0d0a, 0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34, 0xd4c3_b2a1, 0x4d3c_b2a1,
      0x34cd_b2a1:
      return true
    default: return false
    }
  }

  /// Walks it as a whole and in parts, which must be the same, and counts its packets.
  func check() {
    let whole = Walk(bytes)
    // The parts are as long as the bytes say, so that libFuzzer can look for their borders.
    let length = 1 + Int(bytes.last ?? 0) + Int(bytes.count > 1 ? bytes[bytes.count - 2] : 0)
    let parts = Walk(bytes, inPartsOf: length)
    Fuzz.check(whole == parts, "in parts of \(length): \(parts), as a whole: \(whole)")
    for record in whole.packets {
      checkDecoding(
        bytes.rawSpan.extracting(record.frame), linkType: record.linkType,
        wireBytes: record.wireBytes)
    }
    checkReading(whole)
    count(whole.packets)
  }

  /// Reads it as files are read, through a pipe.
  private func checkReading(_ walk: Walk) {
    guard bytes.count <= Self.pipeBytes else { return }
    var ends: [Int32] = [-1, -1]
    Fuzz.check(unsafe pipe(&ends) == 0, "no pipe")
    defer { close(ends[0]) }
    let written = unsafe write(ends[1], bytes, bytes.count)
    close(ends[1])
    Fuzz.check(written == bytes.count, "the input cannot be written")
    var frames: [Frame] = []
    do throws(CaptureError) {
      var file = try CaptureFile(CaptureStream(path: "/proc/self/fd/\(ends[0])"))
      var outcome = ReadOutcome.idle
      repeat {
        outcome = try file.read(limit: 7, timeout: .zero) { packet in
          frames.append(
            Frame(time: packet.time, wireBytes: packet.wireBytes, count: packet.bytes.byteCount))
        }
      } while outcome != .end && outcome != .cut
      Fuzz.check((outcome == .cut) == (walk.ending == .cut), "\(outcome), \(walk)")
      Fuzz.check(file.droppedPackets() == walk.drops.last ?? 0, "drops")
    } catch {
      switch error {
      case .notACapture: Fuzz.check(walk.flaw != nil, "\(error), \(walk)")
      case .unsupportedLinkType: return
      default:
        if case .flaw = walk.ending { break }
        fatalError("\(error), \(walk)")
      }
    }
    Fuzz.check(frames == walk.packets.map(Frame.init), "other packets are read than walked over")
  }

  private func count(_ records: [PcapRecord]) {
    var counting = Counting(point: Point(name: "xen1"), options: CountingOptions())
    for record in records {
      counting.count(
        CapturedPacket(
          time: record.time, wireBytes: record.wireBytes,
          bytes: bytes.rawSpan.extracting(record.frame), linkType: record.linkType))
    }
    counting.finish()
    counting.checkTotals()
    counting.checkRecords()
  }
}

/// What is compared of a packet that was read.
private struct Frame: Equatable {
  var time: Timestamp
  var wireBytes: Int
  var count: Int

  init(time: Timestamp, wireBytes: Int, count: Int) {
    self.time = time
    self.wireBytes = wireBytes
    self.count = count
  }

  init(_ record: PcapRecord) {
    self.init(time: record.time, wireBytes: record.wireBytes, count: record.frame.count)
  }
}

/// What a walk through a file found.
private struct Walk: Equatable {
  /// Their frames lie where they are in the file.
  private(set) var packets: [PcapRecord] = []
  private(set) var drops: [Int] = []
  private(set) var ending: PcapStep?
  private(set) var flaw: PcapFlaw?

  init(_ bytes: [UInt8]) {
    self.init(bytes, inPartsOf: bytes.count)
  }

  /// Walks through a window that moves along, so many more bytes each time as it is at its end.
  init(_ bytes: [UInt8], inPartsOf length: Int) {
    var start = 0
    var end = 0
    var walker: PcapFileWalker?
    while walker == nil {
      end = min(end + length, bytes.count)
      do throws(PcapFlaw) {
        walker = try PcapFileWalker(bytes.rawSpan.extracting(0..<end))
      } catch {
        let mayGoOn = error == .shortHeader || error == .noInterface || error == .noMagicNumber
        guard mayGoOn, end < bytes.count else {
          flaw = error
          return
        }
      }
    }
    guard var walker else { return }
    while ending == nil {
      switch walker.next(in: bytes.rawSpan.extracting(start..<end)) {
      case .packet(var record):
        record.frame = record.frame.lowerBound + start..<record.frame.upperBound + start
        packets.append(record)
      case .drops: drops.append(walker.droppedPackets)
      case .end, .cut:
        if end == bytes.count {
          ending = walker.next(in: bytes.rawSpan.extracting(start..<end))
          return
        }
        start += walker.rebase()
        end = min(end + length, bytes.count)
      case .flaw(let flaw): ending = .flaw(flaw)
      }
    }
  }
}
