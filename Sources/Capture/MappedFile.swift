import Glibc
package import Wire

/// A capture file that is mapped into memory and walked in place: pcap and pcapng of every kind that
/// `PcapFileWalker` knows. Its interfaces may differ in link type, snaplen and resolution.
package struct MappedFile: PacketSource, ~Copyable {
  package let path: String
  package let linkType: LinkType
  package let snapshotLength: Int
  private let file: MappedFileBytes
  private var walk: MappedFileWalk

  /// - Parameters:
  ///   - path: a regular file.
  ///   - filter: a filter expression (pcap-filter(7)).
  package init(path: String, filter: String? = nil) throws(CaptureError) {
    let file = try MappedFileBytes(path: path)
    let walker: PcapFileWalker
    do throws(PcapFlaw) {
      walker = try PcapFileWalker(file.bytes)
    } catch {
      throw .notACapture(path: path, reason: error.words)
    }
    guard let linkType = walker.linkType else {
      let number = walker.linkNumber
      throw .unsupportedLinkType(name: linkTypeName(number), number: number)
    }
    var program: MappedFileFilter?
    if let filter { program = try MappedFileFilter(filter, linkType: linkType) }
    walk = MappedFileWalk(walker: walker, filter: program)
    self.path = path
    self.linkType = linkType
    self.file = file
    snapshotLength = walker.snapshotLength
  }

  /// Never waits. What the file has at this moment is read, so that one that is still written is
  /// followed to where it ends when its end is reached; one that was shortened is cut there.
  ///
  /// A batch ends early where the file says that packets were dropped, so that the drops count into
  /// the interval in which they are told.
  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    guard file.refresh() else { throw .failed(path, reason: reasonText(errno)) }
    let file = file
    let count = try walk.read(file.bytes, limit: limit, body)
    file.release(below: walk.offset)
    if count > 0 { return .packets(count) }
    switch walk.ending {
    case nil: return .packets(0)
    case .flaw(let flaw): throw .failed(path, reason: flaw.words)
    case .cut: return .cut
    default: return .end
    }
  }

  /// What the file itself says was dropped, up to where it was read.
  package mutating func droppedPackets() -> Int { walk.walker.droppedPackets }
}

/// How far a mapped file was read.
private struct MappedFileWalk: ~Copyable {
  private(set) var walker: PcapFileWalker
  private var filter: MappedFileFilter?
  /// Where the last packet lies.
  private(set) var offset = 0
  /// What followed the packets of the last batch.
  private(set) var ending: PcapStep?

  init(walker: PcapFileWalker, filter: consuming MappedFileFilter?) {
    self.walker = walker
    self.filter = filter
  }

  mutating func read(
    _ bytes: RawSpan, limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> Int {
    var count = 0
    while count < limit, ending == nil {
      switch walker.next(in: bytes) {
      case .packet(let record):
        let frame = bytes.extracting(record.frame)
        offset = record.frame.lowerBound
        let isAdmitted = try filter?.admits(
          frame, linkType: record.linkType, wireBytes: record.wireBytes)
        guard isAdmitted != false else { continue }
        body(
          CapturedPacket(
            time: record.time, wireBytes: record.wireBytes, bytes: frame,
            linkType: record.linkType))
        count += 1
      case .drops: return count
      case let other: ending = other
      }
    }
    return count
  }
}

/// A capture file by its path: mapped, or read through libpcap where it comes through a pipe, is
/// compressed, or has a form that only libpcap knows; `-` is the standard input.
///
/// - Parameter filter: a filter expression (pcap-filter(7)).
package func captureFile(
  path: String, filter: String? = nil
) throws(CaptureError) -> any PacketSource & ~Copyable {
  var status = stat()
  guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    return try PcapFile(path: path, filter: filter)
  }
  do throws(CaptureError) {
    return try MappedFile(path: path, filter: filter)
  } catch {
    switch error {
    case .notACapture, .cannotOpen: return try PcapFile(path: path, filter: filter)
    default: throw error
    }
  }
}

extension PcapFlaw {
  var words: String {
    switch self {
    case .noMagicNumber: "no magic number of pcap or pcapng"
    case .shortHeader: "it ends within its header"
    case .unknownVersion(let major, let minor): "unknown version \(major).\(minor)"
    case .noInterface: "no interface is described"
    case .unknownInterface(let number): "a packet of interface \(number), which is not described"
    case .capturedLength(let count): "a captured length of \(count) bytes is too long"
    case .blockLength(let count): "a block length of \(count) bytes is impossible"
    case .differentBlockLengths(let first, let last):
      "a block has \(first) bytes by its beginning and \(last) by its end"
    }
  }
}
