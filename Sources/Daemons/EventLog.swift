import Foundation
import Synchronization
package import Wire

/// One thing that happened, as it stands in the log. What is not known is left out.
package struct LogRecord: Encodable, Sendable, Hashable {
  package var time: String
  package var event: String
  package var homeAddress: String?
  package var careOfAddress: String?
  package var sequence: UInt16?
  /// Of a Binding Acknowledgement (RFC 6275 section 6.1.8).
  package var status: UInt8?
  /// How it was noticed.
  package var notice: String?
  package var reason: String?
  package var count: Int?

  package init(_ event: String, at time: Timestamp = .now) {
    self.event = event
    self.time = time.description
  }

  /// The record as a line of JSON.
  var line: [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return ((try? encoder.encode(self)).map { Array($0) } ?? []) + [UInt8(ascii: "\n")]
  }
}

/// A log of JSON Lines that never lets anybody wait: where its reader stands still, records are dropped, and
/// counted in the next one that is written.
package final class EventLog: Sendable {
  private struct State {
    var waiting: [LogRecord] = []
    var dropped = 0
    var allDropped = 0
    var isClosed = false
  }

  private let capacity: Int
  private let state = Mutex(State())
  private let wakeup = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - capacity: How many records wait at the most.
  ///   - write: Called on a thread of the log's own, which it may keep waiting.
  package init(capacity: Int = 4096, writing write: @escaping @Sendable ([UInt8]) -> Void) {
    self.capacity = capacity
    let thread = Thread { [self] in
      while let lines = next() { write(lines) }
      finished.signal()
    }
    thread.name = "event log"
    thread.start()
  }

  /// How many records were dropped in all.
  package var dropCount: Int { state.withLock { $0.allDropped } }

  package func append(_ record: LogRecord) {
    let isTaken = state.withLock { state in
      guard !state.isClosed, state.waiting.count < capacity else {
        state.dropped += 1
        state.allDropped += 1
        return false
      }
      state.waiting.append(record)
      return true
    }
    if isTaken { wakeup.signal() }
  }

  /// Takes nothing more, and waits until all is written, but no longer than a second.
  package func close() {
    state.withLock { $0.isClosed = true }
    wakeup.signal()
    _ = finished.wait(timeout: .now() + 1)
  }

  /// All that waits; nil where there is nothing any more.
  private func next() -> [UInt8]? {
    while true {
      wakeup.wait()
      let (records, isClosed) = state.withLock { state in
        defer { (state.waiting, state.dropped) = ([], 0) }
        var records = state.waiting
        if state.dropped > 0 {
          var record = LogRecord("dropped")
          record.count = state.dropped
          records.append(record)
        }
        return (records, state.isClosed)
      }
      if !records.isEmpty { return records.flatMap(\.line) }
      if isClosed { return nil }
    }
  }
}
