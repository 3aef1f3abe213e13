package import Moves
package import Wire

/// Reads JSON Lines as they come, from a file or a program, and gives back the steps in them.
///
/// Keys and kinds of records that it does not know are passed over. A line without its end is not
/// read: the writer was stopped in the middle of it, or is not done yet.
package struct RecordStream: Sendable {
  /// A longer line is no record. The longest that a `RecordWriter` gives is a small part of it.
  static let longestLine = 1 << 24

  private let path: String
  private var partial: [UInt8] = []
  private var line = 0
  private var assembler: StepAssembler
  /// The points of the recording, as far as it was read; complete once there is a step.
  package private(set) var points: [RecordedPoint]
  /// Answers that came and were not taken yet.
  package var answers: [ClockAnswer] = []
  /// Everything before this moment was handed over, as far as that is known.
  package private(set) var closedUpTo: Timestamp?
  /// What ended the reading before its time, such as a line that is no record: nothing behind it is
  /// read.
  package private(set) var failure: RecordError?

  /// - Parameters:
  ///   - path: what errors name.
  ///   - points: what is known of the points beforehand, for a recording that does not tell.
  package init(path: String, points: [RecordedPoint] = []) {
    self.path = path
    self.points = points
    assembler = StepAssembler(points: points)
  }

  /// Takes the next bytes, and gives the steps that ended in them.
  package mutating func take(_ bytes: [UInt8]) -> [Observed] {
    var steps: [Observed] = []
    for record in records(in: bytes) {
      if let step = assembler.take(record) { steps.append(step) }
      switch record {
      case .interval(let row): close(upTo: row.time)
      case .total(let row): close(upTo: row.time)
      case .answer(let answer):
        answers.append(answer)
        if let upTo = answer.upTo { close(upTo: upTo) }
      case .meta, .mark, .move, .late: break
      }
    }
    return steps
  }

  private mutating func close(upTo time: Timestamp) {
    closedUpTo = max(closedUpTo ?? time, time)
  }

  /// The step as far as it has come: at the end, or where the writer is known to have written it.
  package mutating func finish() -> Observed? { assembler.finish() }

  /// The records of the lines that end in these bytes.
  mutating func records(in bytes: [UInt8]) -> [Record] {
    var records: [Record] = []
    var rest = bytes[...]
    while failure == nil, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      guard partial.count + end - rest.startIndex <= Self.longestLine else { break }
      partial += rest[..<end]
      rest = rest[(end + 1)...]
      line += 1
      do throws(RecordError) {
        if let record = try record(partial) {
          if case .meta(let point) = record { points.append(point) }
          records.append(record)
        }
      } catch { failure = error }
      partial.removeAll(keepingCapacity: true)
    }
    guard failure == nil else { return records }
    // No more is kept of a line than makes it too long.
    partial += rest.prefix(Self.longestLine + 1 - partial.count)
    if partial.count > Self.longestLine {
      partial = []
      line += 1
      failure = malformed("it is longer than \(Self.longestLine) bytes")
    }
    return records
  }

  private func record(_ bytes: [UInt8]) throws(RecordError) -> Record? {
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { return nil }
    guard let members = JSONValue.members(of: bytes) else { throw malformed("no JSON object") }
    guard case .string(let kind)? = members.first(where: { $0.name == "record" })?.value else {
      throw malformed("no \"record\"")
    }
    // What a newer version says of its points may be anything.
    if kind == Schema.meta.kind, let version = members.first(where: { $0.name == "version" }),
      let number = Int(json: version.value), number > RecordedPoint.version
    {
      throw .newerVersion(path: path, version: number)
    }
    do throws(ColumnError) { return try Record(kind: kind, members: members) } catch {
      throw malformed("\"\(error.name)\" of a record \"\(kind)\"")
    }
  }

  private func malformed(_ reason: String) -> RecordError {
    .malformed(path: path, line: line, reason: reason)
  }
}

extension Record {
  /// Nil for a kind that is not known.
  init?(kind: String, members: [JSONValue.Member]) throws(ColumnError) {
    switch kind {
    case Schema.meta.kind: self = .meta(try Schema.meta.row(members: members))
    case Schema.intervals.kind: self = .interval(try Schema.intervals.row(members: members))
    case Schema.totals.kind: self = .total(try Schema.totals.row(members: members))
    case Schema.marks.kind: self = .mark(try Schema.marks.row(members: members))
    case Schema.moves.kind: self = .move(try Schema.moves.row(members: members))
    case Schema.late.kind: self = .late(try Schema.late.row(members: members))
    case Schema.answers.kind: self = .answer(try Schema.answers.row(members: members))
    default: return nil
    }
  }
}
