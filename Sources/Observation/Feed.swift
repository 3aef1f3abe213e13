import Capture
import Moves
import Records
import Streams
import Wire

/// One source's snapshots in the order of time, whatever they come from.
protocol Feed: AnyObject {
  /// Captures have one point, recordings may have several.
  var points: [RecordedPoint] { get }
  /// Snapshots that were handed over and not taken yet.
  var queue: [Snapshot] { get set }
  /// Every snapshot that ended by then is in the queue, or was taken.
  var closedUpTo: Timestamp? { get }
  /// No packet follows. What `advance` and `finish` find may still come into the queue.
  var hasEnded: Bool { get }
  /// The last packet's time, or when a live capture was stopped.
  var lastTime: Timestamp? { get }
  /// One a point.
  var reports: [PointReport] { get }
  /// Marks of the user's that came with the data and were not taken yet.
  var userMarks: [Mark] { get set }
  /// Fetches what there is; a file until there is a snapshot or its end.
  func refill()
  /// After the end: time went on to this moment at the other points.
  func advance(to time: Timestamp)
  /// After the end: all points ended at this moment.
  func finish(at time: Timestamp)
  /// Asks it to end at this moment.
  func stop(at time: Timestamp)
}

extension Feed {
  /// No snapshot that starts before this will come.
  var bound: Timestamp {
    queue.first?.start ?? closedUpTo ?? Timestamp(nanoseconds: .min)
  }
}

/// A capture file, or a pipe.
final class FileFeed: Feed {
  let points: [RecordedPoint]
  var queue: [Snapshot] = []
  var userMarks: [Mark] = []
  private(set) var hasEnded = false
  private var source: any PacketSource & ~Copyable
  private var meter: PointMeter
  private var failure: CaptureError?

  init(
    point: Point, path: String, filter: String?, options: CountingOptions
  ) throws(CaptureError) {
    points = [RecordedPoint(point: point, source: path, interval: options.interval)]
    source = try captureFile(path: path, filter: filter)
    meter = PointMeter(point: point, options: options)
  }

  var closedUpTo: Timestamp? { meter.closedUpTo }
  var lastTime: Timestamp? { meter.report.last }

  var reports: [PointReport] {
    var report = meter.report
    report.failure = failure
    return [report]
  }

  func refill() {
    while !hasEnded, queue.isEmpty {
      do throws(CaptureError) {
        var closed: [Snapshot] = []
        let outcome = try source.read(limit: 4096, timeout: .milliseconds(20)) { packet in
          meter.count(packet) { closed.append($0) }
        }
        meter.noteDrops(total: try source.droppedPackets())
        queue += closed
        switch outcome {
        case .packets: continue
        case .idle: return
        case .end: hasEnded = true
        case .cut:
          meter.noteCut()
          hasEnded = true
        }
      } catch {
        failure = error
        hasEnded = true
      }
    }
  }

  func advance(to time: Timestamp) {
    guard meter.closedUpTo != nil else { return }
    var closed: [Snapshot] = []
    meter.advance(to: time) { closed.append($0) }
    queue += closed
  }

  func finish(at time: Timestamp) {
    guard meter.closedUpTo != nil else { return }
    var closed: [Snapshot] = []
    meter.finish(at: time) { closed.append($0) }
    queue += closed
  }

  func stop(at time: Timestamp) {
    hasEnded = true
  }
}

/// A live interface.
final class LiveFeed: Feed {
  let points: [RecordedPoint]
  var queue: [Snapshot] = []
  var userMarks: [Mark] = []
  private(set) var closedUpTo: Timestamp?
  private(set) var hasEnded = false
  private var report = PointReport()
  private let capture: LiveCapture
  private var stopTime: Timestamp?

  init(point: RecordedPoint, capture: LiveCapture) {
    points = [point]
    self.capture = capture
  }

  var reports: [PointReport] { [report] }
  var lastTime: Timestamp? { stopTime ?? report.last }

  func refill() {
    guard !hasEnded else { return }
    let harvest = capture.take()
    queue += harvest.snapshots
    closedUpTo = harvest.closedUpTo
    report = harvest.report
    hasEnded = harvest.hasEnded
  }

  /// The capture thread has handed over everything by itself.
  func advance(to time: Timestamp) {}
  func finish(at time: Timestamp) {}

  func stop(at time: Timestamp) {
    stopTime = time
    capture.stop(at: time)
  }
}

/// A recording: the snapshots that were logged, with the points that they came from.
final class RecordingFeed: Feed {
  let points: [RecordedPoint]
  var queue: [Snapshot] = []
  var userMarks: [Mark] = []
  private(set) var closedUpTo: Timestamp?
  private(set) var hasEnded = false
  private(set) var reports: [PointReport]
  private let path: String
  private let reader: RecordReader

  init(path: String) throws(RecordError) {
    self.path = path
    reader = try RecordReader(path: path)
    points = reader.points
    reports = points.map { _ in PointReport() }
  }

  var lastTime: Timestamp? { closedUpTo }

  func refill() {
    while !hasEnded, queue.isEmpty {
      do throws(RecordError) {
        guard let step = try reader.next() else {
          hasEnded = true
          return
        }
        for snapshot in step.snapshots { note(snapshot) }
        queue += step.snapshots
        userMarks += step.marks.filter { $0.kind == .user }
        closedUpTo = step.snapshots.map(\.end).max() ?? closedUpTo
      } catch {
        for index in reports.indices {
          reports[index].failure = .failed(path, reason: "\(error)")
        }
        hasEnded = true
      }
    }
  }

  private func note(_ snapshot: Snapshot) {
    guard let index = points.firstIndex(where: { $0.point.name == snapshot.point.name }) else {
      return
    }
    reports[index].packets += snapshot.totals.reduce(0) { $0 + $1.packets }
    reports[index].malformed += snapshot.totals.reduce(0) {
      $0 + ($1.kind == .malformed ? $1.packets : 0)
    }
    reports[index].captureDrops += snapshot.captureDrops
    reports[index].first = reports[index].first ?? snapshot.start
    reports[index].last = snapshot.end
  }

  func advance(to time: Timestamp) {}
  func finish(at time: Timestamp) {}

  func stop(at time: Timestamp) {
    hasEnded = true
  }
}
