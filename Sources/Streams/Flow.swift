import Sequences
import Wire

/// What tells one flow from another: the stream's 5-tuple as plain words, in the byte order of the
/// network, as they are compared far more often than read.
struct FlowKey: BitwiseCopyable, Sendable {
  private let sourceHigh: UInt64
  private let sourceLow: UInt64
  private let destinationHigh: UInt64
  private let destinationLow: UInt64
  /// The source's, then the destination's.
  private let ports: UInt32
  /// Bit 0: the source is an IPv4 address; bit 1: the destination is one.
  private let versions: UInt8

  /// Of no flow.
  init() {
    (sourceHigh, sourceLow, destinationHigh, destinationLow, ports, versions) = (0, 0, 0, 0, 0, 0)
  }

  init(source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16) {
    sourceHigh = source.high.bigEndian
    sourceLow = source.low.bigEndian
    destinationHigh = destination.high.bigEndian
    destinationLow = destination.low.bigEndian
    ports = (UInt32(sourcePort) << 16 | UInt32(destinationPort)).bigEndian
    versions = (source.isIPv4 ? 1 : 0) | (destination.isIPv4 ? 2 : 0)
  }

  /// - Parameter start: where an IPv6 header and the ports behind it begin, 44 bytes.
  @inline(__always)
  init(_ bytes: borrowing CheckedBytes, from start: Int = 0) {
    sourceHigh = bytes.uint64(at: start &+ 8).bigEndian
    sourceLow = bytes.uint64(at: start &+ 16).bigEndian
    destinationHigh = bytes.uint64(at: start &+ 24).bigEndian
    destinationLow = bytes.uint64(at: start &+ 32).bigEndian
    ports = bytes.uint32(at: start &+ 40).bigEndian
    versions = 0
  }

  /// Of a datagram.
  init(_ packet: borrowing DecodedPacket) {
    self.init(
      source: packet.source, sourcePort: packet.sourcePort, destination: packet.destination,
      destinationPort: packet.destinationPort)
  }

  var stream: StreamKey {
    StreamKey(
      source: Self.address(sourceHigh, sourceLow, isIPv4: versions & 1 != 0),
      sourcePort: UInt16(truncatingIfNeeded: UInt32(bigEndian: ports) >> 16),
      destination: Self.address(destinationHigh, destinationLow, isIPv4: versions & 2 != 0),
      destinationPort: UInt16(truncatingIfNeeded: UInt32(bigEndian: ports)))
  }

  private static func address(_ high: UInt64, _ low: UInt64, isIPv4: Bool) -> IPAddress {
    isIPv4
      ? IPAddress(ipv4: UInt32(truncatingIfNeeded: UInt64(bigEndian: low)))
      : IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  }

  @inline(__always)
  static func == (left: Self, right: Self) -> Bool {
    (left.sourceHigh ^ right.sourceHigh) | (left.sourceLow ^ right.sourceLow)
      | (left.destinationHigh ^ right.destinationHigh)
      | (left.destinationLow ^ right.destinationLow)
      | UInt64(left.ports ^ right.ports) | UInt64(left.versions ^ right.versions) == 0
  }

  /// What words are keyed with before they are multiplied.
  struct HashKeys: Sendable {
    let sourceHigh: UInt64
    let sourceLow: UInt64
    let destinationHigh: UInt64
    let destinationLow: UInt64
    let rest: UInt64
    let product: UInt64

    init(using generator: inout some RandomNumberGenerator) {
      sourceHigh = generator.next()
      sourceLow = generator.next()
      destinationHigh = generator.next()
      destinationLow = generator.next()
      rest = generator.next()
      product = generator.next()
    }
  }

  /// A keyed hash over the tuple and the depth, so that nobody can choose traffic whose keys collide.
  @inline(__always)
  func hash(depth: Int, keys: HashKeys) -> UInt64 {
    let source = Self.fold(sourceHigh ^ keys.sourceHigh, sourceLow ^ keys.sourceLow)
    let destination = Self.fold(
      destinationHigh ^ keys.destinationHigh, destinationLow ^ keys.destinationLow)
    let rest = UInt64(ports) << 16 | UInt64(versions) << 8 | UInt64(truncatingIfNeeded: depth)
    return Self.fold(source ^ rest ^ keys.rest, destination ^ keys.product)
  }

