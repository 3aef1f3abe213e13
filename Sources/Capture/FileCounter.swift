import Glibc
package import Streams
package import Wire

/// Reads a capture file and counts its packets, those of a large one on several cores.
///
/// What is made of an interval that closes is for the caller to say; it is made on the core that
/// counted it.
package final class FileCounter<Harvest: Sendable> {
  private let reader: any FileReader<Harvest>
  private var isStopped = false

  /// - Parameters:
  ///   - path: of a capture file; `-` is the standard input.
  ///   - stream: what is behind that path, where it cannot be opened twice.
  ///   - filter: a filter expression (pcap-filter(7)).
  ///   - workerCount: how many cores count a plain file: 1, 2, 4, or 8; nil for what suits it.
  ///   - harvest: makes what is wanted of an interval that is over.
  package init(
    point: Point, path: String, stream: consuming CaptureStream? = nil, filter: String? = nil,
    options: CountingOptions, workerCount: Int? = nil, chunkSize: ChunkSize = ChunkSize(),
    harvest: @escaping @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  ) throws(CaptureError) {
    let meter = PointMeter(point: point, options: options)
    if let stream = consume stream {
      reader = SourceReader(
        try CaptureFile(stream, filter: filter), meter: meter, harvest: harvest)
    } else if let file = PlainFile(path: path) {
      reader = ChunkReader(
        file, walk: try file.walk(filter: filter), point: point, options: options,
        workerCount: workerCount ?? Self.workerCount(of: file), size: chunkSize, harvest: harvest)
    } else {
      reader = SourceReader(
        try CaptureFile(CaptureStream(path: path), filter: filter), meter: meter,
        harvest: harvest)
    }
  }

  /// A power of two. Small files are not worth a second core.
  private static func workerCount(of file: PlainFile) -> Int {
    let (leastBytes, most) = (16 << 20, 8)
    guard file.byteCount >= leastBytes else { return 1 }
    var count = 1
    while 2 * count <= min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), most) { count *= 2 }
    return count
  }

  package var closedUpTo: Timestamp? { reader.progress.closedUpTo }
  package var hasEnded: Bool { isStopped || reader.progress.hasEnded }
  package var report: PointReport { reader.progress.report }

  /// Reads on.
  ///
  /// - Returns: what was made of the intervals that closed, a list for each core; nil where nothing
  ///   came in time from a pipe.
  package func read() -> [[Harvest]]? {
    reader.read()
    return reader.progress.isIdle ? nil : reader.take()
  }

  /// Time went on to this moment at other points.
  package func advance(to time: Timestamp) -> [[Harvest]] {
    reader.advance(to: time)
    return reader.take()
  }

  /// The capture ended at `time`.
  package func finish(at time: Timestamp) -> [[Harvest]] {
    reader.finish(at: time)
    return reader.take()
  }

  /// Reads no further.
  package func stop() {
    isStopped = true
  }
}
