/// Walks the blocks of a pcapng file (draft-ietf-opsawg-pcapng): several sections in either byte
/// order, each with interfaces of their own; blocks that carry no packets are passed over.
///
/// See `PcapngEncoder` for the frame that all blocks have.
struct PcapngWalker: Sendable {
  private enum BlockType {
    static let sectionHeader: UInt32 = 0x0a0d_0d0a
    static let interfaceDescription: UInt32 = 1
    /// Obsolete.
    static let packet: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let interfaceStatistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
  }

  /// Of the section at hand.
  private(set) var interfaces: [PcapngInterface] = []
  private var order = PcapByteOrder.big
  private var offset = 0
  /// Drops of the sections before.
  private var earlierDrops: UInt64 = 0
  private var lastTime = Timestamp(nanoseconds: 0)
  /// Packets that interface statistics say were dropped.
  private(set) var droppedPackets: UInt64 = 0

  /// - Parameter bytes: The file, or its beginning.
  /// - Throws: What is wrong with its first block.
  init(_ bytes: RawSpan) throws(PcapFlaw) {
    guard bytes.byteCount >= 4, bytes.uint32(at: 0) == BlockType.sectionHeader else {
      throw .noMagicNumber
    }
    switch beginBlock(in: bytes) {
    case .success: break
    case .failure(.cut): throw .shortHeader
    case .failure(.flaw(let flaw)): throw flaw
    }
  }

  /// Why there is no whole block.
  private enum Interruption: Error {
    case cut
    case flaw(PcapFlaw)
  }

  mutating func rebase() -> Int {
    let passed = offset
    offset = 0
    return passed
  }

  /// The next packet.
  mutating func next(in bytes: RawSpan) -> PcapStep {
    while offset != bytes.byteCount {
      let start = offset
      let body: Range<Int>
      switch beginBlock(in: bytes) {
      case .success(let range): body = range
      case .failure(.cut): return .cut
      case .failure(.flaw(let flaw)): return .flaw(flaw)
      }
      let end = body.upperBound + 4
      let step: PcapStep?
      switch order.uint32(bytes, at: start) {
      case BlockType.enhancedPacket: step = enhancedPacket(bytes, body)
      case BlockType.simplePacket: step = simplePacket(bytes, body)
      case BlockType.packet: step = obsoletePacket(bytes, body)
      case BlockType.interfaceDescription: step = describeInterface(bytes, body)
      case BlockType.interfaceStatistics: step = takeStatistics(bytes, body)
      case BlockType.sectionHeader: step = beginSection(bytes, body)
      default: step = nil
      }
      if let step, case .flaw = step { return step }
      offset = end
      if let step { return step }
    }
    return .end
  }

  /// The body of the block that begins here, between the lengths at its ends. Where it is a section's
  /// first, the byte order is the section's from then on.
  private mutating func beginBlock(in bytes: RawSpan) -> Result<Range<Int>, Interruption> {
    let rest = bytes.byteCount - offset
    guard rest >= 12 else { return .failure(.cut) }
    // The section header's type reads the same in both byte orders.
    if bytes.uint32(at: offset) == BlockType.sectionHeader {
      switch bytes.uint32(at: offset + 8) {
      case 0x1a2b_3c4d: order = .big
      case 0x4d3c_2b1a: order = .little
      default: return .failure(.flaw(.noMagicNumber))
      }
    }
    let length = order.count(bytes, at: offset + 4)
    guard length >= 12, length & 3 == 0, length <= PcapWalker.longestBytes else {
      return .failure(.flaw(.blockLength(length)))
    }
    guard length <= rest else { return .failure(.cut) }
    let end = offset + length - 4
    let again = order.count(bytes, at: end)
    guard length == again else {
      return .failure(.flaw(.differentBlockLengths(length, again)))
    }
    return .success(offset + 8..<end)
  }

