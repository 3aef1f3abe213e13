import Moves
import Wire

/// The steps of a folder of CSV files: intervals and totals of one time, and the marks and moves that
/// were written with them.
final class FolderSteps: RecordedSteps {
  let points: [RecordedPoint]
  private let length: Duration
  private let intervals: CSVRows<IntervalRecord>
  private let totals: CSVRows<TotalRecord>
  private let marks: CSVRows<Mark>?
  private let moves: CSVRows<Move>?
  private var assembler: StepAssembler

  init(path: String) throws(RecordError) {
    guard RecordInput.exists(path + "/" + Schema.intervals.file) else {
      throw .notARecording(
        path: path,
        reason: "there is no \(Schema.intervals.file) in it; captures are named as files")
    }
    intervals = try CSVRows(Schema.intervals, folder: path)
    totals = try CSVRows(Schema.totals, folder: path)
    marks = try CSVRows(ifThere: Schema.marks, folder: path)
    moves = try CSVRows(ifThere: Schema.moves, folder: path)
    points = try Self.points(in: path)
    length = points.map(\.interval).max() ?? .zero
    assembler = StepAssembler(points: points)
    if let failure { throw failure }
  }

  /// Why one of the files cannot be read further: no step begins behind it.
  private var failure: RecordError? {
    intervals.failure ?? totals.failure ?? marks?.failure ?? moves?.failure
  }

  func next() throws(RecordError) -> Observed? {
    if let failure { throw failure }
    let start = [intervals.upcoming?.time, totals.upcoming?.time].compactMap(\.self).min()
    while let row = intervals.upcoming, row.time == start {
      _ = assembler.take(.interval(row))
      intervals.advance()
    }
    while let row = totals.upcoming, row.time == start {
      _ = assembler.take(.total(row))
      totals.advance()
    }
    let end = start.map { $0 + length }
    takeMarks(before: end)
    while let move = moves?.upcoming, end.map({ move.firstAfter < $0 }) ?? true {
      _ = assembler.take(.move(move))
      moves?.advance()
    }
    if let step = assembler.finish() { return step }
    if let failure { throw failure }
    return nil
  }

  /// Takes the marks of a step, in the order of the file: a step has its marks in the order of time,
  /// so that one older than the mark before it belongs to a later step, as where a stream had left.
  ///
  /// Marks of users and of moves may have any date: they go with the mark that they stand behind.
  private func takeMarks(before end: Timestamp?) {
    var latest: Timestamp?
    while let mark = marks?.upcoming {
      if let end, mark.kind != .user, mark.kind != .moved {
        guard mark.time < end, latest.map({ mark.time >= $0 }) ?? true else { return }
        latest = mark.time
      }
      _ = assembler.take(.mark(mark))
      marks?.advance()
    }
  }

  private static func points(in folder: String) throws(RecordError) -> [RecordedPoint] {
    var described: [RecordedPoint] = []
    if let rows = try CSVRows(ifThere: Schema.meta, folder: folder) {
      while let row = rows.upcoming {
        guard row.version <= RecordedPoint.version else {
          throw .newerVersion(path: folder, version: row.version)
        }
        described.append(row)
        rows.advance()
      }
      if let failure = rows.failure { throw failure }
    }
    return described.isEmpty ? try survey(folder) : described
  }

  private static func survey(_ folder: String) throws(RecordError) -> [RecordedPoint] {
    var survey = PointSurvey()
    let intervals = try CSVRows(Schema.intervals, folder: folder)
    while let row = intervals.upcoming {
      survey.take(.interval(row))
      intervals.advance()
    }
    let totals = try CSVRows(Schema.totals, folder: folder)
    while let row = totals.upcoming {
      survey.take(.total(row))
      totals.advance()
    }
    return survey.points
  }
}
