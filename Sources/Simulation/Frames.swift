import Wire

/// Makes the Ethernet frame of a sighting, and its time by the clock of its point.
struct Frames: Sendable {
  private let scenario: Scenario
  private let itinerary: Itinerary
  private let registrations: [Registration]
  private let departures: [[Int64]]
  /// By stream.
  private let synchronizationSources: [UInt32]

  init(_ scenario: Scenario, _ passage: Passage) {
    self.scenario = scenario
    itinerary = passage.itinerary
    registrations = passage.registrations
    departures = passage.departures
    synchronizationSources = scenario.streams.indices.map { stream in
      var random = SplitMix64(
        seed: scenario.seed, lane: Lane.synchronizationSource.number(stream))
      return UInt32(truncatingIfNeeded: random.next())
    }
  }

  /// When the point's own clock says that it was.
  func time(of sighting: Sighting, at place: Place, named name: String) -> Timestamp {
    place == .guest
      ? guestClock(at: sighting.time)
      : scenario.start + .nanoseconds(sighting.time) + scenario.clockOffset(of: name)
  }

  /// The length of the frame.
  func byteCount(of sighting: Sighting) -> Int {
    guard !sighting.isSignalling else { return signallingPacket(sighting).count + 14 }
    let headers = EthernetHeader.byteCount + IPv6Header.byteCount + UDPHeader.byteCount
    let tunnel = sighting.form == Sighting.direct ? 0 : IPv6Header.byteCount
    return headers + tunnel + scenario.streams[Int(sighting.stream)].payloadBytes
  }

  func bytes(of sighting: Sighting, at place: Place) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(scenario.streams[Int(sighting.stream)].payloadBytes + 102)
    ethernetHeader(of: sighting, at: place).serialize(into: &frame)
    if sighting.isSignalling {
      frame += signallingPacket(sighting)
      return frame
    }
    let datagramBytes =
      UDPHeader.byteCount + scenario.streams[Int(sighting.stream)].payloadBytes
    if sighting.form != Sighting.direct {
      IPv6Header(
        payloadLength: UInt16(IPv6Header.byteCount + datagramBytes), nextHeader: .ipv6,
        hopLimit: place == .anchor ? 63 : 64,
        source: scenario.servers[Int(sighting.form)].careOfAddress,
        destination: Addresses.homeAgent
      ).serialize(into: &frame)
    }
    IPv6Header(
      payloadLength: UInt16(datagramBytes), nextHeader: .udp,
      hopLimit: Self.hopLimit(of: sighting, at: place), source: Addresses.guest,
      destination: Addresses.correspondent
    ).serialize(into: &frame)
    appendDatagram(sighting, to: &frame)
    return frame
  }

  private func appendDatagram(_ sighting: Sighting, to frame: inout [UInt8]) {
    let stream = scenario.streams[Int(sighting.stream)]
    let index = Int(sighting.index)
    let departure = departures[Int(sighting.stream)][index]
    let number = UInt64(bitPattern: stream.firstNumber + Int64(index))
    let running = departure - standstill(by: departure)
    let bootTime = UInt64(bitPattern: Self.timeSinceBoot + running)
    let source = synchronizationSources[Int(sighting.stream)]
    var payload: [UInt8] = []
    payload.reserveCapacity(stream.payloadBytes + 8)
    StreamHeader(
      timestamp: UInt32(truncatingIfNeeded: bootTime / 100_000 * 9), synchronizationSource: source,
      number: number, realTime: guestClock(at: departure), bootTime: bootTime
    ).serialize(into: &payload)
    // Filler that compresses badly, the same wherever the packet is seen.
    var filler = SplitMix64(seed: scenario.seed ^ UInt64(source), lane: number)
    while payload.count < stream.payloadBytes { payload.append(bigEndian: filler.next()) }
    payload.removeLast(payload.count - stream.payloadBytes)
    UDPHeader(
      sourcePort: stream.port, destinationPort: stream.port, payload: payload.rawSpan,
      source: Addresses.guest, destination: Addresses.correspondent
    ).serialize(into: &frame)
    frame += payload
  }

  private func signallingPacket(_ sighting: Sighting) -> [UInt8] {
    var packet: [UInt8] = []
    let kind: BindingMessage.Kind =
      sighting.form == Sighting.update ? .update : .acknowledgement
    registrations[Int(sighting.index)].message(kind).serialize(into: &packet)
    return packet
  }

  /// The guest has been up for this long when the streams begin: 1000 s.
  private static let timeSinceBoot: Int64 = 1_000_000_000_000

  private func guestClock(at time: Int64) -> Timestamp {
    scenario.start + .nanoseconds(time - standstill(by: time)) + scenario.clockOffset(of: "guest")
  }

  /// For how long the guest's clocks have stood still.
  private func standstill(by time: Int64) -> Int64 {
    scenario.guestClockStops ? itinerary.stoodStill(by: time) : 0
  }

  /// Each router that a packet passes takes one: the server, the home agent, the Internet behind it.
  private static func hopLimit(of sighting: Sighting, at place: Place) -> UInt8 {
    switch place {
    case .guest, .access: 64
    case .external: 63
    case .anchor: sighting.form == Sighting.direct ? 62 : 63
    case .correspondent: 61
    }
  }

  /// The hardware addresses are made up, and locally administered. The guest's gateway has the same
  /// on each server, so that the guest notices nothing of a move.
  private func ethernetHeader(of sighting: Sighting, at place: Place) -> EthernetHeader {
    let hosts: (destination: UInt64, source: UInt64)
    switch place {
    case .guest, .access:
      hosts = (0x0200_0042_0001, 0x0200_0042_0010)
    case .external(let server):
      let router = 0x0200_0100_00fe + UInt64(server) << 16
      let own = 0x0200_0100_0001 + UInt64(server) << 16
      hosts = sighting.form == Sighting.acknowledgement ? (own, router) : (router, own)
    case .anchor:
      let sent = [Sighting.direct, Sighting.acknowledgement].contains(sighting.form)
      hosts = sent ? (0x0200_00aa_00fe, 0x0200_00aa_0001) : (0x0200_00aa_0001, 0x0200_00aa_00fe)
    case .correspondent:
      hosts = (0x0200_00cc_0001, 0x0200_00cc_00fe)
    }
    return EthernetHeader(
      destination: hosts.destination, source: hosts.source, etherType: .ipv6)
  }
}

extension Scenario {
  func clockOffset(of point: String) -> Duration { clockOffsets[point] ?? .zero }
}
