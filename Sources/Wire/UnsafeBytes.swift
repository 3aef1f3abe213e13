/// The module's only unsafe code: big-endian integers in raw memory. Each access is checked against
/// the span's bounds; what is unsafe about it, the type of the value, is fixed to integers here.

extension RawSpan {
  @inlinable
  @inline(__always)
  public func uint8(at offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inlinable
  @inline(__always)
  public func uint16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  @inlinable
  @inline(__always)
  public func uint32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable
  @inline(__always)
  public func uint64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}

/// Some bytes that were found to be there at once, so that what is read of them need not be looked for
/// again: for what is read of nearly every packet. Offsets are constants of a protocol.
@safe
public struct CheckedBytes: ~Escapable, BitwiseCopyable {
  @usableFromInline let bytes: RawSpan
  @usableFromInline let start: Int

  /// - Returns: nil where there are fewer than `byteCount` bytes from `start` on.
  @inlinable
  @inline(__always)
  @_lifetime(copy bytes)
  public init?(_ bytes: RawSpan, from start: Int, byteCount: Int) {
    guard start >= 0, byteCount <= bytes.byteCount &- start else { return nil }
    self.bytes = bytes
    self.start = start
  }

  /// - Precondition: the bytes are there.
  @inlinable
  @inline(__always)
  @_lifetime(copy bytes)
  public init(known bytes: RawSpan, from start: Int, byteCount: Int) {
    precondition(start >= 0 && byteCount <= bytes.byteCount &- start)
    self.bytes = bytes
    self.start = start
  }

  @inlinable
  @inline(__always)
  public func uint8(at offset: Int) -> UInt8 { unsafe load(offset) }

  @inlinable
  @inline(__always)
  public func uint16(at offset: Int) -> UInt16 { UInt16(bigEndian: unsafe load(offset)) }

  @inlinable
  @inline(__always)
  public func uint32(at offset: Int) -> UInt32 { UInt32(bigEndian: unsafe load(offset)) }

  @inlinable
  @inline(__always)
  public func uint64(at offset: Int) -> UInt64 { UInt64(bigEndian: unsafe load(offset)) }

  @unsafe
  @inlinable
  @inline(__always)
  func load<Word: BitwiseCopyable>(_ offset: Int) -> Word {
    assert(offset >= 0 && start + offset + MemoryLayout<Word>.size <= bytes.byteCount)
    return unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: start &+ offset, as: Word.self)
  }
}

extension [UInt8] {
  /// The array's bytes.
  package var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get { unsafe span.bytes }
  }
  /// Appends the bytes of the span.
  package mutating func append(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
