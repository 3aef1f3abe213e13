import Wire

/// What to send, where to, and how fast.
package struct SenderConfiguration: Hashable, Sendable {
  /// How fast each stream goes.
  package enum Speed: Hashable, Sendable {
    case packetsPerSecond(Int)
    /// Bits of UDP payload a second.
    case bitsPerSecond(Int)
    /// As fast as the kernel takes packets: it is waited for.
    case unlimited

    /// The packets a second that the text names: `500`, `10k`, or `max` for no limit.
    package init?(packetsPerSecond text: String) {
      if text == "max" {
        self = .unlimited
      } else {
        guard let packets = Quantity.count(text) else { return nil }
        self = .packetsPerSecond(packets)
      }
    }
  }

  /// Whether packets of one stream that are due together go to the kernel as one super-packet, which
  /// it cuts (UDP_SEGMENT, udp(7)).
  package enum Offload: String, CaseIterable, Sendable {
    /// Where the rate asks for it, and until the kernel refuses.
    case auto
    /// Always, or the run ends.
    case on
    case off
  }

  package var destination: Endpoint
  /// The local address, where the unspecified one leaves it to the kernel, and the first stream's
  /// port; the others have the next ones. Port 0 leaves all of them to the kernel.
  package var source: Endpoint
  /// Bytes of UDP payload a packet, the stream header's 40 among them.
  package var payloadBytes = 1000
  package var speed = Speed.packetsPerSecond(500)
  /// When to end; nil goes on until it is stopped.
  package var duration: Duration?
  /// Packets of each stream; nil goes on until it is stopped.
  package var count: Int?
  package var streams = 1
  package var offload = Offload.auto

  package init(destination: Endpoint) {
    self.destination = destination
    source = Endpoint(address: .unspecified(isIPv4: destination.address.isIPv4), port: 0)
  }

  /// The local endpoint of a stream, counted from 0.
  func source(ofStream index: Int) -> Endpoint {
    var source = source
    if source.port != 0 { source.port += UInt16(index) }
    if source.address.isLinkLocal, source.scope == 0 { source.scope = destination.scope }
    return source
  }

  /// The rate of one stream; nil where it has no limit.
  package var rate: PacketRate? {
    switch speed {
    case .packetsPerSecond(let packets): PacketRate(packetsPerSecond: packets)
    case .bitsPerSecond(let bits): PacketRate(bitsPerSecond: bits, payloadBytes: payloadBytes)
    case .unlimited: nil
    }
  }

  /// The rate of all streams together; nil where it has no limit.
  var totalRate: PacketRate? { rate.map { PacketRate($0, streams: streams) } }

  /// Packets that the kernel is to get as one; 1 where each goes by itself.
  ///
  /// Up to 100 000 packets/s each can have its own moment. Beyond that bursts come due together
  /// anyway.
  var segmentLimit: Int {
    let isWanted =
      switch offload {
      case .auto: totalRate.map { $0.packetsPerSecond > 100_000 } ?? true
      case .on: true
      case .off: false
      }
    return isWanted
      ? SuperPacket.segmentLimit(
        payloadBytes: payloadBytes, isIPv4: destination.address.isIPv4) : 1
  }

  /// Refuses what cannot be sent.
  package func validate() throws(GeneratorError) {
    let isIPv4 = destination.address.isIPv4
    if offload == .on {
      // Two packets at least.
      try Self.check(
        "--size", payloadBytes,
        in: StreamHeader.byteCount...SuperPacket.payloadBytes(isIPv4: isIPv4) / 2,
        unit: " bytes with --offload on")
    } else {
      // 65535 less the headers that the length fields of UDP and IPv4 count.
      try Self.check(
        "--size", payloadBytes, in: StreamHeader.byteCount...(isIPv4 ? 65_507 : 65_527),
        unit: " bytes")
    }
    switch speed {
    case .packetsPerSecond(let packets):
      try Self.check("--rate", packets, in: 1...100_000_000, unit: " packets/s")
    case .bitsPerSecond(let bits):
      try Self.check("--bitrate", bits, in: 1...1_000_000_000_000, unit: " bit/s")
    case .unlimited: break
    }
    try Self.check("--streams", streams, in: 1...1000, unit: "")
    try Self.check("--count", count ?? 1, in: 1...Int.max, unit: " packets")
    try Self.check("--source-port", Int(source.port), in: 0...65_536 - streams, unit: "")
    guard destination.port != 0 else {
      throw .outOfRange(name: "port", value: "0", allowed: "1 to 65535")
    }
    guard duration ?? .seconds(1) > .zero else {
      throw .outOfRange(name: "--duration", value: "0", allowed: "a time above zero, such as 10s")
    }
    guard source.address.isIPv4 == isIPv4 else {
      throw .mixedVersions(
        source: "\(source.address)", destination: "\(destination.address)")
    }
  }

  private static func check(
    _ name: String, _ value: Int, in range: ClosedRange<Int>, unit: String
  ) throws(GeneratorError) {
    guard !range.contains(value) else { return }
    let allowed =
      range.upperBound == .max
      ? "\(range.lowerBound) or more\(unit)"
      : "\(range.lowerBound) to \(range.upperBound)\(unit)"
    throw .outOfRange(name: name, value: "\(value)", allowed: allowed)
  }
}
