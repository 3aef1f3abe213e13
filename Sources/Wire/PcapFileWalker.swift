/// Walks the packets of a capture file: pcap or pcapng, as its first bytes say.
///
/// It holds no bytes: each step is given the file, or a part of it that begins where `rebase` says and
/// may end anywhere. Nothing in a file makes it trap, and it allocates for an interface that is described, never for a packet.
package struct PcapFileWalker: Sendable {
  /// Walks a pcap file; nil where it is pcapng.
  package var pcap: PcapWalker?
  private var pcapng: PcapngWalker?
  /// The number of the first interface's link type, whether it can be decoded or not.
  package let linkNumber: Int
  /// The link type of the first interface whose frames can be decoded, of those that are described
  /// before the first packet; nil where there is none.
  package let linkType: LinkType?
  /// The most that was captured of a frame at the first interface, in bytes.
  package let snapshotLength: Int
  /// Whether the bytes reach as far as to know the link type, or that there is none.
  package let knowsLinkType: Bool

  /// Reads the header of a file.
  ///
  /// - Parameter bytes: The file, from its beginning to behind its first packet.
  /// - Throws: Why it is no capture.
  package init(_ bytes: RawSpan) throws(PcapFlaw) {
    let stated: Int
    if bytes.byteCount >= 4, bytes.uint32(at: 0) == 0x0a0d_0d0a {
      let walker = try PcapngWalker(bytes)
      var scout = walker
      var step = scout.next(in: bytes)
      while step == .drops { step = scout.next(in: bytes) }
      guard let first = scout.interfaces.first else {
        if case .flaw(let flaw) = step { throw flaw }
        throw .noInterface
      }
      pcapng = walker
      linkNumber = first.linkNumber
      linkType = scout.interfaces.lazy.compactMap(\.linkType).first
      knowsLinkType = linkType != nil || step != .end && step != .cut
      stated = first.snapshotLength
    } else {
      let walker = try PcapWalker(bytes)
      pcap = walker
      linkNumber = walker.linkNumber
      linkType = LinkType(linkNumber: linkNumber)
      knowsLinkType = true
      stated = walker.snapshotLength
    }
    snapshotLength = stated == 0 ? PcapWalker.plausibleFrameBytes : stated
  }

  /// The next packet.
  ///
  /// - Parameter bytes: The file, as far as it is there now.
  package mutating func next(in bytes: RawSpan) -> PcapStep {
    if let step = pcap?.next(in: bytes) { return step }
    return pcapng?.next(in: bytes) ?? .end
  }

  /// From now on the bytes begin where the walk stands.
  ///
  /// - Returns: how many of them are no longer given.
  package mutating func rebase() -> Int {
    if pcap != nil { return pcap?.rebase() ?? 0 }
    return pcapng?.rebase() ?? 0
  }

  /// Packets that the file itself says were dropped, up to where the walk stands.
  package var droppedPackets: Int { Int(clamping: pcapng?.droppedPackets ?? 0) }
}
