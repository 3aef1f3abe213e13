package import Wire

/// Writes a capture of one interface (draft-ietf-opsawg-pcapng), with times in nanoseconds. Packets are
/// gathered and written together.
package struct CaptureWriter: ~Copyable {
  /// So much is gathered before it is written without being asked.
  static let batchBytes = 1 << 18

  /// Packets that were taken.
  package private(set) var packets = 0
  private let output: CaptureOutput
  private let interface: UInt32
  private var encoder: PcapngEncoder

  /// Makes the file. One that holds something already is left alone.
  ///
  /// - Parameter name: that of the file's interface.
  package init(
    path: String, interface name: String, linkType: LinkType, snapshotLength: Int
  ) throws(CaptureError) {
    output = try CaptureOutput(path: path)
    encoder = PcapngEncoder(application: "nemotop")
    interface = encoder.addInterface(named: name, linkType: linkType, snaplen: snapshotLength)
  }

  /// Takes a packet.
  package mutating func write(_ packet: borrowing CapturedPacket) throws(CaptureError) {
    encoder.addPacket(
      packet.bytes, wireBytes: packet.wireBytes, at: packet.time, interface: interface)
    packets += 1
    if encoder.bytes.count >= Self.batchBytes { try flush() }
  }

  /// Writes what was gathered.
  package mutating func flush() throws(CaptureError) {
    let output = output
    try encoder.take { (blocks) throws(CaptureError) in try output.append(blocks) }
  }

  /// Ends the capture with its statistics: when it began and ended, and what it dropped.
  package mutating func finish(
    start: Timestamp, end: Timestamp, dropped: Int
  ) throws(CaptureError) {
    encoder.addStatistics(
      PcapngStatistics(time: end, start: start, end: end, received: packets, dropped: dropped),
      interface: interface)
    try flush()
  }
}
