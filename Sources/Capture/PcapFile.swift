import CLinux
import Glibc
package import Wire

/// A capture file read through libpcap: pcap or pcapng of either byte order, in microseconds or
/// nanoseconds, as it is or compressed with gzip; `-` is the standard input.
package struct PcapFile: PacketSource, ~Copyable {
  package let path: String
  private var pcap: PcapHandle
  private var decompression: Decompression?
  /// A pipe, to be waited for: its packets come when its writer has them.
  private let pipe: Int32?
  /// What followed the packets of the last batch.
  private var ending: PcapHandle.Next?

  /// - Parameter filter: a filter expression (pcap-filter(7)).
  package init(path: String, filter: String? = nil) throws(CaptureError) {
    var input = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw .cannotOpen(path: path, reason: reasonText(errno)) }
    var decompression: Decompression?
    let isFile = isRegularFile(input)
    if isGzip(input) {
      let stream = try Decompression(of: input, path: path)
      if input != STDIN_FILENO { close(input) }
      input = stream.output
      decompression = consume stream
    }
    guard let stream = unsafe fdopen(input, "rb") else {
      throw .cannotOpen(path: path, reason: reasonText(errno))
    }
    // A buffer would hide from `poll` what it already took out of a pipe.
    if !isFile { unsafe setvbuf(stream, nil, _IONBF, 0) }
    var pcap = try unsafe PcapHandle(reading: stream, path: path)
    if let filter { try pcap.apply(filter: filter, isLive: false) }
    self.path = path
    self.pcap = pcap
    self.decompression = decompression
    pipe = isFile ? nil : input
  }

  package var linkType: LinkType { pcap.type }
  package var snapshotLength: Int { pcap.snapshotLength }

  /// Files do not wait; of a pipe each packet is waited for, but not for the rest of one that has
  /// begun.
  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    var count = 0
    while count < limit, ending == nil {
      if let pipe, !isReadable(pipe, within: count == 0 ? timeout : .zero) { break }
      switch pcap.next(body) {
      case .packet: count += 1
      case .filtered, .nothing: continue
      case let other: ending = other
      }
    }
    if count > 0 { return .packets(count) }
    switch ending {
    case .failed(let reason): throw .failed(path, reason: reason)
    case .cut: return .cut
    case .end: return decompression?.isWhole() == false ? .cut : .end
    default: return .idle
    }
  }

  package mutating func droppedPackets() -> Int { 0 }
}

private func isRegularFile(_ descriptor: Int32) -> Bool {
  var status = stat()
  return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Whether the file or pipe goes on with the magic number of RFC 1952 section 2.3.1. It reads nothing
/// away, and waits until there is something in a pipe.
private func isGzip(_ descriptor: Int32) -> Bool {
  var magic: (UInt8, UInt8) = (0, 0)
  let offset = lseek(descriptor, 0, SEEK_CUR)
  let count =
    offset >= 0
    ? unsafe pread(descriptor, &magic, 2, offset) : Int(unsafe pipe_peek(descriptor, &magic, 2))
  return count == 2 && magic == (0x1F, 0x8B)
}
