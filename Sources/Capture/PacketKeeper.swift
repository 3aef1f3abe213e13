import Streams
import Wire

/// Where a point's packets are to be kept.
package struct Keeping: Sendable {
  package var keeper: CaptureKeeper
  package var point: KeptPoint
  /// The filter expression (pcap-filter(7)) that chooses the packets.
  package var filter: String?

  package init(in keeper: CaptureKeeper, as point: KeptPoint, filter: String? = nil) {
    self.keeper = keeper
    self.point = point
    self.filter = filter
  }
}

/// Keeps what is counted of one point: gathers it, and hands it over in batches. The first failure
/// ends the keeping, but not what is done with the packets besides.
struct PacketKeeper: ~Copyable {
  private let keeper: CaptureKeeper
  private let file: Int
  private let interface: UInt32
  private var encoder = PcapngEncoder()
  private var packets = 0
  /// Why no more packets are kept.
  private var failure: CaptureError?

  init(
    _ keeping: Keeping, linkType: LinkType, snapshotLength: Int
  ) throws(CaptureError) {
    keeper = keeping.keeper
    (file, interface) = try keeper.add(
      keeping.point, linkType: linkType, snapshotLength: snapshotLength, filter: keeping.filter)
  }

  mutating func keep(_ packet: borrowing CapturedPacket) {
    guard failure == nil else { return }
    encoder.addPacket(
      packet.bytes, wireBytes: packet.wireBytes, at: packet.time, interface: interface,
      comment: packet.mayHoldSegments ? KeptComment.mayHoldSegments : nil)
    packets += 1
    if encoder.bytes.count >= CaptureWriter.batchBytes { flush() }
  }

  mutating func keep(_ statistics: PcapngStatistics) {
    guard failure == nil else { return }
    encoder.addStatistics(statistics, interface: interface)
  }

  /// Writes what was gathered.
  ///
  /// - Returns: why no more packets are kept, where that is so.
  @discardableResult
  mutating func flush() -> CaptureError? {
    guard failure == nil, !encoder.bytes.isEmpty else { return failure }
    let (keeper, file) = (keeper, file)
    encoder.take { failure = keeper.append($0, to: file) }
    return failure
  }

  /// - Parameters:
  ///   - time: when the run ended.
  ///   - end: when the capture did.
  /// - Returns: as `flush`.
  mutating func finish(at time: Timestamp, end: Timestamp, dropped: Int) -> CaptureError? {
    keep(PcapngStatistics(time: time, end: end, received: packets, dropped: dropped))
    return flush()
  }
}
