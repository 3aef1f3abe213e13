import Capture
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
    let snapshots = count(whole.packets)
    // Drops change what is said of the packets.
    checkReading(whole, against: whole.drops.isEmpty ? snapshots : nil)
  }

  /// Counts it as files are counted: through a pipe, and in small chunks on one core or two.
  private func checkReading(_ walk: Walk, against counted: [Snapshot]?) {
    guard bytes.count <= Self.pipeBytes, let piped = FileReading(piping: bytes) else { return }
    Fuzz.check(piped.report.packets == walk.packets.count, "\(piped.report), \(walk)")
    Fuzz.check(piped.report.wasCut == (walk.ending == .cut), "\(piped.report), \(walk)")
    var isFlawed = false
    if case .flaw = walk.ending { isFlawed = true }
    Fuzz.check((piped.report.failure != nil) == isFlawed, "\(piped.report), \(walk)")
    if let counted {
      Fuzz.check(piped.snapshots.map(Content.init) == counted.map(Content.init), "read otherwise")
    }
    let size = ChunkSize(
      bytes: 24 + 4 * Int(bytes.last ?? 0), overlap: 16 + Int(bytes[bytes.count / 2]))
    let workers = bytes[bytes.count - 2] & 15 == 0 ? 2 : 1
    guard let chunked = FileReading(bytes, size: size, workers: workers) else {
      fatalError("in chunks it is no capture")
    }
    Fuzz.check(
      chunked.snapshots.map(Content.init) == piped.snapshots.map(Content.init),
      "in chunks of \(size), \(workers) workers: \(chunked.snapshots), piped: \(piped.snapshots)")
    Fuzz.check(
      chunked.report.isLike(piped.report),
      "in chunks of \(size), \(workers) workers: \(chunked.report), piped: \(piped.report)")
  }

  private func count(_ records: [PcapRecord]) -> [Snapshot] {
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
    return counting.snapshots
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
