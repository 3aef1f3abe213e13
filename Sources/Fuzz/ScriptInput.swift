import Capture
import Streams
import Wire

/// A script of packets for the counting of streams.
///
/// Its head chooses the payload, the point and the length of intervals. Then come packets:
/// ```
/// | number (2 bits) | time (2 bits) | leg (2 bits) | stream (2 bits) | time … | number … |
/// ```
/// A number is the next one, one near (8 bits), one farther off (16 bits), or a payload of any bytes
/// (its length, then they). A time is later by 1 ms, by some ms (8 bits) or by some 64 ms (8 bits), or
/// any time (64 bits).
struct ScriptInput {
  private static let packetLimit = 300
  private static let roles = ["xen1", "ha", "cn", "guest"]

  private var reader: InputReader
  private let payload: ScriptPayload
  private let linkType: LinkType
  private let point: Point
  private var options = CountingOptions()
  private var time: Int64
  private var numbers = [Int64](repeating: 1000, count: 4)

  init(_ bytes: ArraySlice<UInt8>) {
    reader = InputReader(bytes)
    let head = reader.byte()
    payload = ScriptPayload.allCases[Int(head & 7)]
    // Without the Ethernet header every packet takes the long way through the decoder.
    linkType = head & 8 == 0 ? .ethernet : .raw
    if head & 16 != 0 { options.interval = .milliseconds(10) }
    point = Point(name: Self.roles[Int(head >> 5 & 3)])
    time = head & 0x80 == 0 ? 1_700_000_000_000_000_000 : .max - 60_000_000_000
  }

  func check() {
    var script = self
    script.run()
  }

  private mutating func run() {
    var counting = Counting(point: point, options: options)
    var model = SlowCount(point: point, options: options)
    var count = 0
    while !reader.isEmpty, count < Self.packetLimit {
      count += 1
      let packet = next(model: &model)
      var frame = ScriptFrame(packet)
      if linkType == .raw { frame.removeEthernet() }
      counting.count(
        CapturedPacket(
          time: Timestamp(nanoseconds: packet.time), wireBytes: frame.bytes.count,
          bytes: frame.bytes.rawSpan, linkType: linkType))
      model.take(packet, wireBytes: frame.bytes.count)
    }
    counting.finish()
    counting.checkTotals()
    counting.checkNumbers()
    counting.checkRecords()
    model.check(counting.snapshots)
  }

  private mutating func next(model: inout SlowCount) -> ScriptPacket {
    let head = reader.byte()
    let stream = Int(head & 3)
    switch head >> 4 & 3 {
    case 0: pass(1)
    case 1: pass(Int64(reader.byte()))
    case 2: pass(64 * Int64(reader.byte()))
    default:
      time = reader.integer()
      model.giveUp()
    }
    switch head >> 6 {
    case 0: numbers[stream] += 1
    case 1: numbers[stream] += Int64(Int8(bitPattern: reader.byte()))
    case 2: numbers[stream] &+= Int64(reader.integer() as Int16) << 8
    default:
      model.giveUp()
      let bytes = reader.bytes(Int(reader.byte()))
      return ScriptPacket(
        stream: stream, leg: Int(head >> 2 & 3), time: time, number: 0, payload: bytes)
    }
    if payload != .nemotop || numbers[stream] < 0 || head >> 6 == 2 { model.giveUp() }
    return ScriptPacket(
      stream: stream, leg: Int(head >> 2 & 3), time: time, number: numbers[stream],
      payload: payload.bytes(number: numbers[stream], stream: stream, time: time))
  }

  private mutating func pass(_ milliseconds: Int64) {
    let (sum, overflow) = time.addingReportingOverflow(milliseconds * 1_000_000)
    time = overflow ? .max : sum
  }
}

/// A packet of a script.
struct ScriptPacket {
  var stream: Int
  /// 0 is direct, 1 and 2 are tunnels, 3 is a tunnel in a tunnel.
  var leg: Int
  /// In nanoseconds.
  var time: Int64
  var number: Int64
  var payload: [UInt8]

  var depth: Int { [0, 1, 1, 2][leg] }