  /// A Section Header Block (section 4.1); see `PcapngEncoder`. Its interfaces are described anew.
  private mutating func beginSection(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep? {
    guard body.count >= 16 else { return .flaw(.blockLength(body.count + 12)) }
    let major = Int(order.uint16(bytes, at: body.lowerBound + 4))
    let minor = Int(order.uint16(bytes, at: body.lowerBound + 6))
    // Minor version 2 was written by some and is the same (section 4.1).
    guard major == 1, minor == 0 || minor == 2 else {
      return .flaw(.unknownVersion(major: major, minor: minor))
    }
    earlierDrops = droppedPackets
    interfaces.removeAll(keepingCapacity: true)
    return nil
  }

  private mutating func describeInterface(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep? {
    guard body.count >= 8 else { return .flaw(.blockLength(body.count + 12)) }
    interfaces.append(PcapngInterface(parsing: bytes, body: body, order: order))
    return nil
  }

  /// An Enhanced Packet Block (section 4.3); see `PcapngEncoder`.
  private mutating func enhancedPacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep {
    guard body.count >= 20 else { return .flaw(.blockLength(body.count + 12)) }
    let interface = order.count(bytes, at: body.lowerBound)
    return datedPacket(bytes, body, interface: interface)
  }

  /// A Packet Block (appendix A), which came before the enhanced one: the same layout but for its
  /// first 32 bits.
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |       interface number        |    drops, or 0xffff: unknown  |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  private mutating func obsoletePacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep {
    guard body.count >= 20 else { return .flaw(.blockLength(body.count + 12)) }
    let interface = Int(order.uint16(bytes, at: body.lowerBound))
    return datedPacket(bytes, body, interface: interface)
  }

  private mutating func datedPacket(
    _ bytes: RawSpan, _ body: Range<Int>, interface: Int
  ) -> PcapStep {
    guard interface < interfaces.count else { return .flaw(.unknownInterface(interface)) }
    let captured = order.count(bytes, at: body.lowerBound + 12)
    guard captured <= body.count - 20 else { return .flaw(.capturedLength(captured)) }
    let high = UInt64(order.uint32(bytes, at: body.lowerBound + 4))
    let low = UInt64(order.uint32(bytes, at: body.lowerBound + 8))
    let start = body.lowerBound + 20
    lastTime = interfaces[interface].time(high << 32 | low)
    return .packet(
      PcapRecord(
        time: lastTime, wireBytes: order.count(bytes, at: body.lowerBound + 16),
        frame: start..<start + captured, linkType: interfaces[interface].linkType))
  }

  /// A Simple Packet Block (section 4.4): a packet of the first interface that has no time, and is
  /// given that of the packet before it.
  ///
  /// ```
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                    original packet length                     |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// |                 packet data, padded to 32 bits                |
  /// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  /// ```
  private func simplePacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep {
    guard body.count >= 4 else { return .flaw(.blockLength(body.count + 12)) }
    guard let interface = interfaces.first else { return .flaw(.unknownInterface(0)) }
    let original = order.count(bytes, at: body.lowerBound)
    let limit = interface.snapshotLength == 0 ? original : interface.snapshotLength
    let start = body.lowerBound + 4
    let captured = min(original, limit, body.upperBound - start)
    return .packet(
      PcapRecord(
        time: lastTime, wireBytes: original, frame: start..<start + captured,
        linkType: interface.linkType))
  }

  /// An Interface Statistics Block (section 4.6); see `PcapngEncoder`. What the interface and what the
  /// system dropped count together, each a total since the capture began.
  private mutating func takeStatistics(_ bytes: RawSpan, _ body: Range<Int>) -> PcapStep? {
    guard body.count >= 12 else { return .flaw(.blockLength(body.count + 12)) }
    let interface = order.count(bytes, at: body.lowerBound)
    guard interface < interfaces.count else { return .flaw(.unknownInterface(interface)) }
    var drops: UInt64 = 0
    var options = PcapngOptions(body.lowerBound + 12..<body.upperBound, order: order)
    while let option = options.next(in: bytes) {
      if option.code == 5 || option.code == 7, option.value.count >= 8 {
        drops &+= order.uint64(bytes, at: option.value.lowerBound)
      }
    }
    guard drops != interfaces[interface].statedDrops else { return nil }
    interfaces[interface].statedDrops = drops
    droppedPackets = interfaces.reduce(earlierDrops) { $0 &+ $1.statedDrops }
    return .drops
  }
}
