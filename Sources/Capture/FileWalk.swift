import Streams
import Wire

/// How far the records of a file were walked; one chunk of it takes over from another.
struct FileWalk: ~Copyable {
  /// What follows the last record.
  enum Ending: Sendable, Equatable {
    case end
    case cut
    case failed(CaptureError)
  }

  private let path: String
  private var walker: PcapFileWalker
  private var filter: CaptureFileFilter?
  /// Where the next record begins in the file.
  private(set) var position = 0
  /// Nil as long as there may be more.
  private(set) var ending: Ending?
  private(set) var droppedPackets = 0

  init(_ walker: PcapFileWalker, filter: consuming CaptureFileFilter?, path: String) {
    self.walker = walker
    self.filter = filter
    self.path = path
  }

  /// The file cannot be read any further, for the reason of an errno.
  mutating func fail(_ number: Int32) {
    ending = ending ?? .failed(.failed(path, reason: reasonText(number)))
  }

  /// Walks the records that begin in the first `limit` bytes of a chunk.
  ///
  /// A file that is still written is followed to where it ends when its end is reached.
  ///
  /// - Parameter batch: gets them; it is to be read from the chunk's bytes from the position on at
  ///   which this began.
  mutating func walk(
    _ chunk: inout FileChunk, limit: Int, of descriptor: Int32, into batch: inout PacketBatch
  ) {
    let start = position
    let edge = chunk.position + limit - start
    guard edge > 0 else { return }
    if start > chunk.position + chunk.count, ending == nil {
      // The file was shortened to before where the walk stands.
      ending = .cut
      return
    }
    while ending == nil,
      let stop = chunk.withBytes(from: start, { walk($0, upTo: edge, into: &batch) })
    {
      let former = chunk.count
      let number = chunk.extend(from: descriptor)
      if number != 0 {
        fail(number)
      } else if chunk.count == former {
        ending = stop
      }
    }
    position = start + walker.rebase()
  }

  /// - Returns: why no record follows, as far as the bytes tell; nil where they tell of more.
  private mutating func walk(
    _ bytes: RawSpan, upTo edge: Int, into batch: inout PacketBatch
  ) -> Ending? {
    if let pcap = walker.pcap, filter == nil { return walk(pcap, bytes, upTo: edge, into: &batch) }
    while true {
      switch walker.next(in: bytes) {
      case .packet(let record):
        if admits(record, in: bytes) { batch.append(record) }
        if record.frame.upperBound >= edge || ending != nil { return nil }
      case .drops:
        // A total that goes down again tells of none.
        let total = max(walker.droppedPackets, droppedPackets)
        if total > droppedPackets { batch.appendDrops(total - droppedPackets) }
        droppedPackets = total
      case .end: return .end
      case .cut: return .cut
      case .flaw(let flaw):
        ending = .failed(.failed(path, reason: flaw.words))
        return nil
      }
    }
  }

  private mutating func admits(_ record: PcapRecord, in bytes: RawSpan) -> Bool {
    do throws(CaptureError) {
      return try filter?.admits(
        bytes.extracting(record.frame), linkType: record.linkType, wireBytes: record.wireBytes)
        ?? true
    } catch {
      ending = .failed(error)
      return false
    }
  }

  /// The shortest way through a pcap file, with the walk's state in registers.
  private mutating func walk(
    _ former: PcapWalker, _ bytes: RawSpan, upTo edge: Int, into batch: inout PacketBatch
  ) -> Ending? {
    var pcap = former
    defer { walker.pcap = pcap }
    batch.append(recordsOf: &pcap, in: bytes, upTo: edge)
    guard pcap.offset < edge else { return nil }
    while true {
      switch pcap.next(in: bytes) {
      case .packet(let record):
        batch.append(record)
        if record.frame.upperBound >= edge { return nil }
      case .drops: continue
      case .end: return .end
      case .cut: return .cut
      case .flaw(let flaw):
        ending = .failed(.failed(path, reason: flaw.words))
        return nil
      }
    }
  }
}
