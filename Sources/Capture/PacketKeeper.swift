import Streams
import Wire

/// Keeps packets in a file, where one is wanted. The first failure ends the keeping, and is told with
/// the next flush.
struct PacketKeeper: ~Copyable {
  private var writer: CaptureWriter?
  private var failure: CaptureError?

  init<Source: PacketSource & ~Copyable>(
    path: String?, point: Point, source: borrowing Source
  ) throws(CaptureError) {
    guard let path else {
      writer = nil
      return
    }
    writer = try CaptureWriter(
      path: path, point: point.name, linkType: source.linkType,
      snapshotLength: source.snapshotLength)
  }

  mutating func keep(_ packet: borrowing CapturedPacket) {
    guard failure == nil else { return }
    do throws(CaptureError) {
      try writer?.write(packet)
    } catch {
      failure = error
    }
  }

  mutating func flush() throws(CaptureError) {
    if let failure { throw failure }
    try writer?.flush()
  }

  mutating func finish(start: Timestamp, end: Timestamp, dropped: Int) throws(CaptureError) {
    if let failure { throw failure }
    try writer?.finish(start: start, end: end, dropped: dropped)
  }
}
