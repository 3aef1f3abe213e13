import Streams
import Wire

/// How far a file was read.
struct FileProgress: Sendable {
  var closedUpTo: Timestamp?
  var hasEnded = false
  /// A pipe had nothing in time.
  var isIdle = false
  var report = PointReport()
}

/// Reads a capture file and counts its packets into one table or several.
protocol FileReader<Harvest>: AnyObject {
  associatedtype Harvest: Sendable

  var progress: FileProgress { get }
  /// Reads on, some ten thousand packets.
  func read()
  func advance(to time: Timestamp)
  func finish(at time: Timestamp)
  /// What was made of the intervals that closed since it was last asked, a list for each table.
  func take() -> [[Harvest]]
}

/// Reads packet by packet: what comes through a pipe, and what is compressed.
final class SourceReader<Source: PacketSource & ~Copyable, Harvest: Sendable>: FileReader {
  private static var stepPackets: Int { 65_536 }

  private var source: Source
  private var meter: PointMeter
  private var harvests: [Harvest] = []
  private(set) var progress = FileProgress()
  private let harvest: (borrowing StreamTable, ClosedInterval) -> Harvest

  init(
    _ source: consuming Source, meter: consuming PointMeter,
    harvest: @escaping (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    self.source = source
    self.meter = meter
    self.harvest = harvest
  }

  func read() {
    var left = Self.stepPackets
    progress.isIdle = false
    while left > 0, !progress.hasEnded, !progress.isIdle {
      do throws(CaptureError) {
        let outcome = try readBatch(limit: min(left, 4096))
        meter.noteDrops(total: try source.droppedPackets())
        switch outcome {
        case .packets(let count): left -= count
        case .idle: progress.isIdle = true
        case .end: progress.hasEnded = true
        case .cut:
          meter.noteCut()
          progress.hasEnded = true
        }
      } catch {
        progress.report.failure = error
        progress.hasEnded = true
      }
    }
    note()
  }

  private func readBatch(limit: Int) throws(CaptureError) -> ReadOutcome {
    // As local values, for no access of theirs to be checked for each packet.
    var harvests: [Harvest] = []
    defer { self.harvests += harvests }
    return try source.read(limit: limit, timeout: .milliseconds(20)) { packet in
      meter.count(packet) { harvests.append(harvest($0, $1)) }
    }
  }

  func advance(to time: Timestamp) {
    guard meter.closedUpTo != nil else { return }
    meter.advance(to: time) { harvests.append(harvest($0, $1)) }
    note()
  }

  func finish(at time: Timestamp) {
    guard meter.closedUpTo != nil else { return }
    meter.finish(at: time) { harvests.append(harvest($0, $1)) }
    note()
  }

  private func note() {
    let failure = progress.report.failure
    progress.closedUpTo = meter.closedUpTo
    progress.report = meter.report
    progress.report.failure = failure
  }

  func take() -> [[Harvest]] {
    let taken = harvests
    harvests = []
    return [taken]
  }
}
