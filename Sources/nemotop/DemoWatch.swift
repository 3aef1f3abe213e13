import Dashboard
import Foundation
import Moves
import Observation
import Records
import Report
import Streams

/// Keeps what a demo's points see, and shows it: in the dashboard, or as lines of text.
struct DemoWatch: Sendable {
  /// Where the records go, if anywhere.
  var folder: String?
  var showsDashboard: Bool
  /// How the dashboard looks.
  var screen = TerminalSession(points: [])
  /// Whether the demo was asked to end: then the dashboard ends with it.
  var isInterrupted: @Sendable () -> Bool

  /// Where the report goes, if anywhere.
  var reportFile: ReportFile? { folder.map { ReportFile(path: $0 + "/report.html") } }

  /// Goes on until the observation ends, or the user ends the dashboard.
  func watch(_ observation: Observation) async throws {
    let writer = try folder.map { try CSVFolder($0, points: observation.points) }
    try reportFile?.check()
    var report = folder.map { _ in ReportBuilder(points: observation.points) }
    let marks = MarkSocket { observation.mark($0) }
    defer { marks?.close() }
    var failures = PointFailures()
    if showsDashboard {
      try await show(observation, keepingWith: writer, in: &report)
    } else {
      for await observed in observation.updates {
        try failures.besideKeeping { try writer?.write(observed) }
        report?.take(observed)
        try Self.print(DemoText.lines(of: observed))
        await failures.tellEnds(observation)
      }
    }
    await failures.tellEnds(observation)
    if let content = report?.finish() {
      try failures.besideKeeping { try reportFile?.write(content.html()) }
    }
    try await failures.conclude(observation)
  }

  /// Shows the dashboard, which has the terminal until it ends.
  private func show(
    _ observation: Observation, keepingWith writer: CSVFolder?, in report: inout ReportBuilder?
  ) async throws {
    let (shown, screen) = AsyncStream.makeStream(of: Observed.self)
    let session = Task {
      defer { observation.stop() }
      var session = self.screen
      session.points = observation.points.map(\.point)
      try await session.run(
        shown, mark: { observation.mark($0) }, stop: { observation.stop() })
    }
    do {
      for await observed in observation.updates {
        try writer?.write(observed)
        report?.take(observed)
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

  /// Says where the report is: the demo's last line.
  func tellReport() throws {
    guard let reportFile, FileManager.default.fileExists(atPath: reportFile.path) else { return }
    try Self.print(["report: \(reportFile.path)"])
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
