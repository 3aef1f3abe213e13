/// What a capture holds of one frame, in bytes that hold the capture.
public struct CapturedFrame: ~Escapable, BitwiseCopyable {
  /// Of the header before a frame in a pcap file.
  @usableFromInline static var headerBytes: Int { 16 }

  /// Begins where the frame does.
  public let bytes: CheckedBytes
  /// Where it begins.
  public let start: Int
  public let capturedBytes: Int
  /// The frame's length on the wire.
  public let wireBytes: Int
  /// When it was captured, in nanoseconds.
  public let time: Int64

  /// - Parameter bytes: what `record` has its place in.
  @inlinable
  @inline(__always)
  @_lifetime(copy bytes)
  public init(_ record: PcapRecord, in bytes: RawSpan) {
    start = record.frame.lowerBound
    capturedBytes = record.frame.count
    wireBytes = record.wireBytes
    time = record.time.nanoseconds
    self.bytes = CheckedBytes(known: bytes, from: start, byteCount: capturedBytes)
  }

  /// - Parameters:
  ///   - header: what precedes the frame in a pcap file of this host's byte order.
  ///   - offset: where that begins in the bytes.
  @inlinable
  @inline(__always)
  @_lifetime(copy bytes)
  init(
    _ header: borrowing CheckedBytes, at offset: Int, in bytes: RawSpan, nanosecondsPerUnit: Int64
  ) {
    start = offset &+ Self.headerBytes
    capturedBytes = Int(header.uint32(at: 8).byteSwapped)
    wireBytes = Int(header.uint32(at: 12).byteSwapped)
    time = Self.time(
      seconds: header.uint32(at: 0).byteSwapped, units: header.uint32(at: 4).byteSwapped,
      nanosecondsPerUnit: nanosecondsPerUnit)
    self.bytes = CheckedBytes(known: bytes, from: start, byteCount: capturedBytes)
  }

  /// The same without its bytes.
  @inlinable
  @inline(__always)
  public func record(linkType: LinkType?) -> PcapRecord {
    PcapRecord(
      time: Timestamp(nanoseconds: time), wireBytes: wireBytes,
      frame: start..<start &+ capturedBytes, linkType: linkType)
  }

  /// The time of a record in nanoseconds. Both factors are small enough that nothing overflows.
  @inlinable
  @inline(__always)
  static func time(seconds: UInt32, units: UInt32, nanosecondsPerUnit: Int64) -> Int64 {
    Int64(seconds) &* 1_000_000_000 &+ Int64(units) &* nanosecondsPerUnit
  }
}
