import Foundation
import Moves
import Observation
import Records
import Streams

/// Keeps what a demo's points see, and shows it: in the dashboard, or as lines of text.
struct DemoWatch: Sendable {
  /// Where the records go, if anywhere.
  var folder: String?
  var showsDashboard: Bool
  /// Whether the demo was asked to end: then the dashboard ends with it.
  var isInterrupted: @Sendable () -> Bool

  /// Goes on until the observation ends, or the user ends the dashboard.
  func watch(_ observation: Observation) async throws {
    let writer = try folder.map { try CSVFolder($0, points: observation.points) }
    let marks = MarkSocket { observation.mark($0) }
    defer { marks?.close() }
    var failures = PointFailures()
    if showsDashboard {
      try await show(observation, keepingWith: writer)
    } else {
      for await observed in observation.updates {
        try writer?.write(observed)
        try Self.print(DemoText.lines(of: observed))
        await failures.tellEnds(observation)
      }
    }
    try await failures.conclude(observation)
  }

  /// Shows the dashboard, which has the terminal until it ends.
  private func show(_ observation: Observation, keepingWith writer: CSVFolder?) async throws {
    let (shown, screen) = AsyncStream.makeStream(of: Observed.self)
    let session = Task {
      defer { observation.stop() }
      try await TerminalSession(points: observation.points.map(\.point)).run(
        shown, mark: { observation.mark($0) }, stop: { observation.stop() })
    }
    do {
      for await observed in observation.updates {
        try writer?.write(observed)
        screen.yield(observed)
      }
      if isInterrupted() { session.cancel() }
      screen.finish()
    } catch {
      session.cancel()
      _ = await session.result
      throw error
    }
    try await withTaskCancellationHandler {
      try await session.value
    } onCancel: {
      session.cancel()
    }
  }

  /// Prints lines at once, also into a pipe.
  private static func print(_ lines: [String]) throws {
    let text = lines.map { $0 + "\n" }.joined()
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw Failure("standard output was closed by its reader: the demo ended")
    }
  }
}
