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
    guard showsDashboard else {
      return try await keep(observation.updates, with: writer) {
        try Self.print(DemoText.lines(of: $0))
      }
    }
    let (shown, screen) = AsyncStream.makeStream(of: Observed.self)
    let session = Task {
      defer { observation.stop() }
      try await TerminalSession(points: observation.points.map(\.point)).run(
        shown, mark: { observation.mark($0) }, stop: { observation.stop() })
    }
    do {
      try await keep(observation.updates, with: writer) { screen.yield($0) }
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

  private func keep(
    _ updates: AsyncStream<Observed>, with writer: CSVFolder?, showing: (Observed) throws -> Void
  ) async throws {
    for await observed in updates {
      try writer?.write(observed)
      try showing(observed)
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
