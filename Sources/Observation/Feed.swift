import Capture
import Moves
import Records
import Streams
import Wire

/// One source's snapshots in the order of time, whatever they come from.
protocol Feed: AnyObject {
  /// Captures have one point, recordings may have several.
  var points: [RecordedPoint] { get }
  /// Whether it wakes the observation whenever it has something; else it is asked again and again.
  var isLive: Bool { get }
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
  /// A live capture lost its interface, or has it back, which was not told yet.
  var hasNews: Bool { get set }
  /// Fetches what there is; a file until there is a snapshot or its end, as long as that is wanted.
  func refill(while isWanted: () -> Bool)
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

  var isLive: Bool { false }

  var hasNews: Bool {
    get { false }
    set {}
  }
}

/// A capture file, or a pipe.
final class FileFeed: Feed {
  let points: [RecordedPoint]
  var queue: [Snapshot] = []
  var userMarks: [Mark] = []
  private let counter: FileCounter<Snapshot>

  /// - Parameter stream: what is behind the path, where it cannot be opened twice.
  init(
    point: Point, path: String, stream: consuming sending CaptureStream?, filter: String?,
    options: CountingOptions
  ) throws(CaptureError) {
    points = [RecordedPoint(point: point, source: path, interval: options.interval)]
    counter = try FileCounter(
      point: point, path: path, stream: stream, filter: filter, options: options
    ) {
      $0.snapshot(of: $1)
    }
  }

  var closedUpTo: Timestamp? { counter.closedUpTo }
  var hasEnded: Bool { counter.hasEnded }
  var lastTime: Timestamp? { counter.report.last }
  var reports: [PointReport] { [counter.report] }

  func refill(while isWanted: () -> Bool) {
    while !hasEnded, queue.isEmpty, isWanted() {
      guard let shares = counter.read() else { return }
      queue += [Snapshot](joining: shares)
    }
  }

  func advance(to time: Timestamp) {
    queue += [Snapshot](joining: counter.advance(to: time))
  }

  func finish(at time: Timestamp) {
    queue += [Snapshot](joining: counter.finish(at: time))
  }

  func stop(at time: Timestamp) {
    counter.stop()
  }
}

/// A live interface.
final class LiveFeed: Feed {
  let points: [RecordedPoint]
  let isLive = true
  var queue: [Snapshot] = []
  var userMarks: [Mark] = []
  private(set) var closedUpTo: Timestamp?
  private(set) var hasEnded = false
  var hasNews = false
  private var report = PointReport()
  private let capture: LiveCapture
  private var stopTime: Timestamp?

  /// Begins to capture, and to keep the packets where that is wanted.
  ///
  /// - Parameters:
  ///   - transience: given for an interface that comes and goes.
  ///   - open: gives the packets; it runs on the thread that then reads them.
  init<Packets: PacketSource & ~Copyable>(
    _ point: KeptPoint, options: ObservationOptions, transience: TransientInterface? = nil,
    wake: @escaping @Sendable () -> Void,
    opening open: @escaping @Sendable () throws(CaptureError) -> Packets
  ) throws(CaptureError) {
    points = [RecordedPoint(point)]
    capture = try LiveCapture(
      point: point.point, options: point.counting, transience,
      keeping: options.keeper.map { Keeping(in: $0, as: point, filter: options.filter) },
      wake: wake, open: open)
  }

  var reports: [PointReport] { [report] }
  var lastTime: Timestamp? { stopTime ?? report.last }

  func refill(while isWanted: () -> Bool) {
    guard !hasEnded else { return }
    let harvest = capture.take()
    queue += harvest.snapshots
    closedUpTo = harvest.closedUpTo
    hasNews = hasNews || harvest.report.absence != report.absence
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

  func refill(while isWanted: () -> Bool) {
    while !hasEnded, queue.isEmpty, isWanted() {
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
          reports[index].failure = .failed(path, reason: error.summary)
        }
        hasEnded = true
      }
    }
  }

  private func note(_ snapshot: Snapshot) {
    guard let index = points.firstIndex(where: { $0.point.name == snapshot.point.name }) else {
      return
    }
    reports[index].add(snapshot)
  }

  func advance(to time: Timestamp) {}
  func finish(at time: Timestamp) {}

  func stop(at time: Timestamp) {
    hasEnded = true
  }
}

extension PointReport {
  /// Adds what a snapshot that was recorded tells.
  mutating func add(_ snapshot: Snapshot) {
    // A recording may state any counts: their sum is clamped, not believed.
    for total in snapshot.totals {
      packets.add(clamping: total.packets)
      if total.kind == .malformed { malformed.add(clamping: total.packets) }
    }
    captureDrops.add(clamping: snapshot.captureDrops)
    first = min(first ?? snapshot.start, snapshot.start)
    last = max(last ?? snapshot.end, snapshot.end)
  }
}

extension RecordError {
  /// What is wrong with the records, without the name of what holds them.
  var summary: String {
    switch self {
    case .malformed(_, let line, let reason): "line \(line) is no record: \(reason)"
    case .newerVersion(_, let version):
      "its records are of version \(version), and this nemotop reads up to "
        + "\(RecordedPoint.version): update this one"
    case .cannotRead(_, let reason): reason
    default: "\(self)"
    }
  }
}
