/// Walks the records of a pcap file (draft-ietf-opsawg-pcap) in either byte order, with times in
/// microseconds or nanoseconds.
///
/// The header:
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         magic number                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         major version         |         minor version         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                      reserved, 64 bits                        |
/// |                                                               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            snaplen                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  FCS  |f|     reserved        |           link type           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Each record, before the frame:
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            seconds                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                  microseconds or nanoseconds                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    captured packet length                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    original packet length                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// Versions are not judged: none but 2.4 was ever laid out differently, except that early ones had
/// the two lengths the other way round.
public struct PcapWalker: Sendable {
  @usableFromInline static var headerBytes: Int { 24 }
  /// So much of a frame is believed to be captured, whatever the snaplen says.
  @usableFromInline static var plausibleFrameBytes: Int { 262_144 }
  /// No file is believed to have more in one piece, which has to be in memory as a whole.
  static var longestBytes: Int { 1 << 24 }

  @usableFromInline let linkNumber: Int
  @usableFromInline let snapshotLength: Int
  /// More is not believed to be captured of a frame.
  @usableFromInline let longestFrame: Int
  @usableFromInline let order: PcapByteOrder
  @usableFromInline package let linkType: LinkType?
  @usableFromInline let nanosecondsPerUnit: Int64
  @usableFromInline let recordHeaderBytes: Int
  /// Up to version 2.3 the original length may come first.
  @usableFromInline let mayBeSwapped: Bool
  /// Where the next record begins.
  @usableFromInline package var offset = Self.headerBytes

  /// - Parameter bytes: The file, or its beginning.
  /// - Throws: `noMagicNumber` or `shortHeader`.
  init(_ bytes: RawSpan) throws(PcapFlaw) {
    guard bytes.byteCount >= 4 else { throw .noMagicNumber }
    let magic = bytes.uint32(at: 0)
    switch magic {
    case 0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34: order = .big
    case 0xd4c3_b2a1, 0x4d3c_b2a1, 0x34cd_b2a1: order = .little
    default: throw .noMagicNumber
    }
    guard bytes.byteCount >= Self.headerBytes else { throw .shortHeader }
    switch order.uint32(bytes, at: 0) {
    case 0xa1b2_3c4d:
      (nanosecondsPerUnit, recordHeaderBytes) = (1, 16)
    case 0xa1b2_cd34:
      // A. Kuznetzov's variant has eight more bytes in each record's header.
      (nanosecondsPerUnit, recordHeaderBytes) = (1000, 24)
    default:
      (nanosecondsPerUnit, recordHeaderBytes) = (1000, 16)
    }
    let version = (order.uint16(bytes, at: 4), order.uint16(bytes, at: 6))
    mayBeSwapped = version.0 == 2 && version.1 <= 3
    snapshotLength = order.count(bytes, at: 16)
    longestFrame = min(max(snapshotLength, Self.plausibleFrameBytes), Self.longestBytes)
    linkNumber = order.count(bytes, at: 20) & 0xffff
    linkType = LinkType(linkNumber: linkNumber)
  }

  mutating func rebase() -> Int {
    let passed = offset
    offset = 0
    return passed
  }

  /// Passes by the records that follow, of which it looks at the captured length alone, as far as
  /// `passed` can read them: those of a file that a host like this one wrote.
  ///
  /// - Parameter edge: none that begins here or behind is passed by.
  /// - Returns: how many. Where they end before the edge, `next` tells what there is.
  package mutating func pass(in bytes: RawSpan, upTo edge: Int) -> Int {
    guard order == .little, recordHeaderBytes == CapturedFrame.headerBytes, !mayBeSwapped else {
      return 0
    }
    var count = 0
    while offset < edge,
      let header = CheckedBytes(bytes, from: offset, byteCount: CapturedFrame.headerBytes)
    {
      let captured = header.uint32(at: 8)
      let byteCount = CapturedFrame.headerBytes &+ Int(captured.byteSwapped)
      guard byteCount &- CapturedFrame.headerBytes <= longestFrame,
        byteCount <= bytes.byteCount &- offset
      else { break }
      // Records are often as long as the one before. Then where the next one begins is known before
      // this one's length comes from memory.
      let end = min(edge, bytes.byteCount &- byteCount &+ 1)
      repeat {
        offset &+= byteCount
        count &+= 1
      } while offset < end
        && CheckedBytes(known: bytes, from: offset, byteCount: byteCount).uint32(at: 8) == captured
    }
    return count
  }

  /// The next record, which `pass` passes by.
  @inlinable
  @inline(__always)
  @_lifetime(copy bytes)
  public mutating func passed(in bytes: RawSpan) -> CapturedFrame {
    let header = CheckedBytes(known: bytes, from: offset, byteCount: CapturedFrame.headerBytes)
    let frame = CapturedFrame(header, at: offset, in: bytes, nanosecondsPerUnit: nanosecondsPerUnit)
    offset = frame.start &+ frame.capturedBytes
    return frame
  }

  /// The next record.
  @inlinable
  @inline(__always)
  public mutating func next(in bytes: RawSpan) -> PcapStep {
    let rest = bytes.byteCount &- offset
    guard let header = CheckedBytes(bytes, from: offset, byteCount: recordHeaderBytes) else {
      return rest == 0 ? .end : .cut
    }
    var captured = Int(order.uint32(header, at: 8))
    var original = Int(order.uint32(header, at: 12))
    if mayBeSwapped, captured > original { swap(&captured, &original) }
    guard captured <= longestFrame else { return .flaw(.capturedLength(captured)) }
    guard captured <= rest &- recordHeaderBytes else { return .cut }
    let start = offset &+ recordHeaderBytes
    offset = start &+ captured
    let time = CapturedFrame.time(
      seconds: order.uint32(header, at: 0), units: order.uint32(header, at: 4),
      nanosecondsPerUnit: nanosecondsPerUnit)
    return .packet(
      PcapRecord(
        time: Timestamp(nanoseconds: time), wireBytes: original, frame: start..<offset,
        linkType: linkType))
  }
}
