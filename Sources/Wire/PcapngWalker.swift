/// What a pcapng file goes on with.
package enum PcapngStep: Sendable {
  /// A packet of the interface with this number; the range holds its block's options.
  case packet(PcapRecord, interface: Int, options: Range<Int>)
  /// The body of an Interface Statistics Block of the interface with this number.
  case statistics(Range<Int>, interface: Int)
  /// A section that begins, or an interface that is described.
  case description
  case end
  /// The end in the middle of a block.
  case cut
  /// Nothing that follows can be read.
  case flaw(PcapFlaw)
}

/// Walks the blocks of a pcapng file (draft-ietf-opsawg-pcapng): several sections in either byte
/// order, each with interfaces of their own; blocks of other kinds are passed over.
///
/// See `PcapngEncoder` for the frame that all blocks have.
package struct PcapngWalker: Sendable {
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
  package private(set) var interfaces: [PcapngInterface] = []
  /// Of each of them.
  package private(set) var descriptions: [PcapngDescription] = []
  private var order = PcapByteOrder.big
  private var offset = 0
  /// Drops of the sections before.
  private var earlierDrops: UInt64 = 0
  private var lastTime = Timestamp(nanoseconds: 0)
  /// Packets that interface statistics say were dropped.
  private(set) var droppedPackets: UInt64 = 0

  /// - Parameter bytes: The file, or its beginning.
  /// - Throws: What is wrong with its first block.
  package init(_ bytes: RawSpan) throws(PcapFlaw) {
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

  /// From now on the bytes begin where the walk stands.
  ///
  /// - Returns: how many of them are no longer given.
  package mutating func rebase() -> Int {
    let passed = offset
    offset = 0
    return passed
  }

  /// The next packet, or that packets were dropped before it.
  mutating func next(in bytes: RawSpan) -> PcapStep {
    while true {
      switch nextStep(in: bytes) {
      case .packet(let record, _, _): return .packet(record)
      case .statistics(let body, let interface):
        if takeDrops(bytes, body, interface: interface) { return .drops }
      case .description: continue
      case .end: return .end
      case .cut: return .cut
      case .flaw(let flaw): return .flaw(flaw)
      }
    }
  }

  /// The next block that tells of something.
  @inline(__always)
  package mutating func nextStep(in bytes: RawSpan) -> PcapngStep {
    while offset != bytes.byteCount {
      let start = offset
      let body: Range<Int>
      switch beginBlock(in: bytes) {
      case .success(let range): body = range
      case .failure(.cut): return .cut
      case .failure(.flaw(let flaw)): return .flaw(flaw)
      }
      let end = body.upperBound + 4
      let step: PcapngStep
      switch order.uint32(bytes, at: start) {
      case BlockType.enhancedPacket: step = enhancedPacket(bytes, body)
      case BlockType.simplePacket: step = simplePacket(bytes, body)
      case BlockType.packet: step = obsoletePacket(bytes, body)
      case BlockType.interfaceDescription: step = describeInterface(bytes, body)
      case BlockType.interfaceStatistics: step = statistics(bytes, body)
      case BlockType.sectionHeader: step = beginSection(bytes, body)
      default:
        offset = end
        continue
      }
      if case .flaw = step { return step }
      offset = end
      return step
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
  private mutating func beginSection(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
    guard body.count >= 16 else { return .flaw(.blockLength(body.count + 12)) }
    let major = Int(order.uint16(bytes, at: body.lowerBound + 4))
    let minor = Int(order.uint16(bytes, at: body.lowerBound + 6))
    // Minor version 2 was written by some and is the same (section 4.1).
    guard major == 1, minor == 0 || minor == 2 else {
      return .flaw(.unknownVersion(major: major, minor: minor))
    }
    earlierDrops = droppedPackets
    interfaces.removeAll(keepingCapacity: true)
    descriptions.removeAll()
    return .description
  }

  private mutating func describeInterface(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
    guard body.count >= 8 else { return .flaw(.blockLength(body.count + 12)) }
    interfaces.append(PcapngInterface(parsing: bytes, body: body, order: order))
    descriptions.append(PcapngDescription(parsing: bytes, body: body, order: order))
    return .description
  }

  /// An Enhanced Packet Block (section 4.3); see `PcapngEncoder`.
  private mutating func enhancedPacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
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
  private mutating func obsoletePacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
    guard body.count >= 20 else { return .flaw(.blockLength(body.count + 12)) }
    let interface = Int(order.uint16(bytes, at: body.lowerBound))
    return datedPacket(bytes, body, interface: interface)
  }

  private mutating func datedPacket(
    _ bytes: RawSpan, _ body: Range<Int>, interface: Int
  ) -> PcapngStep {
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
        frame: start..<start + captured, linkType: interfaces[interface].linkType),
      interface: interface,
      options: min(start + (captured + 3) & ~3, body.upperBound)..<body.upperBound)
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
  private func simplePacket(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
    guard body.count >= 4 else { return .flaw(.blockLength(body.count + 12)) }
    guard let interface = interfaces.first else { return .flaw(.unknownInterface(0)) }
    let original = order.count(bytes, at: body.lowerBound)
    let limit = interface.snapshotLength == 0 ? original : interface.snapshotLength
    let start = body.lowerBound + 4
    let captured = min(original, limit, body.upperBound - start)
    return .packet(
      PcapRecord(
        time: lastTime, wireBytes: original, frame: start..<start + captured,
        linkType: interface.linkType),
      interface: 0, options: body.upperBound..<body.upperBound)
  }

  private func statistics(_ bytes: RawSpan, _ body: Range<Int>) -> PcapngStep {
    guard body.count >= 12 else { return .flaw(.blockLength(body.count + 12)) }
    let interface = order.count(bytes, at: body.lowerBound)
    guard interface < interfaces.count else { return .flaw(.unknownInterface(interface)) }
    return .statistics(body, interface: interface)
  }

  /// What the statistics at hand say.
  package func statistics(
    in bytes: RawSpan, _ body: Range<Int>, interface: Int
  ) -> PcapngStatistics {
    PcapngStatistics(parsing: bytes, body: body, order: order, interface: interfaces[interface])
  }

  /// The comment among the options of the block at hand; nil where there is none.
  package func comment(in bytes: RawSpan, _ options: Range<Int>) -> String? {
    var options = PcapngOptions(options, order: order)
    while let option = options.next(in: bytes) {
      if option.code == PcapngOptions.comment { return bytes.text(option.value) }
    }
    return nil
  }

  /// Takes what statistics say was dropped at the interface and in the system together, which is a
  /// total since the capture began.
  ///
  /// - Returns: whether it has changed.
  private mutating func takeDrops(
    _ bytes: RawSpan, _ body: Range<Int>, interface: Int
  ) -> Bool {
    let statistics = statistics(in: bytes, body, interface: interface)
    guard let drops = statistics.dropped.map({ UInt64(clamping: $0) }),
      drops != interfaces[interface].statedDrops
    else { return false }
    interfaces[interface].statedDrops = drops
    droppedPackets = interfaces.reduce(earlierDrops) { $0 &+ $1.statedDrops }
    return true
  }
}
