import Wire

/// The generator of Steele, Lea and Flood: small, and good enough for test streams.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// True so many times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int(next() % 100) < percent }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int(next() % UInt64(values.count))]
  }
}

/// A frame on an Ethernet, and when it was seen.
struct Frame {
  var time: Int64
  var bytes: [UInt8]
}

/// The seeded frames of some streams: steady ones, and ones to which everything happens.
struct Traffic {
  private(set) var frames: [Frame] = []
  private var random: SplitMix

  init(seed: UInt64, packets: Int) {
    random = SplitMix(seed: seed)
    let streams = 1 + Int(random.next() % 3)
    for stream in 0..<streams { addStream(port: 5000 + UInt16(stream), packets: packets / streams) }
    frames.sort { $0.time < $1.time }
    // A clock that was set back, once in some captures.
    if random.chance(15), let last = frames.last {
      let moment = Int64.random(in: frames[0].time...last.time, using: &random)
      let step = Int64.random(in: 1...3_000_000_000, using: &random)
      for index in frames.indices where frames[index].time > moment { frames[index].time -= step }
    }
  }

  private enum Payload: CaseIterable {
    case nemotop, nemotopAgain, rtp, rtpAgain, clockedRTP, transportRTP, iperf3, none
  }

  private mutating func addStream(port: UInt16, packets: Int) {
    var payload = random.pick(Payload.allCases)
    // One in three streams has nothing irregular about it.
    let trouble = random.pick([0, 2, 10])
    let spacing: Int64 = random.pick([100_000, 1_000_000, 10_000_000, 90_000_000, 1_300_000_000])
    let isPassage = random.chance(15)
    var paths: [[UInt8]] = [[]]
    if random.chance(40) { paths = [[1]] }
    if random.chance(30) { paths.append([2]) }
    var time = Int64(1_700_000_000) * 1_000_000_000 + Int64(random.next() % 2_000_000_000)
    // Close to a wrap-around, and to the highest number that nemotop's streams have.
    var number = random.pick([0, 65_500, 1 << 40, 1 << 53 - 60]) as Int64
    var source: UInt32 = 7
    var path = paths[0]
    var late: [Frame] = []
    for _ in 0..<packets {
      time += spacing
      if random.chance(trouble) { time += Int64(random.next() % UInt64(4 * spacing + 60_000_000)) }
      if random.chance(trouble / 2) {
        time += 30 * spacing + Int64(random.next() % 3_000_000_000)
        if random.chance(50) { number += Int64(random.next() % 400) }
      }
      if random.chance(trouble / 3) { path = random.pick(paths) }
      if random.chance(trouble / 5) {
        // Another source, a sender that begins elsewhere, or both.
        source &+= random.chance(60) ? 1 : 0
        number += random.pick([0, 20_000, Int64(random.next() % 50_000)])
      }
      if random.chance(trouble) { number += Int64(random.next() % 8) }
      let delay = trouble == 0 ? 0 : Int64(random.next() % 5_000_000)
      if payload == .rtp, random.chance(trouble / 5) { payload = .transportRTP }
      let stray: Int64 = random.chance(trouble / 3) ? 30_000 : 0
      let body = bytes(payload, number + stray, source, sent: time - delay, trouble: trouble)
      number += 1
      var frame = Frame(time: time, bytes: wrap(body, port: port, in: path, trouble: trouble))
      if isPassage {
        frames.append(Frame(time: time, bytes: wrap(body, port: port, in: [3], trouble: 0)))
        frame.time += 20_000
      }
      if random.chance(trouble) {
        frame.time += Int64(random.next() % 5) * spacing
        late.append(frame)
      } else {
        frames.append(frame)
      }
      if random.chance(trouble) { frames.append(Frame(time: time + 1000, bytes: frame.bytes)) }
    }
    frames += late
  }

  private mutating func bytes(
    _ payload: Payload, _ number: Int64, _ source: UInt32, sent: Int64, trouble: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    let filler = random.chance(trouble) ? Int(random.next() % 40) : 20
    switch payload {
    case .nemotop, .nemotopAgain:
      StreamHeader(
        timestamp: UInt32(truncatingIfNeeded: sent / 11_111), synchronizationSource: source,
        number: UInt64(number), realTime: Timestamp(nanoseconds: sent), bootTime: UInt64(sent)
      ).serialize(into: &bytes)
    case .rtp, .rtpAgain, .clockedRTP, .transportRTP:
      // The odd payload type has a known clock in a stream that has none.
      let type: UInt8 = payload == .clockedRTP || random.chance(trouble / 5) ? 0 : 97
      RTPHeader(
        payloadType: type, sequence: UInt16(truncatingIfNeeded: number),
        timestamp: UInt32(truncatingIfNeeded: sent / 125_000), synchronizationSource: source
      ).serialize(into: &bytes)
      if payload == .transportRTP {
        bytes += [0x47, 0x01, 0x00, 0x10 | UInt8(number & 0xf)]
        bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 184)
        return bytes
      }
    case .iperf3:
      let microseconds = sent / 1000
      bytes.append(bigEndian: UInt32(truncatingIfNeeded: microseconds / 1_000_000))
      bytes.append(bigEndian: UInt32(microseconds % 1_000_000))
      bytes.append(bigEndian: UInt32(truncatingIfNeeded: number))
      return bytes + [UInt8](repeating: 0x36, count: 20)
    case .none:
      break
    }
    return bytes + [UInt8](repeating: 0x36, count: filler)
  }

  /// - Parameter path: the tunnels around the datagram, outermost first.
  private mutating func wrap(
    _ payload: [UInt8], port: UInt16, in path: [UInt8], trouble: Int
  ) -> [UInt8] {
    var packet: [UInt8] = []
    packet.append(bigEndian: port)
    packet.append(bigEndian: 5004 as UInt16)
    packet.append(bigEndian: UInt16(8 + payload.count))
    packet += [0, 0] + payload
    var next: UInt8 = 17
    if random.chance(trouble) {
      // Destination options of padding alone.
      packet = [17, 0, 1, 4, 0, 0, 0, 0] + packet
      next = 60
    }
    packet = Self.ipv6(next, packet, from: 0x10, to: 0x20)
    for tunnel in path.reversed() { packet = Self.ipv6(41, packet, from: tunnel, to: 0xff) }
    // Padding of the frame, as on short ones.
    let padding = [UInt8](repeating: 0, count: random.chance(trouble) ? 4 : 0)
    return [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd] + packet + padding
  }

  private static func ipv6(
    _ next: UInt8, _ payload: [UInt8], from source: UInt8, to destination: UInt8
  ) -> [UInt8] {
    let prefix: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    var bytes: [UInt8] = [0x60, 0, 0, 0]
    bytes.append(bigEndian: UInt16(payload.count))
    bytes += [next, 64] + prefix + [source] + prefix + [destination]
    return bytes + payload
  }
}
