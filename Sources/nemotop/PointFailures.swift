import ArgumentParser
import Capture
import Observation
import Streams

/// What went wrong at the points of an observation, told on standard error: each once.
struct PointFailures {
  private var told: Set<String> = []

  /// Tells which points' data ended before their time, as soon as that is known.
  mutating func tellEnds(_ observation: Observation) async {
    for (point, report) in await observation.reports {
      if let failure = Failure(earlyEndOf: point, report) { tell(failure) }
    }
  }

  /// Tells what is left to be told at the end, and fails where anything went wrong.
  mutating func conclude(_ observation: Observation) async throws {
    await tellEnds(observation)
    let unkept = await observation.reports.filter { $0.report.keepingFailure != nil }
    if let failure = unkept.first?.report.keepingFailure {
      // A disk is full for all of them: one line is enough.
      let names = unkept.map(\.point.name).joined(separator: ", ")
      tell(
        Failure("all packets are counted, but those of \(names) not all kept: \(Failure(failure))"))
    }
    if !told.isEmpty { throw ExitCode.failure }
  }

  private mutating func tell(_ failure: Failure) {
    if told.insert(failure.description).inserted { note(failure.description) }
  }
}

extension Failure {
  /// Why a point's capture ended before its time; nil where it did not.
  fileprivate init?(earlyEndOf point: Point, _ report: PointReport) {
    if let failure = report.failure {
      self.init("\(point.name) ended early: \(Failure(failure).description)")
    } else if report.wasCut {
      self.init(
        "\(point.name) ended early: the file is cut in the middle of a packet; the "
          + "\(report.packets) packets before it are counted")
    } else {
      return nil
    }
  }
}
