package import Wire

/// How packets of an interface are captured.
package enum CaptureMethod: String, Sendable, CaseIterable {
  /// Through the packet ring where it can be had, else through libpcap.
  case auto
  /// Through a packet ring of the kernel, which tells what super-packets stand for.
  case ring
  /// Through libpcap, which knows more link types.
  case libpcap
}

/// A live capture on one interface, in the way that was asked for.
package struct LiveInterface: PacketSource, ~Copyable {
  /// One of the two is there.
  private var ring: PacketRing?
  private var pcap: PcapInterface?
  package let linkType: LinkType
  package let snapshotLength: Int
  package let isWhole: Bool

  /// Opens an interface by its name, or the newest that a pattern fits; `any`, which libpcap alone knows, stands for all of them.
  ///
  /// - Parameter networkNamespace: as with the ring and with libpcap.
  package init(
    name: String, options: PcapInterface.Options = PcapInterface.Options(),
    networkNamespace: String? = nil, method: CaptureMethod = .auto
  ) throws(CaptureError) {
    let canBeRing = method == .ring || method == .auto && name != "any"
    let ring =
      canBeRing
      ? try Self.ring(name, options, networkNamespace, isRequired: method == .ring) : nil
    if let ring = consume ring {
      linkType = ring.linkType
      snapshotLength = ring.snapshotLength
      isWhole = ring.isWhole
      self.ring = consume ring
      pcap = nil
    } else {
      let pcap = try PcapInterface(
        name: name, options: options, networkNamespace: networkNamespace)
      linkType = pcap.linkType
      snapshotLength = pcap.snapshotLength
      isWhole = pcap.isWhole
      self.pcap = consume pcap
      self.ring = nil
    }
  }

  /// Nil where there is no ring to be had, but libpcap may capture.
  private static func ring(
    _ name: String, _ options: PcapInterface.Options, _ networkNamespace: String?,
    isRequired: Bool
  ) throws(CaptureError) -> PacketRing? {
    do throws(CaptureError) {
      return try PacketRing(name: name, options: options, networkNamespace: networkNamespace)
    } catch {
      switch error {
      case .needsEthernet where !isRequired, .failed where !isRequired: return nil
      default: throw error
      }
    }
  }

  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    if let outcome = try ring?.read(limit: limit, timeout: timeout, body) { return outcome }
    return try pcap?.read(limit: limit, timeout: timeout, body) ?? .idle
  }

  package mutating func droppedPackets() throws(CaptureError) -> Int {
    if let count = try ring?.droppedPackets() { return count }
    return try pcap?.droppedPackets() ?? 0
  }
}
