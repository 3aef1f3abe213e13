package import Moves
import Wire

/// Reads a recording, a file of JSON Lines or a folder of CSV files, as the steps that were written.
package final class RecordReader {
  private let steps: any RecordedSteps

  /// - Parameter path: a file, a folder, or `-` for the standard input.
  package init(path: String) throws(RecordError) {
    steps =
      RecordInput.isFolder(path) ? try FolderSteps(path: path) : try LineSteps(path: path)
  }

  /// The points of the recording. One that nothing describes has the role of its name.
  package var points: [RecordedPoint] { steps.points }

  /// The next step; nil at the end.
  package func next() throws(RecordError) -> Observed? { try steps.next() }
}

protocol RecordedSteps: AnyObject {
  var points: [RecordedPoint] { get }
  func next() throws(RecordError) -> Observed?
}

/// The steps of a file of JSON Lines.
final class LineSteps: RecordedSteps {
  private(set) var points: [RecordedPoint]
  private var input: RecordInput
  private var stream: RecordStream
  /// Steps that were read and not asked for, the latest first.
  private var waiting: [Observed] = []
  private var isAtEnd = false

  init(path: String) throws(RecordError) {
    input = try RecordInput(reading: path)
    stream = RecordStream(path: path)
    points = []
    try refill()
    points = stream.points
    guard points.isEmpty, path != "-" else { return }
    points = try Self.survey(path)
    input = try RecordInput(reading: path)
    stream = RecordStream(path: path, points: points)
    waiting = []
    isAtEnd = false
  }

  func next() throws(RecordError) -> Observed? {
    try refill()
    return waiting.popLast()
  }

  private func refill() throws(RecordError) {
    while waiting.isEmpty, !isAtEnd {
      let bytes = try input.read()
      isAtEnd = bytes.isEmpty
      var steps = try stream.take(bytes)
      if isAtEnd, let last = stream.finish() { steps.append(last) }
      waiting = steps.reversed()
    }
  }

  private static func survey(_ path: String) throws(RecordError) -> [RecordedPoint] {
    let input = try RecordInput(reading: path)
    var stream = RecordStream(path: path)
    var survey = PointSurvey()
    while true {
      let bytes = try input.read()
      if bytes.isEmpty { return survey.points }
      for record in try stream.records(in: bytes) { survey.take(record) }
    }
  }
}

/// The steps of a folder of CSV files: intervals and totals in their order, and with them the marks
/// and moves up to their end.
final class FolderSteps: RecordedSteps {
  let points: [RecordedPoint]
  private let intervals: CSVRows<IntervalRecord>
  private let totals: CSVRows<TotalRecord>
  private var nextInterval: IntervalRecord?
  private var nextTotal: TotalRecord?
  /// Not handed over yet, the latest first.
  private var marks: [Mark]
  private var moves: [Move]
  private var assembler: StepAssembler

  init(path: String) throws(RecordError) {
    guard RecordInput.exists(path + "/" + Schema.intervals.file) else {
      throw .notARecording(path: path, reason: "there is no \(Schema.intervals.file) in it")
    }
    intervals = try CSVRows(Schema.intervals, folder: path)
    totals = try CSVRows(Schema.totals, folder: path)
    marks = try Self.all(Schema.marks, in: path).sorted { $0.time < $1.time }.reversed()
    moves = try Self.all(Schema.moves, in: path).sorted { $0.firstAfter < $1.firstAfter }.reversed()
    let described = try Self.all(Schema.meta, in: path)
    points = described.isEmpty ? try Self.survey(path) : described
    assembler = StepAssembler(points: points)
    nextInterval = try intervals.next()
    nextTotal = try totals.next()
  }

  func next() throws(RecordError) -> Observed? {
    let length = points.map(\.interval).max() ?? .zero
    let start = [nextInterval?.time, nextTotal?.time].compactMap(\.self).min()
    while let row = nextInterval, row.time == start {
      _ = assembler.take(.interval(row))
      nextInterval = try intervals.next()
    }
    while let row = nextTotal, row.time == start {
      _ = assembler.take(.total(row))
      nextTotal = try totals.next()
    }
    while let mark = marks.last, start.map({ mark.time < $0 + length }) ?? true {
      _ = assembler.take(.mark(mark))
      marks.removeLast()
    }
    while let move = moves.last, start.map({ move.firstAfter < $0 + length }) ?? true {
      _ = assembler.take(.move(move))
      moves.removeLast()
    }
    return assembler.finish()
  }

  /// All rows of a file that may be missing.
  private static func all<Row>(
    _ table: Table<Row>, in folder: String
  ) throws(RecordError) -> [Row] {
    guard RecordInput.exists(folder + "/" + table.file) else { return [] }
    let rows = try CSVRows(table, folder: folder)
    var all: [Row] = []
    while let row = try rows.next() { all.append(row) }
    return all
  }

  private static func survey(_ folder: String) throws(RecordError) -> [RecordedPoint] {
    var survey = PointSurvey()
    for row in try all(Schema.intervals, in: folder) { survey.take(.interval(row)) }
    for row in try all(Schema.totals, in: folder) { survey.take(.total(row)) }
    return survey.points
  }
}
