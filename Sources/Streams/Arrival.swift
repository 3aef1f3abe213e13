import Wire

/// A packet of a batch, as far as it can be read without the tables: 48 bytes.
struct Arrival: BitwiseCopyable, Sendable {
  /// Two bits of the tag.
  private enum Kind: UInt32 {
    /// A datagram in a frame of the commonest kind.
    case plain
    /// The same in an IPv6 tunnel.
    case tunnelled
    /// Any other frame: `start` is what it was decoded to, among those of the batch.
    case decoded
    /// No packet: the capture lost some here.
    case drops
  }

  /// The third bit of the tag, of plain datagrams: they have nemotop's header, and the slot of their flow is
  /// known. A table needs none of their bytes as long as they bear the flow's next number.
  private static var known: UInt32 { 4 }
  /// Stands for the slot that the reader would like to know.
  private static var wanted: Int32 { -2 }

  /// In nanoseconds.
  let time: Int64
  /// The hash, or of a known flow the number.
  private var word: UInt64
  /// Of a known flow, in nanoseconds.
  private var transit: Int64
  /// Where a plain datagram's payload begins in the bytes of the batch.
  let start: UInt32
  /// Of a plain datagram.
  let overheads: Overheads
  let udpBytes: UInt16
  /// How much of the UDP payload was captured.
  let payloadBytes: UInt16
  /// The place in the batch, whether the flow is known, and the kind.
  private var tag: UInt32
  /// Of a known flow.
  private var source: UInt32
  /// Of a known flow; else −1 or `wanted`.
  private var slotNumber: Int32

  /// A plain datagram.
  ///
  /// - Parameter start: where its frame begins.
  @inline(__always)
  init(
    _ datagram: PlainDatagram, from start: Int, hash: UInt64, time: Int64, place: Int
  ) {
    self.time = time
    word = hash
    self.start = UInt32(truncatingIfNeeded: start &+ datagram.header &+ 48)
    overheads = Overheads(ip: PlainDatagram.ipOverhead, wire: datagram.wireOverhead)
    udpBytes = UInt16(truncatingIfNeeded: datagram.udpBytes)
    payloadBytes = UInt16(truncatingIfNeeded: datagram.payloadBytes)
    tag = Self.tag(datagram.isTunnelled ? .tunnelled : .plain, at: place)
    (transit, source, slotNumber) = (0, 0, -1)
  }

  /// What a frame of another kind was decoded to.
  init(decoded index: Int, hash: UInt64, time: Int64, place: Int) {
    self.init(kind: .decoded, start: UInt32(index), hash: hash, time: time, place: place)
  }

  /// The capture lost packets.
  init(drops count: Int, place: Int) {
    self.init(kind: .drops, start: 0, hash: UInt64(clamping: count), time: .min, place: place)
  }

  private init(kind: Kind, start: UInt32, hash: UInt64, time: Int64, place: Int) {
    self.time = time
    word = hash
    self.start = start
    (overheads, udpBytes, payloadBytes) = (Overheads(), 0, 0)
    tag = Self.tag(kind, at: place)
    (transit, source, slotNumber) = (0, 0, -1)
  }

  /// The flow of a plain datagram is known.
  @inline(__always)
  mutating func know(_ head: NumberedHead, at slot: Int) {
    word = head.number
    transit = head.transit
    source = head.source
    slotNumber = Int32(truncatingIfNeeded: slot)
    tag |= Self.known
  }

  /// The flow of a plain datagram is not known, but shall be.
  @inline(__always)
  mutating func want() {
    slotNumber = Self.wanted
  }

  @inline(__always)
  private static func tag(_ kind: Kind, at place: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: place) << 3 | kind.rawValue
  }

  /// In the batch, of no more than 2^29 packets.
  @inline(__always)
  var place: Int { Int(tag >> 3) }
  /// Of a datagram's stream and depth, where its flow is not known; of drops, how many.
  @inline(__always)
  var hash: UInt64 { word }
  @inline(__always)
  var isKnown: Bool { tag & Self.known != 0 }
  /// Of a datagram of a known flow.
  @inline(__always)
  var numbered: NumberedHead { NumberedHead(number: word, source: source, transit: transit) }
  /// Of a known flow.
  @inline(__always)
  var slot: Int { Int(slotNumber) }
  /// Whether the reader would like to know the slot of its flow.
  @inline(__always)
  var isWanted: Bool { slotNumber == Self.wanted }
  @inline(__always)
  var isDrops: Bool { tag & 3 == Kind.drops.rawValue }

  @inline(__always)
  var isPlain: Bool { tag & 2 == 0 }
  @inline(__always)
  var isTunnelled: Bool { tag & 3 == Kind.tunnelled.rawValue }

  @inline(__always)
  var lengths: PacketLengths {
    let ipBytes = Int(udpBytes) &+ overheads.ip
    return PacketLengths(
      udpBytes: Int(udpBytes), ipBytes: ipBytes, wireBytes: ipBytes &+ overheads.wire)
  }

  /// Of a tunnelled datagram: the tunnel's IPv6 header.
  @inline(__always)
  @_lifetime(copy bytes)
  func outerHead(in bytes: RawSpan) -> CheckedBytes {
    CheckedBytes(known: bytes, from: Int(start) &- 88, byteCount: 40)
  }

  /// Of a plain datagram: its IPv6 and UDP headers, and as much of the payload as nemotop's header
  /// takes, which must be there.
  @inline(__always)
  @_lifetime(copy bytes)
  func packet(in bytes: RawSpan) -> CheckedBytes {
    CheckedBytes(known: bytes, from: Int(start) &- 48, byteCount: 48 + NumberedHead.byteCount)
  }

  /// Of a plain datagram: its IPv6 header and the first bytes of the UDP header.
  @inline(__always)
  @_lifetime(copy bytes)
  func head(in bytes: RawSpan) -> CheckedBytes {
    CheckedBytes(known: bytes, from: Int(start) &- 48, byteCount: 44)
  }

  @inline(__always)
  @_lifetime(copy bytes)
  func payload(in bytes: RawSpan) -> RawSpan {
    let start = Int(start)
    return bytes.extracting(start..<start &+ Int(payloadBytes))
  }
}
