import Foundation
import Glibc
import Observation
import Records
import Wire

/// Answers requests for the time on standard input, each in its place among the records.
///
/// Whoever asks is there as long as standard input is open.
struct ClockAnswering: Sendable {
  private let records: JSONLines
  private let end: @Sendable () -> Void

  /// - Parameter end: called when standard input has ended.
  init(_ records: JSONLines, end: @escaping @Sendable () -> Void) {
    self.records = records
    self.end = end
  }

  /// Begins, on a thread of its own.
  func start() {
    let host = bootIdentifier()
    Thread.detachNewThread {
      while let line = readLine() {
        let received = Timestamp.now
        guard let request = ClockRequest(line: [UInt8](line.utf8)) else { continue }
        try? records.answer(request, receivedAt: received, bootIdentifier: host)
      }
      end()
    }
  }
}
