import Capture
import Foundation
import Simulation
import Wire

/// A live interface that is made: its packets come when they are due by this host's clock, some of
/// them late and behind younger ones, some are dropped, and for a while there is no interface.
struct MadeInterface: PacketSource, ~Copyable {
  private struct Arrival {
    var time: Timestamp
    var packet: Int
  }

  private let packets: SimulatedPackets?
  private let arrivals: [Arrival]
  private let drops: [Timestamp]
  private let absence: Range<Timestamp>?
  private var position = 0

  /// - Parameters:
  ///   - packets: nil is none.
  ///   - drops: a packet is found to be dropped at each of these times.
  ///   - absence: when it cannot be opened, and what was open is gone.
  init(
    _ packets: SimulatedPackets?, seed: UInt64, drops: [Timestamp] = [],
    awayIn absence: Range<Timestamp>? = nil
  ) throws(CaptureError) {
    let now = Timestamp.now
    if let absence, absence.contains(now) { throw .noSuchInterface("made") }
    self.packets = packets
    self.drops = drops
    self.absence = absence
    var chance = Chance(seed: seed)
    var arrivals: [Arrival] = []
    for index in 0..<(packets?.count ?? 0) {
      let lateness = Int.random(in: 0..<100, using: &chance) < 3 ? 600 : 1
      let delay = Int.random(in: 0..<lateness * 1_000_000, using: &chance)
      let time = packets?.time(at: index) ?? .now
      arrivals.append(Arrival(time: time + .nanoseconds(delay), packet: index))
    }
    // What it carried before it was opened is gone.
    self.arrivals = arrivals.filter { $0.time >= now }.sorted {
      ($0.time, $0.packet) < ($1.time, $1.packet)
    }
  }

  var linkType: LinkType { .ethernet }
  var snapshotLength: Int { 256 }

  mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    let next = position < arrivals.count ? arrivals[position].time - .now : timeout
    if next > .zero { Thread.sleep(forTimeInterval: min(next, timeout) / .seconds(1)) }
    if let absence, absence.contains(.now) { throw .interfaceWentAway("made") }
    let start = position
    while let packets, position < arrivals.count, position - start < limit,
      arrivals[position].time <= .now
    {
      let packet = packets[arrivals[position].packet]
      body(
        CapturedPacket(
          time: packet.time, wireBytes: packet.wireBytes,
          bytes: packet.bytes.rawSpan.extracting(first: 256), linkType: linkType,
          mayHoldSegments: position % 97 == 96))
      position += 1
    }
    return position > start ? .packets(position - start) : .idle
  }

  mutating func droppedPackets() throws(CaptureError) -> Int {
    let now = Timestamp.now
    return drops.count { $0 <= now }
  }
}

/// The same numbers for the same seed.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
