import Streams
import Synchronization
import Wire

/// How far a file was read.
struct FileProgress: Sendable {
  var closedUpTo: Timestamp?
  var hasEnded = false
  /// A pipe had nothing in time.
  var isIdle = false
  var report = PointReport()
}

/// One core's share in counting a file.
protocol FileShare<Harvest>: AnyObject, Sendable {
  associatedtype Harvest: Sendable

  var progress: FileProgress { get }
  /// Reads about so many packets.
  func read(limit: Int)
  func advance(to time: Timestamp)
  func finish(at time: Timestamp)
  /// What was made of the intervals that closed since it was last asked.
  func take() -> [Harvest]
}

func fileShare<Harvest: Sendable>(
  path: String, filter: String?, meter: consuming sending PointMeter,
  harvest: @escaping @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
) throws(CaptureError) -> any FileShare<Harvest> {
  if let file = try plainCaptureFile(path: path, filter: filter) {
    return SourceShare(file, meter: meter, harvest: harvest)
  }
  return SourceShare(
    try PcapFile(path: path, filter: filter), meter: meter, harvest: harvest)
}

final class SourceShare<Source: PacketSource & ~Copyable, Harvest: Sendable>: FileShare {
  private struct State: ~Copyable {
    var source: Source
    var meter: PointMeter
    var harvests: [Harvest] = []
    var hasEnded = false
    var isIdle = false
    var failure: CaptureError?

    init(_ source: consuming Source, meter: consuming PointMeter) {
      self.source = source
      self.meter = meter
    }
  }

  private let state: Mutex<State>
  private let harvest: @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest

  init(
    _ source: consuming sending Source, meter: consuming sending PointMeter,
    harvest: @escaping @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    state = Mutex(State(source, meter: meter))
    self.harvest = harvest
  }

  var progress: FileProgress {
    state.withLock { state in
      var progress = FileProgress(
        closedUpTo: state.meter.closedUpTo, hasEnded: state.hasEnded, isIdle: state.isIdle,
        report: state.meter.report)
      progress.report.failure = state.failure
      return progress
    }
  }

  func read(limit: Int) {
    state.withLock { state in
      var left = limit
      state.isIdle = false
      while left > 0, !state.hasEnded, !state.isIdle {
        do throws(CaptureError) {
          let outcome = try Self.read(
            &state.source, limit: min(left, 4096), meter: &state.meter,
            harvests: &state.harvests, harvest)
          state.meter.noteDrops(total: try state.source.droppedPackets())
          switch outcome {
          case .packets(let count): left -= count
          case .idle: state.isIdle = true
          case .end: state.hasEnded = true
          case .cut:
            state.meter.noteCut()
            state.hasEnded = true
          }
        } catch {
          state.failure = error
          state.hasEnded = true
        }
      }
    }
  }

  private static func read(
    _ source: inout Source, limit: Int, meter: inout PointMeter, harvests: inout [Harvest],
    _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) throws(CaptureError) -> ReadOutcome {
    try source.read(limit: limit, timeout: .milliseconds(20)) { packet in
      meter.count(packet) { harvests.append(harvest($0, $1)) }
    }
  }

  func advance(to time: Timestamp) {
    state.withLock { state in
      guard state.meter.closedUpTo != nil else { return }
      Self.advance(&state.meter, to: time, harvests: &state.harvests, harvest)
    }
  }

  private static func advance(
    _ meter: inout PointMeter, to time: Timestamp, harvests: inout [Harvest],
    _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    meter.advance(to: time) { harvests.append(harvest($0, $1)) }
  }

  func finish(at time: Timestamp) {
    state.withLock { state in
      guard state.meter.closedUpTo != nil else { return }
      Self.finish(&state.meter, at: time, harvests: &state.harvests, harvest)
    }
  }

  private static func finish(
    _ meter: inout PointMeter, at time: Timestamp, harvests: inout [Harvest],
    _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    meter.finish(at: time) { harvests.append(harvest($0, $1)) }
  }

  func take() -> [Harvest] {
    state.withLock { state in
      let taken = state.harvests
      state.harvests = []
      return taken
    }
  }
}