  /// Multiplies to 128 bits and folds the halves into one another.
  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

/// One stream on one leg at one point, as long as nothing irregular happens: 128 bytes, two cache
/// lines.
///
/// The counters of the open interval are always here. The stream's numbers and rhythm are here while
/// it `isSteady`: then a packet that bears the next number in time only touches this. Everything else
/// that is known of it lies in a `Track`, and what irregular packets changed in this interval in
/// `LegFigures`; a stream that behaves has neither.
struct Flow: BitwiseCopyable, Sendable {
  struct Flags: OptionSet, BitwiseCopyable, Sendable {
    var rawValue: UInt8
    /// The numbers and the rhythm are here, not in the track.
    static let isSteady = Flags(rawValue: 1)
    /// Within a stay.
    static let isPresent = Flags(rawValue: 2)
    /// A stay, the stream's first here, began with the first packet of the open interval.
    static let hasAppeared = Flags(rawValue: 4)
    static let hasTransit = Flags(rawValue: 8)
    static let hasJitter = Flags(rawValue: 16)
    /// `maximumGap` has a value in the open interval.
    static let hasGap = Flags(rawValue: 32)
    /// The capture may have missed packets since the last one.
    static let isDoubtful = Flags(rawValue: 64)
    /// A steady stream of nemotop's that is present, has a rhythm and a jitter, and in the open interval
    /// figures and a gap.
    static let isInFullSwing = Flags(rawValue: 128)
  }

  /// What numbers a steady flow's payload has.
  enum Numbers: UInt8, BitwiseCopyable, Sendable {
    case none
    case nemotop
    case rtp
  }

  let key: FlowKey
  var numbers = Numbers.none
  /// Of the spacing.
  var samples: UInt8 = 0
  var flags: Flags = []
  /// Among the legs of the table.
  let leg: UInt32

  // The open interval.
  var packets: UInt32 = 0
  /// Among the table's figures, plus one; 0 is none.
  var figures: UInt32 = 0
  /// Among the table's tracks, plus one; 0 is none.
  var track: UInt32 = 0
  var udpBytes: UInt32 = 0
  /// `transitStep` as long as there are no figures, then `cursor`.
  private var transitWord: UInt32 = 0
  var firstTime: Int64 = 0
  /// The last packet's of this leg.
  var lastTime: Int64 = 0

  // The steady stream.
  /// The mean spacing in nanoseconds.
  var spacing: Double = 0
  /// In nanoseconds; 0 where there is none.
  var jitter: Double = 0
  /// The last packet's, in nanoseconds.
  var transit: Int64 = 0
  /// The highest number.
  var highest: Int64 = 0
  /// From the lowest number to the highest; all ones stand for that or more.
  var span: UInt32 = 0
  /// The longest silence that ended in the interval, in nanoseconds.
  var maximumGap: UInt32 = 0
  var synchronizationSource: UInt32 = 0
  /// Of the first packet of the interval.
  var overheads = Overheads()

  init(key: FlowKey, leg: Int) {
    self.key = key
    self.leg = UInt32(truncatingIfNeeded: leg)
  }

  @inline(__always)
  func `is`(_ key: FlowKey, on leg: Int) -> Bool {
    self.leg == UInt32(truncatingIfNeeded: leg) && self.key == key
  }

  /// From the first packet's transit in the interval to the last one's, in nanoseconds, as long as
  /// there are two at the most and no figures.
  var transitStep: Int32 {
    get { Int32(bitPattern: transitWord) }
    set { transitWord = UInt32(bitPattern: newValue) }
  }
  /// Where the next transit goes, if there are figures.
  var cursor: TransitStore.Cursor {
    @inline(__always)
    get { TransitStore.Cursor(rawValue: transitWord) }
    @inline(__always)
    set { transitWord = newValue.rawValue }
  }

  /// Those of the interval's packets, in nanoseconds, as long as it has no figures.
  var transits: [Int64] { packets < 2 ? [transit] : [transit &- Int64(transitStep), transit] }
  var isSteady: Bool { flags.contains(.isSteady) }
  var isPresent: Bool { flags.contains(.isPresent) }
  var ipBytes: Int { Int(udpBytes) &+ Int(packets) &* overheads.ip }
  var wireBytes: Int { ipBytes &+ Int(packets) &* overheads.wire }
}

/// The lengths of one packet.
struct PacketLengths {
  var udpBytes: Int
  var ipBytes: Int
  var wireBytes: Int

  @inline(__always)
  var overheads: Overheads { Overheads(ip: ipBytes &- udpBytes, wire: wireBytes &- ipBytes) }
}

/// What an IP packet has beyond its UDP payload, and its frame on the wire beyond that, in bytes: 16 bits each.
struct Overheads: BitwiseCopyable, Sendable, Equatable {
  private var rawValue: UInt32 = 0

  init() {}

  @inline(__always)
  init(ip: Int, wire: Int) {
    rawValue = UInt32(truncatingIfNeeded: wire &<< 16 | ip & 0xffff)
  }

  @inline(__always)
  var ip: Int { Int(rawValue & 0xffff) }
  @inline(__always)
  var wire: Int { Int(rawValue >> 16) }
}

extension Flow {
  /// Counts the first packet of an interval.
  @inline(__always)
  mutating func beginInterval(_ lengths: PacketLengths, at time: Int64) {
    packets = 1
    figures = 0
    udpBytes = UInt32(truncatingIfNeeded: lengths.udpBytes)
    transitStep = 0
    overheads = lengths.overheads
    firstTime = time
    maximumGap = 0
    flags.subtract([.hasAppeared, .hasGap, .isInFullSwing])
  }
}
