import Dispatch
import Foundation
package import Streams
package import Wire

/// Reads a capture file and counts its packets, a large one on several cores: each core reads all of
/// it and counts its share of the streams.
///
/// What is made of an interval that closes is for the caller to say; it is made on the core that
/// counted it.
package final class FileCounter<Harvest: Sendable> {
  /// Smaller files are not worth a second core.
  private static var leastSharedBytes: Int { 16 << 20 }
  private static var mostShares: Int { 2 }
  /// How many packets each core reads at once.
  private static var stepPackets: Int { 65_536 }

  private let shares: [any FileShare<Harvest>]
  /// What came of the last step, the same for all shares.
  private var progress: FileProgress

  /// - Parameters:
  ///   - path: of a capture file; `-` is the standard input.
  ///   - stream: what is behind that path, where it cannot be opened twice.
  ///   - filter: a filter expression (pcap-filter(7)).
  ///   - harvest: makes what is wanted of an interval that is over.
  package init(
    point: Point, path: String, stream: consuming sending CaptureStream? = nil,
    filter: String? = nil, options: CountingOptions,
    harvest: @escaping @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  ) throws(CaptureError) {
    if let stream = consume stream {
      let share = SourceShare(
        try PcapFile(stream, filter: filter), meter: PointMeter(point: point, options: options),
        harvest: harvest)
      shares = [share]
      progress = share.progress
      return
    }
    let count = Self.shareCount(of: path)
    var shares: [any FileShare<Harvest>] = []
    for index in 0..<count {
      let share = StreamTable.Share(index: index, count: count)
      let meter = { PointMeter(point: point, options: options, share: share) }
      shares.append(try fileShare(path: path, filter: filter, meter: meter(), harvest: harvest))
    }
    self.shares = shares
    progress = shares[0].progress
  }

  /// A power of two.
  private static func shareCount(of path: String) -> Int {
    var status = stat()
    guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size >= leastSharedBytes
    else { return 1 }
    var count = 1
    while 2 * count <= min(ProcessInfo.processInfo.activeProcessorCount, mostShares) { count *= 2 }
    return count
  }

  package var closedUpTo: Timestamp? { progress.closedUpTo }
  package var hasEnded: Bool { progress.hasEnded }
  package var report: PointReport { progress.report }

  /// Reads on.
  ///
  /// - Returns: what was made of the intervals that closed, a list for each share; nil where nothing
  ///   came in time from a pipe.
  package func read() -> [[Harvest]]? {
    let step = Self.stepPackets
    if shares.count > 1 {
      let shares = shares
      DispatchQueue.concurrentPerform(iterations: shares.count) { shares[$0].read(limit: step) }
    } else {
      shares[0].read(limit: step)
    }
    progress = shares[0].progress
    return progress.isIdle ? nil : shares.map { $0.take() }
  }

  /// Time went on to this moment at other points.
  package func advance(to time: Timestamp) -> [[Harvest]] {
    for share in shares { share.advance(to: time) }
    progress = shares[0].progress
    return shares.map { $0.take() }
  }

  /// The capture ended at `time`.
  package func finish(at time: Timestamp) -> [[Harvest]] {
    for share in shares { share.finish(at: time) }
    progress = shares[0].progress
    return shares.map { $0.take() }
  }

  /// Reads no further.
  package func stop() {
    progress.hasEnded = true
  }
}
