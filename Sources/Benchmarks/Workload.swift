import Simulation
import Wire

/// An input to measure with: UDP datagrams of many flows in turn, each with nemotop's stream header.
///
/// It is what a link of 2 million packets a second carries. Some flows miss a number near their end,
/// so that an engine that does not follow the numbers is found out.
struct Workload: Sendable, Equatable {
  static let payloadBytes = 64
  /// Time between two packets, in nanoseconds.
  static let spacing: Int64 = 500
  static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
  /// When the sender was started, in nanoseconds.
  static let started = start.nanoseconds - 1_000_000_000

  let packets: Int
  let flows: Int
  /// Each packet is inside another one, IPv6 in IPv6.
  let isTunnelled: Bool
  let seed: UInt64

  /// Each flow has two packets at the least.
  ///
  /// - Parameter flows: as many as there shall be if the packets suffice.
  init(packets: Int, flows: Int, isTunnelled: Bool = false, seed: UInt64 = 1) {
    self.packets = packets
    self.flows = max(min(flows, packets / 2), 1)
    self.isTunnelled = isTunnelled
    self.seed = seed
  }

  /// The rounds in which each flow has one packet.
  var rounds: Int { packets / flows }

  /// How many numbers never come: one of each of the first flows.
  var lost: Int { rounds > 1 ? min(flows, 64) : 0 }

  /// The number of a flow's packet in a round.
  func number(round: Int, flow: Int) -> UInt64 {
    UInt64(round + (flow < lost && round >= rounds - 1 ? 1 : 0))
  }

  /// How long a packet was on its way, in nanoseconds: 20 to 86 µs, each time another, so that quantiles
  /// have to be found.
  static func delay(of packet: Int) -> Int64 {
    var random = SplitMix64(seed: 0, lane: UInt64(packet))
    return 20_000 + random.next(below: 1 << 16)
  }

  var frameBytes: Int {
    EthernetHeader.byteCount + (isTunnelled ? 2 : 1) * IPv6Header.byteCount + UDPHeader.byteCount
      + Self.payloadBytes
  }

  /// The length of the capture file.
  var byteCount: Int { 24 + packets * (16 + frameBytes) }
}
