package import Moves
import Synchronization
package import Wire

/// Where records go. A step is written before the next one comes; where it does not all fit, none of it stays in a
/// file.
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
    try meta.writeStep { meta throws(RecordError) in
      try meta.append { line in
        line.append(Schema.meta.header)
        for point in points { Schema.meta.appendCSV(point, to: &line) }
      }
    }
    try writeStep { () throws(RecordError) in
      try intervals.append { $0.append(Schema.intervals.header) }
      try totals.append { $0.append(Schema.totals.header) }
      try marks.append { $0.append(Schema.marks.header) }
      try moves.append { $0.append(Schema.moves.header) }
    }
  }

  package func write(_ observed: Observed) throws(RecordError) {
    try writeStep { () throws(RecordError) in
      try Record.forEach(of: observed) { record throws(RecordError) in
        switch record {
        case .meta, .answer, .late: break
        case .interval(let row): try intervals.append { Schema.intervals.appendCSV(row, to: &$0) }
        case .total(let row): try totals.append { Schema.totals.appendCSV(row, to: &$0) }
        case .mark(let row): try marks.append { Schema.marks.appendCSV(row, to: &$0) }
        case .move(let row): try moves.append { Schema.moves.appendCSV(row, to: &$0) }
        }
      }
    }
  }

  /// Writes a step to all files; where it does not fit into one of them, none of it stays in any.
  private func writeStep(_ append: () throws(RecordError) -> Void) throws(RecordError) {
    do throws(RecordError) {
      try append()
      try intervals.finishStep()
      try totals.finishStep()
      try marks.finishStep()
      try moves.finishStep()
    } catch {
      intervals.cutBack()
      totals.cutBack()
      marks.cutBack()
      moves.cutBack()
      throw error
    }
    intervals.keepStep()
    totals.keepStep()
    marks.keepStep()
    moves.keepStep()
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
    try file.writeStep { file throws(RecordError) in
      for point in points { try file.append(Record.meta(point).appendJSON) }
    }
    state = Mutex(State(file: file))
  }

  package func write(_ observed: Observed) throws(RecordError) {
    try state.withLock { state throws(RecordError) in
      try state.file.writeStep { file throws(RecordError) in
        try Record.forEach(of: observed) { record throws(RecordError) in
          try file.append(record.appendJSON)
        }
      }
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
      try state.file.writeStep { file throws(RecordError) in
        try file.append(Record.answer(answer).appendJSON)
      }
    }
  }
}

extension Record {
  /// The record's line in JSON Lines.
  package var json: String { String(appendJSON) }

  fileprivate func appendJSON(to line: inout [UInt8]) {
    switch self {
    case .meta(let row): Schema.meta.appendJSON(row, to: &line)
    case .interval(let row): Schema.intervals.appendJSON(row, to: &line)
    case .total(let row): Schema.totals.appendJSON(row, to: &line)
    case .mark(let row): Schema.marks.appendJSON(row, to: &line)
    case .move(let row): Schema.moves.appendJSON(row, to: &line)
    case .answer(let row): Schema.answers.appendJSON(row, to: &line)
    case .late(let row): Schema.late.appendJSON(row, to: &line)
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
