import Glibc
package import Wire

/// A capture file that is walked in place as it goes through memory: pcap and pcapng of every kind
/// that `PcapFileWalker` knows, as it is or compressed with gzip, from a file or a pipe. Its interfaces
/// may differ in link type, snaplen and resolution.
package struct CaptureFile: PacketSource, ~Copyable {
  package let path: String
  package let linkType: LinkType
  package let snapshotLength: Int
  private let window: FileWindow
  private var walk: CaptureFileWalk
  private var stream: CaptureStream

  /// - Parameter filter: a filter expression (pcap-filter(7)).
  package init(_ stream: consuming CaptureStream, filter: String? = nil) throws(CaptureError) {
    let window = FileWindow(reading: stream.descriptor)
    path = stream.path
    let walker = try Self.walker(of: window, path: path)
    guard let linkType = walker.linkType else {
      let number = walker.linkNumber
      throw .unsupportedLinkType(name: linkTypeName(number), number: number)
    }
    var program: CaptureFileFilter?
    if let filter { program = try CaptureFileFilter(filter, linkType: linkType) }
    walk = CaptureFileWalk(walker: walker, filter: program)
    self.linkType = linkType
    self.window = window
    self.stream = stream
    snapshotLength = walker.snapshotLength
  }

  /// Reads the header, as much of the file as that takes: to an interface whose frames can be decoded.
  private static func walker(
    of window: FileWindow, path: String
  ) throws(CaptureError) -> PcapFileWalker {
    var isWhole = false
    while true {
      let flaw: PcapFlaw
      do throws(PcapFlaw) {
        let walker = try PcapFileWalker(window.bytes)
        if isWhole || walker.knowsLinkType { return walker }
        flaw = .noInterface
      } catch { flaw = error }
      let isTooShort =
        flaw == .shortHeader || flaw == .noInterface || window.bytes.byteCount < 4
      guard isTooShort, !isWhole else {
        if window.bytes.isEmpty { throw .isEmpty(path: path) }
        throw .notACapture(path: path, reason: flaw.words)
      }
      guard let more = window.slide(by: 0) else {
        throw .cannotOpen(path: path, reason: reasonText(errno))
      }
      isWhole = more == 0
    }
  }

  /// Files do not wait: one that is still written is followed to where it ends when its end is reached.
  /// Of a pipe the first packet is waited for, but not for the rest of one that has begun.
  ///
  /// A batch ends early where the file says that packets were dropped, so that the drops count into
  /// the interval in which they are told.
  @inline(__always)
  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    let window = window
    while true {
      let count = try walk.read(window.bytes, limit: limit, body)
      if count > 0 || walk.ending == nil { return .packets(count) }
      if case .flaw(let flaw) = walk.ending { throw .failed(path, reason: flaw.words) }
      guard let ending = try goOn(within: timeout) else { continue }
      return ending
    }
  }

  /// Moves the window on where the walk has come to its end; nil where more came into it.
  private mutating func goOn(within timeout: Duration) throws(CaptureError) -> ReadOutcome? {
    if stream.isPipe, !isReadable(stream.descriptor, within: timeout) { return .idle }
    let isCut = walk.ending == .cut
    guard let more = window.slide(by: walk.take()) else {
      throw .failed(path, reason: reasonText(errno))
    }
    if more > 0 { return nil }
    return isCut || !stream.isWhole() ? .cut : .end
  }

  /// What the file itself says was dropped, up to where it was read.
  package mutating func droppedPackets() -> Int { walk.walker.droppedPackets }
}

/// How far a file was read.
private struct CaptureFileWalk: ~Copyable {
  private(set) var walker: PcapFileWalker
  private var filter: CaptureFileFilter?
  /// What followed the packets of the last batch.
  private(set) var ending: PcapStep?

  init(walker: PcapFileWalker, filter: consuming CaptureFileFilter?) {
    self.walker = walker
    self.filter = filter
  }

  /// Goes on where the window begins once it was moved by this.
  mutating func take() -> Int {
    ending = nil
    return walker.rebase()
  }

  @inline(__always)
  mutating func read(
    _ bytes: RawSpan, limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> Int {
    if let pcap = walker.pcap, filter == nil { return read(pcap, bytes, limit: limit, body) }
    var count = 0
    while count < limit, ending == nil {
      switch walker.next(in: bytes) {
      case .packet(let record):
        let frame = bytes.extracting(record.frame)
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

  /// The shortest way through a pcap file, with the walk's state in registers.
  @inline(__always)
  private mutating func read(
    _ pcap: PcapWalker, _ bytes: RawSpan, limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) -> Int {
    var pcap = pcap
    var count = 0
    while count < limit, ending == nil {
      switch pcap.next(in: bytes) {
      case .packet(let record):
        body(
          CapturedPacket(
            time: record.time, wireBytes: record.wireBytes, bytes: bytes.extracting(record.frame),
            linkType: record.linkType))
        count += 1
      case let other: ending = other
      }
    }
    walker.pcap = pcap
    return count
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
