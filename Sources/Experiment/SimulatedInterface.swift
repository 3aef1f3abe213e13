package import Capture
import Foundation
import Simulation
package import Wire

/// An interface of a simulated run: its packets come when they are due by this host's clock.
package struct SimulatedInterface: PacketSource, ~Copyable {
  private let packets: SimulatedPackets
  private var position = 0

  init(_ packets: SimulatedPackets) {
    self.packets = packets
  }

  package var linkType: LinkType { .ethernet }
  package var snapshotLength: Int { 65_535 }

  /// The run's end is silence, as it is on a wire.
  package mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome {
    let isOver = position == packets.endIndex
    let wait = min(isOver ? timeout : packets.time(at: position) - .now, timeout)
    if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
    let now = Timestamp.now
    let start = position
    while position < packets.endIndex, position - start < limit, packets.time(at: position) <= now {
      let packet = packets[position]
      body(
        CapturedPacket(
          time: packet.time, wireBytes: packet.wireBytes, bytes: packet.bytes.rawSpan,
          linkType: linkType))
      position += 1
    }
    return position > start ? .packets(position - start) : .idle
  }

  package mutating func droppedPackets() throws(CaptureError) -> Int { 0 }
}
