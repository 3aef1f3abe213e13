import CLinux
package import Wire

/// A live capture on one Ethernet or loopback interface through a packet ring of the kernel.
///
/// Unlike libpcap it is told which frames are super-packets, and hands over the frames for which they
/// stand, each with the time of the whole. So everything behind it counts, keeps and replays what was
/// on the wire. A super-packet in headers that cannot be cut is handed over as one, and said to hold
/// segments. The filter sees super-packets as they are.
///
/// The kernel captures whole frames, since every segment of a super-packet is needed, and only what is
/// handed over is cut at the snapshot length. What it drops it counts as it has it, a super-packet as
/// one.
package struct PacketRing: PacketSource, ~Copyable {
  /// Blocks gather for so long where they are filled faster than that, since each time that the thread
  /// is woken costs as much as hundreds of frames.
  private static let gathering = Duration.milliseconds(10)

  package let name: String
  package let isWhole: Bool
  package let snapshotLength: Int
  private var ring: PacketRingHandle
  private let interface: OpenedInterface
  private var dropped = 0
  private let interfaceDrops: InterfaceDrops
  /// The interface went away, and the kernel has handed over what was in the ring.
  private var isSettled = false
  /// Room for the frame of one segment.
  private var segment: [UInt8] = []

  /// Opens an interface by its name.
  ///
  /// - Parameter networkNamespace: the path of the namespace in which the interface stands. The
  ///   calling thread enters it for good, so the thread has to be the capture's own.
  /// - Throws: `needsEthernet` for an interface of another link type.
  package init(
    name: String, options: PcapInterface.Options = PcapInterface.Options(),
    networkNamespace: String? = nil
  ) throws(CaptureError) {
    let interface = try OpenedInterface(name: name, networkNamespace: networkNamespace)
    guard let link = interfaceProperties(interface.systemName)?.link, link != packet_ring_link_other
    else {
      throw .needsEthernet(name)
    }
    let ring = try PacketRingHandle(
      name: interface.systemName, interface: interface.index, link: link, options: options)
    self.ring = ring
    self.interface = interface
    isWhole = interface.isUnused
    interfaceDrops = InterfaceDrops(networkNamespace == nil ? interface.systemName : nil)
    self.name = name
    snapshotLength = options.snapshotLength
  }

  package var linkType: LinkType { .ethernet }

  /// The segments of a super-packet come together, and may be more than the limit. The read ends
  /// before a frame that came after others were dropped: those are to be counted first.
  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    if let count = try take(limit, body) { return .packets(count) }
    ring.gather(atMost: Self.gathering)
    if let count = try take(limit, body) { return .packets(count) }
    ring.wait(timeout)
    if let count = try take(limit, body) { return .packets(count) }
    try countDrops()
    if interface.isThere { return .idle }
    guard !isSettled else {
      interface.leaveNamespace()
      throw .interfaceWentAway(name)
    }
    pause(PcapInterface.longestHold)
    isSettled = true
    return .packets(try take(limit, body) ?? 0)
  }

  package mutating func droppedPackets() throws(CaptureError) -> Int {
    dropped + interfaceDrops.count
  }

  private mutating func countDrops() throws(CaptureError) {
    guard let drops = ring.drops() else { throw .failed(name, reason: "no statistics") }
    dropped += drops
  }

  /// - Returns: how many packets; nil where nothing was there.
  private mutating func take(
    _ limit: Int, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> Int? {
    let snapshotLength = snapshotLength
    var room: [UInt8] = []
    swap(&room, &segment)
    defer { swap(&room, &segment) }
    var count = 0
    while count < limit {
      if ring.next({ count += $0.handOver(cutAt: snapshotLength, through: &room, body) }) {
        continue
      }
      guard ring.takeBlock() else { return count == 0 ? nil : count }
      if ring.hasDropped {
        try countDrops()
        break
      }
    }
    return count
  }
}

extension PacketRingHandle.Frame {
  /// Hands over the frames on the wire for which this one stands.
  ///
  /// - Returns: how many.
  func handOver(
    cutAt limit: Int, through room: inout [UInt8], _ body: (borrowing CapturedPacket) -> Void
  ) -> Int {
    if let segmentBytes,
      let segments = SuperPacket(
        bytes, frameBytes: frameBytes, segmentBytes: segmentBytes, transport: transport)
    {
      for index in 0..<segments.count {
        let length = segments.copySegment(index, of: bytes, limit: limit, into: &room)
        body(
          CapturedPacket(
            time: time, wireBytes: length, bytes: room.rawSpan, linkType: .ethernet))
      }
      return segments.count
    }
    body(
      CapturedPacket(
        time: time, wireBytes: frameBytes,
        bytes: bytes.extracting(0..<min(limit, bytes.byteCount)), linkType: .ethernet,
        mayHoldSegments: segmentBytes != nil))
    return 1
  }
}
