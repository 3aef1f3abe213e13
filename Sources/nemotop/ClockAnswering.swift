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
      var lines = RequestLines()
      while let bytes = Self.read() {
        let received = Timestamp.now
        for request in lines.take(bytes) {
          try? records.answer(request, receivedAt: received, bootIdentifier: host)
        }
      }
      end()
    }
  }

  /// The next bytes of standard input; nil at its end.
  private static func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe Glibc.read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 { return [UInt8](buffer[..<count]) }
      guard count < 0, errno == EINTR || errno == EAGAIN else { return nil }
      var readable = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&readable, 1, -1)
    }
  }
}
