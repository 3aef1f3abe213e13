package import Moves
import Synchronization
package import Wire

/// Where records go. Each step is written at once, and a record whole or not at all.
package protocol RecordWriter: AnyObject {
  /// Writes the records of a step.
  func write(_ observed: Observed) throws(RecordError)
}

/// A recording as a folder of CSV files: `meta.csv`, `intervals.csv`, `totals.csv`, `marks.csv` and
/// `moves.csv`, each with its header from the start.
package final class CSVFolder: RecordWriter {
  private var intervals: RecordFile
  private var totals: RecordFile
  private var marks: RecordFile
  private var moves: RecordFile

  /// Makes the folder, if it is not there yet. One that holds a recording is left as it is.
  package init(_ path: String, points: [RecordedPoint]) throws(RecordError) {
    try RecordFile.makeFolder(path)
    intervals = try RecordFile(writing: path + "/" + Schema.intervals.file)
    totals = try RecordFile(writing: path + "/" + Schema.totals.file)
    marks = try RecordFile(writing: path + "/" + Schema.marks.file)
    moves = try RecordFile(writing: path + "/" + Schema.moves.file)
    var meta = try RecordFile(writing: path + "/" + Schema.meta.file)
    try meta.append(Schema.meta.header + points.map(Schema.meta.csv).joined())
    try intervals.append(Schema.intervals.header)
    try totals.append(Schema.totals.header)
    try marks.append(Schema.marks.header)
    try moves.append(Schema.moves.header)
  }

  package func write(_ observed: Observed) throws(RecordError) {
    var lines = (intervals: "", totals: "", marks: "", moves: "")
    for record in Record.records(of: observed) {
      switch record {
      case .meta, .answer, .late: break
      case .interval(let row): lines.intervals += Schema.intervals.csv(row)
      case .total(let row): lines.totals += Schema.totals.csv(row)
      case .mark(let row): lines.marks += Schema.marks.csv(row)
      case .move(let row): lines.moves += Schema.moves.csv(row)
      }
    }
    try intervals.append(lines.intervals)
    try totals.append(lines.totals)
    try marks.append(lines.marks)
    try moves.append(lines.moves)
  }
}

/// A recording as one file of JSON objects, one a line. Any thread may write to it.
package final class JSONLines: RecordWriter, Sendable {
  private struct State: ~Copyable {
    var file: RecordFile
    /// Everything before this moment has been written.
    var upTo: Timestamp?
  }

  private let state: Mutex<State>

  /// - Parameter path: a file, which is not overwritten, or `-` for the standard output.
  package init(_ path: String, points: [RecordedPoint]) throws(RecordError) {
    var file = try RecordFile(writing: path)
    try file.append(points.map { Record.meta($0).json }.joined())
    state = Mutex(State(file: file))
  }

  package func write(_ observed: Observed) throws(RecordError) {
    let lines = Record.records(of: observed).map(\.json).joined()
    try state.withLock { state throws(RecordError) in
      try state.file.append(lines)
      state.upTo = observed.upTo
    }
  }

  /// Answers a request between two records.
  package func answer(
    _ request: ClockRequest, receivedAt received: Timestamp, bootIdentifier: String?
  ) throws(RecordError) {
    try state.withLock { state throws(RecordError) in
      let answer = ClockAnswer(
        request: request.sent, received: received, sent: .now, upTo: state.upTo,
        bootIdentifier: bootIdentifier)
      try state.file.append(Record.answer(answer).json)
    }
  }
}

extension Record {
  /// The record's line in JSON Lines.
  package var json: String {
    switch self {
    case .meta(let row): Schema.meta.json(row)
    case .interval(let row): Schema.intervals.json(row)
    case .total(let row): Schema.totals.json(row)
    case .mark(let row): Schema.marks.json(row)
    case .move(let row): Schema.moves.json(row)
    case .answer(let row): Schema.answers.json(row)
    case .late(let row): Schema.late.json(row)
    }
  }
}

extension Move {
  /// What a record of the move says in JSON, without its kind.
  package var json: JSONValue { .object(Schema.moves.members(self)) }

  /// The record's line in CSV, and the header above it.
  package var csv: String { Schema.moves.csv(self) }
  package static var csvHeader: String { Schema.moves.header }
}

extension Mark {
  /// What a record of the mark says in JSON, without its kind.
  package var json: JSONValue { .object(Schema.marks.members(self)) }
}
