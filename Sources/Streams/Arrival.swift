import Wire

/// A packet of a batch, as far as it can be read without knowing its stream.
struct Arrival: BitwiseCopyable, Sendable {
  enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// A datagram in a frame of the commonest kind.
    case plain
    /// Any other frame: `place` is what it was decoded to, among those of the batch.
    case decoded
    /// No packet: the capture lost some here. `hash` is how many.
    case drops
  }

  /// In nanoseconds.
  let time: Int64
  /// Of a datagram's stream and depth.
  var hash: UInt64 = 0
  /// Where the frame begins in the bytes of the batch.
  let start: UInt32
  let capturedBytes: UInt32
  let wireBytes: UInt32
  var place: UInt32 = 0
  /// Of a plain datagram: its length by the IP header, without that header.
  var ipPayloadBytes: UInt16 = 0
  var udpBytes: UInt16 = 0
  /// How much of the UDP payload was captured.
  var payloadBytes: UInt16 = 0
  /// Where a plain datagram's innermost IP header begins in its frame.
  var header: UInt8 = 0
  var kind = Kind.plain
  /// A bit for each table that is to take it.
  var takers: UInt8 = 0

  @inline(__always)
  init(time: Int64, start: Int, capturedBytes: Int, wireBytes: Int) {
    self.time = time
    self.start = UInt32(truncatingIfNeeded: start)
    self.capturedBytes = UInt32(truncatingIfNeeded: capturedBytes)
    self.wireBytes = UInt32(truncatingIfNeeded: wireBytes)
  }

  /// What a glance at the frame says of a plain datagram.
  @inline(__always)
  mutating func take(_ datagram: PlainDatagram, hash: UInt64 = 0, takers: UInt8 = 0) {
    self.hash = hash
    self.takers = takers
    header = UInt8(truncatingIfNeeded: datagram.header)
    ipPayloadBytes = UInt16(truncatingIfNeeded: datagram.ipBytes - 40)
    udpBytes = UInt16(truncatingIfNeeded: datagram.udpBytes)
    payloadBytes = UInt16(truncatingIfNeeded: datagram.payloadBytes)
  }

  @inline(__always)
  var lengths: PacketLengths {
    PacketLengths(
      udpBytes: Int(udpBytes), ipBytes: Int(ipPayloadBytes) &+ 40, wireBytes: Int(wireBytes))
  }

  @inline(__always)
  var isTunnelled: Bool { header != UInt8(PlainDatagram.outerHeader) }

  /// Of a tunnelled datagram: the tunnel's IPv6 header.
  @inline(__always)
  @_lifetime(copy bytes)
  func outerHead(in bytes: RawSpan) -> CheckedBytes {
    CheckedBytes(known: bytes, from: Int(start) &+ PlainDatagram.outerHeader, byteCount: 40)
  }

  /// Of a plain datagram: its IPv6 header and the first bytes of the UDP header.
  @inline(__always)
  @_lifetime(copy bytes)
  func head(in bytes: RawSpan) -> CheckedBytes {
    CheckedBytes(known: bytes, from: Int(start) &+ Int(header), byteCount: 44)
  }

  @inline(__always)
  @_lifetime(copy bytes)
  func payload(in bytes: RawSpan) -> RawSpan {
    let start = Int(start) &+ Int(header) &+ 48
    return bytes.extracting(start..<start &+ Int(payloadBytes))
  }
}