  /// What the packet was on its way, in nanoseconds; different from number to number.
  static func delay(_ number: Int64) -> Int64 { (number &* 7919) % 50 * 100_000 }

  var key: StreamKey {
    StreamKey(
      source: IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10), sourcePort: 5004,
      destination: IPAddress(high: 0x2001_0db8_00cc_0000, low: 1),
      destinationPort: UInt16(5004 + stream))
  }

  /// The outer headers' addresses, outermost first.
  var outer: [OuterHeaders.Level] {
    let home = IPAddress(high: 0x2001_0db8_00ff_0000, low: 1)
    return (leg == 3 ? [1, 2] : leg == 0 ? [] : [leg]).map { number in
      OuterHeaders.Level(
        source: IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64(number)), destination: home)
    }
  }
}

/// What a script's payloads are.
enum ScriptPayload: CaseIterable {
  case nemotop
  case rtp
  /// Of a static payload type, whose clock is known.
  case rtpStatic
  case rtpTransport
  case transport
  case iperf2
  case iperf3
  case iperf3Wide

  func bytes(number: Int64, stream: Int, time: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    let bits = UInt64(bitPattern: number)
    let microseconds = UInt64(bitPattern: time / 1000)
    switch self {
    case .nemotop:
      StreamHeader(
        timestamp: 0, synchronizationSource: UInt32(7 + stream), number: bits,
        realTime: Timestamp(nanoseconds: time &- ScriptPacket.delay(number)), bootTime: 0
      ).serialize(into: &bytes)
    case .rtp, .rtpStatic, .rtpTransport:
      RTPHeader(
        payloadType: self == .rtp ? 96 : self == .rtpStatic ? 0 : 33,
        sequence: UInt16(truncatingIfNeeded: bits),
        timestamp: UInt32(truncatingIfNeeded: microseconds),
        synchronizationSource: UInt32(7 + stream)
      ).serialize(into: &bytes)
      if self == .rtpTransport { bytes += Self.transportPacket(bits) }
    case .transport:
      bytes = Self.transportPacket(bits)
    case .iperf2, .iperf3, .iperf3Wide:
      let seconds = UInt32(truncatingIfNeeded: microseconds / 1_000_000)
      if self == .iperf2 { bytes.append(bigEndian: UInt32(truncatingIfNeeded: bits)) }
      bytes.append(bigEndian: seconds)
      bytes.append(bigEndian: UInt32(microseconds % 1_000_000))
      if self == .iperf3 { bytes.append(bigEndian: UInt32(truncatingIfNeeded: bits)) }
      if self == .iperf3Wide { bytes.append(bigEndian: bits) }
    }
    return bytes
  }

  /// Three PIDs, each with a counter of its own.
  private static func transportPacket(_ number: UInt64) -> [UInt8] {
    let counter = UInt8(truncatingIfNeeded: number / 3 & 0xf)
    return [0x47, 0x01, UInt8(number % 3), 0x10 | counter] + [UInt8](repeating: 0, count: 184)
  }
}

/// The frame of a script's packet.
struct ScriptFrame {
  private(set) var bytes: [UInt8]

  init(_ packet: ScriptPacket) {
    let stream = packet.key
    bytes = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd]
    let datagramBytes = 8 + packet.payload.count
    let outer = packet.outer
    for (index, level) in outer.enumerated() {
      let length = datagramBytes + 40 * (outer.count - index)
      appendHeader(length: length, next: 41, from: level.source, to: level.destination)
    }
    appendHeader(length: datagramBytes, next: 17, from: stream.source, to: stream.destination)
    bytes.append(bigEndian: stream.sourcePort)
    bytes.append(bigEndian: stream.destinationPort)
    bytes.append(bigEndian: UInt16(datagramBytes))
    bytes.append(bigEndian: 0 as UInt16)
    bytes += packet.payload
  }

  private mutating func appendHeader(
    length: Int, next: UInt8, from source: IPAddress, to destination: IPAddress
  ) {
    bytes.append(bigEndian: 0x6000_0000 as UInt32)
    bytes.append(bigEndian: UInt16(length))
    bytes += [next, 64]
    bytes.append(source)
    bytes.append(destination)
  }

  mutating func removeEthernet() {
    bytes.removeFirst(14)
  }
}
