import Glibc
package import Wire

/// A capture file read through libpcap: pcap or pcapng of either byte order, in microseconds or
/// nanoseconds, as it is or compressed with gzip; `-` is the standard input.
package struct PcapFile: PacketSource, ~Copyable {
  package let path: String
  private var pcap: PcapHandle
  private var stream: CaptureStream
  /// What followed the packets of the last batch.
  private var ending: PcapHandle.Next?

  /// - Parameter filter: a filter expression (pcap-filter(7)).
  package init(path: String, filter: String? = nil) throws(CaptureError) {
    try self.init(CaptureStream(path: path), filter: filter)
  }

  package init(_ stream: consuming CaptureStream, filter: String? = nil) throws(CaptureError) {
    path = stream.path
    let input = fcntl(stream.descriptor, F_DUPFD_CLOEXEC, 3)
    guard input >= 0, let file = unsafe fdopen(input, "rb") else {
      throw .cannotOpen(path: path, reason: reasonText(errno))
    }
    // A buffer would hide from `poll` what it already took out of a pipe.
    if stream.isPipe { unsafe setvbuf(file, nil, _IONBF, 0) }
    var pcap = try unsafe PcapHandle(reading: file, path: path)
    if let filter { try pcap.apply(filter: filter, isLive: false) }
    self.pcap = pcap
    self.stream = stream
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
      if stream.isPipe, !isReadable(stream.descriptor, within: count == 0 ? timeout : .zero) {
        break
      }
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
    case .end: return stream.isWhole() ? .end : .cut
    default: return .idle
    }
  }

  package mutating func droppedPackets() -> Int { 0 }
}
