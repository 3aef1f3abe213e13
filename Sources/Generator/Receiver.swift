import CLinux
package import Streams
import Wire

/// Receives datagrams and counts them as an observation point does.
///
/// It knows no frames: `wire_bytes` are those of the IP packets. What its socket drops for want of
/// room makes it blind, as capture drops do elsewhere.
package struct Receiver: ~Copyable, Sendable {
  /// Room asked of the kernel for what was not fetched yet.
  private static var socketBytes: Int { 16 << 20 }
  /// Room for the largest datagram or super-packet, and an odd number of cache lines, so that the
  /// headers at their starts do not contend for the same places in the cache.
  private static var slotBytes: Int { (1 << 16) + 64 }

  /// How long it rests when it has taken all of a burst, in nanoseconds: being woken for every packet
  /// costs the sender on this machine more than sending. The kernel dates what comes meanwhile.
  private static var rest: Int64 { 100_000 }

  private let configuration: ReceiverConfiguration
  private let socket: DatagramSocket
  private var buffer = DatagramBuffer(
    datagramBytes: Self.slotBytes, count: DatagramSocket.batch)
  private var table: StreamTable
  private var packets = 0
  private var drops: UInt32 = 0
  /// Where it receives: with the port that the kernel chose, if it was to.
  package let local: Endpoint

  /// Opens the socket: what comes from now on is counted.
  package init(_ configuration: ReceiverConfiguration) throws(GeneratorError) {
    let socket = try DatagramSocket(isIPv4: configuration.local.address.isIPv4)
    try socket.listen(bufferBytes: Self.socketBytes)
    try socket.bind(configuration.local)
    self.init(configuration, socket: socket, local: try socket.local)
  }

  private init(_ configuration: ReceiverConfiguration, socket: DatagramSocket, local: Endpoint) {
    self.configuration = configuration
    self.socket = socket
    self.local = local
    table = StreamTable(point: configuration.point, options: configuration.counting)
  }

  /// Receives until the duration or the count is reached, or until it is stopped.
  ///
  /// - Parameters:
  ///   - isStopped: asked at least every 50 ms.
  ///   - deliver: takes each interval that saw something, the last one at the end.
  package mutating func run(
    isStopped: () -> Bool, deliver: (Snapshot) -> Void
  ) throws(GeneratorError) {
    let (end, overflow) = Clock.monotonic.addingReportingOverflow(
      configuration.duration?.wholeNanoseconds ?? .max)
    let limit = configuration.count ?? .max
    table.advance(to: .now) { deliver($0.snapshot(of: $1, keepsDelays: true)) }
    while !isStopped(), packets < limit {
      let rest = overflow ? .max : end - Clock.monotonic
      guard rest > 0 else { break }
      // What was not there at this moment, when the queue was found empty, can only be later.
      let moment = Timestamp.now
      let arrivals = try socket.receive(
        into: &buffer, limit: limit - packets,
        milliseconds: Int(min(rest / 1_000_000 + 1, wait(from: moment))))
      countDrops()
      for index in arrivals.indices where packets < limit {
        count(arrivals[index], at: index, limit: limit, deliver: deliver)
      }
      if arrivals.isEmpty {
        table.advance(to: moment) { deliver($0.snapshot(of: $1, keepsDelays: true)) }
      }
      if 1 < arrivals.count && arrivals.count < DatagramSocket.batch {
        Clock.sleep(until: Clock.monotonic + Self.rest)
      }
    }
    countDrops()
    table.finish(at: .now) { deliver($0.snapshot(of: $1, keepsDelays: true)) }
  }

  /// Milliseconds until the open interval ends, 50 at the most.
  private func wait(from moment: Timestamp) -> Int64 {
    let interval = configuration.counting.interval
    let end = moment.aligned(to: interval) + interval
    return min((end - moment).wholeNanoseconds / 1_000_000 + 1, 50)
  }

  private mutating func countDrops() {
    let now = socket.drops
    guard now != drops else { return }
    table.countDrops(Int(now &- drops), upTo: .now)
    drops = now
  }

  /// Counts a datagram, or those that a super-packet stands for, up to the packets that were asked
  /// for.
  private mutating func count(
    _ arrival: nemotop_arrival, at index: Int, limit: Int, deliver: (Snapshot) -> Void
  ) {
    let source = Endpoint(arrival.source)
    var packet = DecodedPacket()
    packet.kind = .udp
    packet.source = source.address
    packet.sourcePort = source.port
    packet.destination = Endpoint(arrival.destination).address
    packet.destinationPort = local.port
    let end = Int(arrival.byte_count)
    let stride = arrival.segment_bytes > 0 ? Int(arrival.segment_bytes) : end
    var start = 0
    repeat {
      packets += 1
      let range = start..<min(start + stride, end)
      packet.udpBytes = range.count
      packet.ipBytes = packet.udpBytes + 8 + (source.address.isIPv4 ? 20 : 40)
      packet.payload = 0..<packet.udpBytes
      buffer.withDatagram(index, bytes: range) { bytes in
        table.count(
          packet, bytes: bytes, wireBytes: packet.ipBytes,
          at: Timestamp(nanoseconds: arrival.time)
        ) { deliver($0.snapshot(of: $1, keepsDelays: true)) }
      }
      start = range.upperBound
    } while start < end && packets < limit
  }
}
