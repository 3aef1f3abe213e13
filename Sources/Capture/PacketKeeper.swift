import Streams
import Wire

/// Keeps packets in a file, where one is wanted. The first failure ends the keeping, but not what is
/// done with the packets besides.
struct PacketKeeper: ~Copyable {
  private var writer: CaptureWriter?
  /// Why no more packets are kept.
  private(set) var failure: CaptureError?

  init(
    path: String?, point: Point, linkType: LinkType, snapshotLength: Int
  ) throws(CaptureError) {
    guard let path else {
      writer = nil
      return
    }
    writer = try CaptureWriter(
      path: path, point: point.name, linkType: linkType, snapshotLength: snapshotLength)
  }

  mutating func keep(_ packet: borrowing CapturedPacket) {
    guard failure == nil else { return }
    do throws(CaptureError) { try writer?.write(packet) } catch { failure = error }
  }

  mutating func flush() {
    guard failure == nil else { return }
    do throws(CaptureError) { try writer?.flush() } catch { failure = error }
  }

  mutating func finish(start: Timestamp, end: Timestamp, dropped: Int) {
    guard failure == nil else { return }
    do throws(CaptureError) {
      try writer?.finish(start: start, end: end, dropped: dropped)
    } catch {
      failure = error
    }
  }
}
