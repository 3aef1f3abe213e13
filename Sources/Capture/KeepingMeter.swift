import Streams
import Wire

/// Counts the packets of a live point and keeps them. Whatever the counting is told is kept in the
/// same order, so that a replay (`KeptReplay`) counts the same.
struct KeepingMeter: ~Copyable {
  private var meter: PointMeter
  private var keeper: PacketKeeper?
  private var keepingFailure: CaptureError?
  private var flushedUpTo: Timestamp?

  init(_ meter: consuming PointMeter, keeper: consuming PacketKeeper?) {
    self.meter = meter
    self.keeper = keeper
  }

  var closedUpTo: Timestamp? { meter.closedUpTo }

  var report: PointReport {
    var report = meter.report
    report.keepingFailure = keepingFailure
    return report
  }

  /// The capture begins.
  mutating func begin(at time: Timestamp) {
    keeper?.keep(PcapngStatistics(time: time, start: time))
  }

  mutating func count(
    _ packet: borrowing CapturedPacket, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    keeper?.keep(packet)
    meter.count(packet, deliver: deliver)
  }

  mutating func noteDrops(total: Int, upTo time: Timestamp) {
    guard total > meter.report.captureDrops else { return }
    keeper?.keep(PcapngStatistics(time: time, dropped: total))
    meter.noteDrops(total: total, upTo: time)
  }

  mutating func noteAbsence(since time: Timestamp, _ reason: CaptureError) {
    keeper?.keep(
      PcapngStatistics(time: time, comment: KeptComment.absence + reason.absenceReason))
    meter.noteAbsence(since: time, reason)
  }

  mutating func noteReturn(at time: Timestamp) {
    keeper?.keep(PcapngStatistics(time: time, comment: KeptComment.presence))
    meter.noteReturn(at: time)
  }

  mutating func advance(
    to time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    let before = meter.closedUpTo
    meter.advance(to: time, deliver: deliver)
    if meter.closedUpTo != before { keeper?.keep(PcapngStatistics(time: time)) }
  }

  mutating func finish(
    at time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    meter.finish(at: time, deliver: deliver)
    keepingFailure = keeper?.finish(
      at: time, end: meter.report.awaySince ?? time, dropped: meter.report.captureDrops)
  }

  /// Writes what was gathered, once an interval was closed.
  mutating func flush() {
    guard meter.closedUpTo != flushedUpTo else { return }
    flushedUpTo = meter.closedUpTo
    keepingFailure = keeper?.flush()
  }
}
