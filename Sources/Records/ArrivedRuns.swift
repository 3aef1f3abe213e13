import Sequences
import Streams
import Wire

/// Which numbers arrived in an interval: in CSV `first-last@first_time/last_time`, joined by `;`, with
/// `...` at the end of a list that was cut; in JSON `[[first,last,first_time,last_time],…]`.
struct ArrivedRuns: Equatable {
  var runs: [NumberRun]
  /// JSON says it in a key of its own.
  var wereCut = false
}

extension ArrivedRuns {
  /// Numbers that are exact in every JSON reader, and whose sums do not overflow.
  private static let limits = -Int64(Int.recordLimit)...Int64(Int.recordLimit)

  /// The runs of these figures, without those beyond the limits: such a list is cut.
  init(_ figures: SequenceFigures) {
    runs = figures.runs.filter { Self.limits ~= $0.first && Self.limits ~= $0.last }
    wereCut = figures.runsWereCut || runs.count < figures.runs.count
  }

  /// How many of the runs are of earlier epochs.
  static func formerCount(_ figures: SequenceFigures) -> Int {
    figures.runs.prefix(figures.formerRuns)
      .count { limits ~= $0.first && limits ~= $0.last }
  }
}

extension ArrivedRuns: RecordValue {
  init?(text: String) {
    self.init(runs: [])
    var parts = text.split(separator: ";")
    if parts.last == "..." {
      wereCut = true
      parts.removeLast()
    }
    for part in parts {
      let sides = part.split(separator: "@")
      guard sides.count == 2 else { return nil }
      let times = sides[1].split(separator: "/")
      // A number can be negative: the dash between the two is never the first character.
      guard times.count == 2, let dash = sides[0].dropFirst().firstIndex(of: "-"),
        let first = Int64(sides[0][..<dash]),
        let last = Int64(sides[0][dash...].dropFirst()),
        let firstTime = Timestamp(String(times[0])), let lastTime = Timestamp(String(times[1])),
        append(first, last, firstTime, lastTime)
      else { return nil }
    }
  }

  init?(json: JSONValue) {
    guard case .array(let elements) = json else { return nil }
    self.init(runs: [])
    for element in elements {
      guard case .array(let parts) = element, parts.count == 4,
        let first = Int64(json: parts[0]), let last = Int64(json: parts[1]),
        let firstTime = Timestamp(json: parts[2]), let lastTime = Timestamp(json: parts[3]),
        append(first, last, firstTime, lastTime)
      else { return nil }
    }
  }

  func appendText(to line: inout [UInt8]) {
    line.append(runs, separator: ";") { run, line in
      line.append(decimal: run.first)
      line.append(ascii: "-")
      line.append(decimal: run.last)
      line.append(ascii: "@")
      run.firstTime.append(to: &line)
      line.append(ascii: "/")
      run.lastTime.append(to: &line)
    }
    if wereCut { line.append(runs.isEmpty ? "..." : ";...") }
  }

  func appendJSON(to line: inout [UInt8]) {
    JSONValue.appendList(runs, to: &line) { run, line in
      line.append(ascii: "[")
      line.append(decimal: run.first)
      line.append(ascii: ",")
      line.append(decimal: run.last)
      line.append(ascii: ",")
      run.firstTime.appendJSON(to: &line)
      line.append(ascii: ",")
      run.lastTime.appendJSON(to: &line)
      line.append(ascii: "]")
    }
  }

  /// False where the run would be backwards or beyond the limit.
  private mutating func append(
    _ first: Int64, _ last: Int64, _ firstTime: Timestamp, _ lastTime: Timestamp
  ) -> Bool {
    guard first <= last, Self.limits ~= first, Self.limits ~= last else { return false }
    runs.append(NumberRun(first: first, last: last, firstTime: firstTime, lastTime: lastTime))
    return true
  }
}
