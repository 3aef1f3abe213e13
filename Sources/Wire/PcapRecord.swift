/// One packet's record in a capture file.
public struct PcapRecord: Sendable, Equatable {
  public var time: Timestamp
  /// The frame's length on the wire.
  public var wireBytes: Int
  /// Where what was captured of the frame lies in the file.
  public var frame: Range<Int>
  /// Nil where frames of this type cannot be decoded.
  public var linkType: LinkType?

  @inlinable
  public init(time: Timestamp, wireBytes: Int, frame: Range<Int>, linkType: LinkType?) {
    self.time = time
    self.wireBytes = wireBytes
    self.frame = frame
    self.linkType = linkType
  }
}

/// What a capture file goes on with.
public enum PcapStep: Sendable, Equatable {
  case packet(PcapRecord)
  /// It tells of packets that were dropped before the next one.
  case drops
  case end
  /// The end in the middle of a record or block.
  case cut
  /// Nothing that follows can be read.
  case flaw(PcapFlaw)
}

/// What is wrong with a capture file.
public enum PcapFlaw: Error, Equatable, Sendable {
  /// It begins with no magic number of pcap or pcapng.
  case noMagicNumber
  /// It ends before its header does.
  case shortHeader
  case unknownVersion(major: Int, minor: Int)
  /// No interface is described before the first packet.
  case noInterface
  case unknownInterface(Int)
  /// More was captured of a frame than the file's header or its block has room for.
  case capturedLength(Int)
  case blockLength(Int)
  /// The lengths at both ends of a block.
  case differentBlockLengths(Int, Int)
}

/// The byte order of a capture file's numbers: that of the host that wrote it.
@usableFromInline
enum PcapByteOrder: Sendable {
  case big
  case little

  @inlinable
  @inline(__always)
  func uint16(_ bytes: RawSpan, at offset: Int) -> UInt16 {
    let value = bytes.uint16(at: offset)
    return self == .big ? value : value.byteSwapped
  }

  @inlinable
  @inline(__always)
  func uint32(_ bytes: RawSpan, at offset: Int) -> UInt32 {
    let value = bytes.uint32(at: offset)
    return self == .big ? value : value.byteSwapped
  }

  @inlinable
  @inline(__always)
  func uint64(_ bytes: RawSpan, at offset: Int) -> UInt64 {
    let value = bytes.uint64(at: offset)
    return self == .big ? value : value.byteSwapped
  }

  @inlinable
  @inline(__always)
  func uint32(_ bytes: borrowing CheckedBytes, at offset: Int) -> UInt32 {
    let value = bytes.uint32(at: offset)
    return self == .big ? value : value.byteSwapped
  }

  /// A number of 32 bits as a length.
  @inlinable
  @inline(__always)
  func count(_ bytes: RawSpan, at offset: Int) -> Int { Int(uint32(bytes, at: offset)) }
}

extension LinkType {
  /// The type behind the number in a file, where its frames can be decoded. Some files bear the
  /// numbers that raw IP has on the hosts that wrote them (12 and 14); 50 is PPP in HDLC's framing.
  init?(linkNumber: Int) {
    switch linkNumber {
    case 12, 14: self = .raw
    case 50: self = .ppp
    default:
      guard let number = UInt16(exactly: linkNumber) else { return nil }
      self.init(rawValue: number)
    }
  }
}
