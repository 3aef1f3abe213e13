import ArgumentParser
import Capture
import Foundation
import Observation
import Records
import Streams
import Wire

/// What went wrong at the points of an observation, told on standard error: each once.
struct PointFailures {
  private var told: Set<String> = []
  /// Whether it was told that packets could not be kept.
  private var toldKeeping = false
  /// The absences of each point that were told, and how many of them were told to be over.
  private var absences: [String: (begun: Int, over: Int)] = [:]

  /// Tells what happened to the points' data before their time, as soon as that is known.
  mutating func tellEnds(_ observation: Observation) async {
    for (point, report) in await observation.reports {
      tellAbsence(of: point, report)
      if let failure = Failure(earlyEndOf: point, report) { tell(failure) }
      // A disk is full for all of them: one line is enough.
      if let failure = report.keepingFailure, !toldKeeping {
        tell(Failure("all packets are counted, but not all are kept: \(Failure(failure))"))
        toldKeeping = true
      }
    }
  }

  /// Writes into the folder in which packets are kept, and fails without a further line where that was
  /// told of them: what keeps packets from the disk keeps the rest from it too.
  func besideKeeping(_ write: () throws -> Void) throws {
    do {
      try write()
    } catch  where toldKeeping {
      throw ExitCode.failure
    }
  }

  /// Tells what is left to be told at the end, and fails where anything went wrong that is not over.
  mutating func conclude(_ observation: Observation) async throws {
    await tellEnds(observation)
    let reports = await observation.reports
    if !told.isEmpty || reports.contains(where: { $0.report.awaySince != nil }) {
      throw ExitCode.failure
    }
  }

  private mutating func tell(_ failure: Failure) {
    if told.insert(failure.description).inserted { note(failure.description) }
  }

  private mutating func tellAbsence(of point: Point, _ report: PointReport) {
    guard let absence = report.absence else { return }
    var known = absences[point.name] ?? (0, 0)
    if known.begun < report.absences {
      let way = absence.reason.isOfProgram ? "it tells again" : "it can be captured again"
      note("\(point.name): \(Failure(absence.reason)); it is blind until \(way)")
      known.begun = report.absences
    }
    if let end = absence.end, known.over < report.absences {
      let time = Quantity.decimal((end - absence.start).milliseconds, places: 0)
      let way = absence.reason.isOfProgram ? "tells again" : "captured again"
      note("\(point.name): \(way), it was blind for \(time) ms")
      known.over = report.absences
    }
    absences[point.name] = known
  }
}

extension Observation {
  /// The names of the points whose capture ended before its time.
  var endedEarly: [String] {
    reports.filter { Failure(earlyEndOf: $0.point, $0.report) != nil }.map(\.point.name)
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

extension CaptureError {
  /// Whether it is of a program that observes elsewhere.
  fileprivate var isOfProgram: Bool {
    if case .noData = self { true } else { false }
  }
}
