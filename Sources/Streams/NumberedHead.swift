import Wire

/// What is looked at in nemotop's header (see `StreamHeader`) as nearly every packet bears it.
struct NumberedHead: BitwiseCopyable, Sendable {
  /// Of the header.
  static var byteCount: Int { 40 }

  let number: UInt64
  let source: UInt32
  /// In nanoseconds.
  let transit: Int64

  @inline(__always)
  init(number: UInt64, source: UInt32, transit: Int64) {
    self.number = number
    self.source = source
    self.transit = transit
  }

  /// Nil where it is another header, or one with padding, contributing sources, a number that is none,
  /// or a transit beyond 64 bits.
  ///
  /// - Parameters:
  ///   - start: where the UDP payload begins, `byteCount` of which must be there.
  ///   - time: when it was captured, in nanoseconds.
  @inline(__always)
  init?(_ bytes: borrowing CheckedBytes, from start: Int, at time: Int64) {
    number = bytes.uint64(at: start &+ 16)
    guard bytes.uint32(at: start &+ 12) == 0x4e54_0006, bytes.uint8(at: start) == 0x90,
      bytes.uint16(at: start &+ 2) == UInt16(truncatingIfNeeded: number), number <= 1 << 53
    else { return nil }
    source = bytes.uint32(at: start &+ 8)
    let (transit, overflow) = time.subtractingReportingOverflow(
      Int64(bitPattern: bytes.uint64(at: start &+ 24)))
    guard !overflow else { return nil }
    self.transit = transit
  }
}
