import Wire

@testable import Streams

/// A point that is fed by hand, and what it handed over.
struct Bench: ~Copyable {
  var table: StreamTable
  var snapshots: [Snapshot] = []
  let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
  let correspondent = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)

  init(_ point: String, options: CountingOptions = CountingOptions()) {
    table = StreamTable(point: Point(name: point), options: options)
  }

  /// One packet of nemotop's stream at a time in ms.
  mutating func send(
    _ number: UInt64, at milliseconds: Double, through outer: [OuterHeaders.Level] = [],
    source: UInt32 = 7, delay: Double = 0
  ) {
    let sent = Timestamp(nanoseconds: Int64((milliseconds - delay) * 1e6))
    let header = StreamHeader(
      timestamp: 0, synchronizationSource: source, number: number, realTime: sent, bootTime: 0)
    var bytes: [UInt8] = []
    header.serialize(into: &bytes)
    send(bytes, at: milliseconds, through: outer)
  }

  /// One packet with this payload at a time in ms.
  mutating func send(
    _ bytes: [UInt8], at milliseconds: Double, through outer: [OuterHeaders.Level] = [],
    cutTo captured: Int? = nil
  ) {
    var packet = DecodedPacket()
    packet.kind = .udp
    packet.source = guest
    packet.destination = correspondent
    packet.sourcePort = 5004
    packet.destinationPort = 5004
    packet.udpBytes = bytes.count
    packet.ipBytes = bytes.count + 48
    packet.payload = 0..<(captured ?? bytes.count)
    for level in outer { _ = packet.outer.append(level) }
    count(packet, bytes, at: milliseconds)
  }

  mutating func count(_ packet: DecodedPacket, _ bytes: [UInt8], at milliseconds: Double) {
    var closed: [Snapshot] = []
    table.count(
      packet, bytes: unsafe bytes.span.bytes, wireBytes: packet.ipBytes + 14,
      at: Timestamp(nanoseconds: Int64(milliseconds * 1e6))
    ) { closed.append($0.snapshot(of: $1)) }
    snapshots += closed
  }

  mutating func finish(at milliseconds: Int64) -> [Snapshot] {
    var closed: [Snapshot] = []
    table.finish(at: Timestamp(nanoseconds: milliseconds * 1_000_000)) {
      closed.append($0.snapshot(of: $1))
    }
    snapshots += closed
    return snapshots
  }
}

func at(_ milliseconds: Int) -> Timestamp {
  Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
}
