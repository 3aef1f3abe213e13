import Dispatch
package import Streams
import Synchronization
package import Wire

/// A capture on an interface: one thread that owns source and table, and hands over snapshots.
///
/// The lock is taken when there is something to hand over, never for a packet. A source that fails
/// does not end it: the point is blind until the source can be opened anew.
package final class LiveCapture: Sendable {
  /// What was handed over and has not been taken.
  package struct Harvest: Sendable {
    package var snapshots: [Snapshot] = []
    /// Everything that ended by then was handed over.
    package var closedUpTo: Timestamp?
    /// The thread has ended: nothing comes after this.
    package var hasEnded = false
    package var report = PointReport()
  }

  /// How long after an interval's end its packets may still be on their way through the kernel.
  static let grace = Duration.milliseconds(250)
  static let pollTimeout = Duration.milliseconds(50)

  private let harvest = Mutex(Harvest())
  private let stopTime = Mutex<Timestamp?>(nil)
  private let openError = Mutex<CaptureError?>(nil)
  private let wake: @Sendable () -> Void

  /// Opens a source on a thread of its own and begins to count.
  ///
  /// - Parameters:
  ///   - transience: given for an interface that comes and goes: it need not be there yet.
  ///   - keeping: where the packets are kept as they were captured.
  ///   - wake: called whenever there is something to take.
  ///   - open: makes the source, also anew. It runs on the capture thread, so that it may enter a
  ///     namespace.
  /// - Throws: what `open` threw.
  package init<Source: PacketSource & ~Copyable>(
    point: Point, options: CountingOptions, _ transience: TransientInterface? = nil,
    keeping: Keeping? = nil,
    wake: @escaping @Sendable () -> Void,
    open: @escaping @Sendable () throws(CaptureError) -> Source
  ) throws(CaptureError) {
    self.wake = wake
    let isOpen = DispatchSemaphore(value: 0)
    startThread(named: point.name) { [self] in
      do throws(CaptureError) {
        let source = try ReattachingSource(transience, open)
        var keeper: PacketKeeper?
        if let keeping {
          keeper = try PacketKeeper(
            keeping, linkType: source.linkType, snapshotLength: source.snapshotLength)
        }
        isOpen.signal()
        run(
          source,
          meter: KeepingMeter(PointMeter(point: point, options: options), keeper: keeper))
      } catch {
        openError.withLock { $0 = error }
        isOpen.signal()
      }
    }
    isOpen.wait()
    if let error = openError.withLock({ $0 }) { throw error }
  }

  /// Ends the capture: packets up to `time` are counted, then the last interval is handed over.
  package func stop(at time: Timestamp) {
    stopTime.withLock { $0 = $0 ?? time }
  }

  /// Takes what there is.
  package func take() -> Harvest {
    harvest.withLock { harvest in
      let taken = harvest
      harvest.snapshots = []
      return taken
    }
  }

  private func run<Source: PacketSource & ~Copyable>(
    _ opened: consuming ReattachingSource<Source>, meter fresh: consuming KeepingMeter
  ) {
    var source = opened
    var meter = fresh
    meter.begin(at: .now)
    var snapshots: [Snapshot] = []
    var isRunning = true
    while isRunning {
      let end = stopTime.withLock { $0 }
      // What was dropped came before what is read next, so that its interval is yet to be closed.
      meter.noteDrops(total: source.droppedPackets(), upTo: .now)
      let outcome = source.read(limit: 4096, timeout: Self.pollTimeout) { packet in
        if let end, packet.time > end { return }
        meter.count(packet) { snapshots.append($0.snapshot(of: $1)) }
      }
      let settled = Timestamp.now - Self.grace
      switch outcome {
      case .packets: break
      case .idle:
        meter.advance(to: min(settled, end ?? settled)) { snapshots.append($0.snapshot(of: $1)) }
      case .lost(let reason, let time):
        let seen = meter.report.last.map { $0 + .nanoseconds(1) }
        meter.noteAbsence(since: max(time, seen ?? time), reason)
      case .returned: meter.noteReturn(at: .now)
      }
      meter.flush()
      if let end, settled >= end { isRunning = false }
      hand(over: &snapshots, closedUpTo: meter.closedUpTo, report: meter.report)
    }
    let end = stopTime.withLock { $0 } ?? .now
    meter.noteDrops(total: source.droppedPackets(), upTo: end)
    meter.finish(at: end) { snapshots.append($0.snapshot(of: $1)) }
    hand(over: &snapshots, closedUpTo: meter.closedUpTo, report: meter.report, isLast: true)
  }

  private func hand(
    over snapshots: inout [Snapshot], closedUpTo: Timestamp?, report: PointReport,
    isLast: Bool = false
  ) {
    let isNews = harvest.withLock { harvest in
      let isNews =
        isLast || !snapshots.isEmpty || harvest.closedUpTo != closedUpTo
        || harvest.report.absence != report.absence
      harvest.snapshots += snapshots
      harvest.closedUpTo = closedUpTo
      harvest.report = report
      harvest.hasEnded = isLast
      return isNews
    }
    snapshots = []
    if isNews { wake() }
  }
}
