import Capture
import Glibc
import Streams
import Wire

/// A file that has no name, for one input after another.
private let scratch: Int32 = {
  let path = "/tmp/nemotop-fuzz-\(getpid())"
  let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  check(unsafe descriptor >= 0 && unlink(path) == 0, "no file \(path)")
  return descriptor
}()

/// What the counting of a capture file came to.
struct FileReading {
  private(set) var snapshots: [Snapshot] = []
  private(set) var report = PointReport()

  /// Reads from a pipe; nil where it is no capture.
  init?(piping bytes: [UInt8]) {
    var ends: [Int32] = [-1, -1]
    check(unsafe pipe(&ends) == 0, "no pipe")
    defer { close(ends[0]) }
    let written = unsafe write(ends[1], bytes, bytes.count)
    close(ends[1])
    check(written == bytes.count, "the input cannot be written")
    self.init(path: "/proc/self/fd/\(ends[0])")
  }

  /// Reads a file in chunks; nil where it is no capture.
  init?(_ bytes: [UInt8], size: ChunkSize, workers: Int) {
    let written = unsafe pwrite(scratch, bytes, bytes.count, 0)
    check(written == bytes.count && ftruncate(scratch, written) == 0, "the input cannot be written")
    self.init(path: "/proc/self/fd/\(scratch)", size: size, workers: workers)
  }

  private init?(path: String, size: ChunkSize = ChunkSize(), workers: Int = 1) {
    do throws(CaptureError) {
      let counter = try FileCounter(
        point: Point(name: "xen1"), path: path, options: CountingOptions(), workerCount: workers,
        chunkSize: size
      ) { $0.snapshot(of: $1) }
      while !counter.hasEnded { snapshots += [Snapshot](joining: counter.read() ?? []) }
      report = counter.report
      let end = report.last ?? Timestamp(nanoseconds: 0)
      snapshots += [Snapshot](joining: counter.finish(at: end))
    } catch {
      switch error {
      case .notACapture, .isEmpty, .unsupportedLinkType: return nil
      default: fatalError("\(error)")
      }
    }
  }
}

extension PointReport {
  /// Failures bear the name of what was read.
  func isLike(_ other: PointReport) -> Bool {
    var (left, right) = (self, other)
    guard (left.failure == nil) == (right.failure == nil) else { return false }
    (left.failure, right.failure) = (nil, nil)
    return left == right
  }
}
