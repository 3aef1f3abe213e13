import Wire

/// What a hypervisor tells of a migration that it made. The shuttle and the demo write it at the end of the mark that they
/// put down after a migration, from which everything that shows moves reads it.
package struct MigrationFigures: Hashable, Sendable {
  /// From the migration's beginning to its end.
  package var total: Duration?
  /// How long the guest stood still, by the hypervisor's own measure.
  package var downtime: Duration?
  /// How often its memory was gone through.
  package var rounds: Int?

  package init(total: Duration? = nil, downtime: Duration? = nil, rounds: Int? = nil) {
    self.total = total
    self.downtime = downtime
    self.rounds = rounds
  }
}

/// Their text, in parentheses: `(total 612 ms, downtime 3 ms, 4 rounds)`; empty where nothing is known.
extension MigrationFigures: CustomStringConvertible {
  package var description: String {
    let parts = [
      total.map { "total \(Self.milliseconds($0)) ms" },
      downtime.map { "downtime \(Self.milliseconds($0)) ms" },
      rounds.map { "\($0) \($0 == 1 ? "round" : "rounds")" },
    ].compactMap(\.self)
    return parts.isEmpty ? "" : "(\(parts.joined(separator: ", ")))"
  }

  /// Reads them from the end of a mark's text; nil where it does not end with any.
  package init?(markText text: String) {
    guard text.last == ")", let start = text.lastIndex(of: "(") else { return nil }
    self.init()
    for part in text[text.index(after: start)...].dropLast().split(separator: ",") {
      let words = part.split(separator: " ")
      switch (words.first, words.last) {
      case ("total", "ms") where words.count == 3:
        guard let value = Int32(words[1]), value >= 0 else { return nil }
        total = .milliseconds(value)
      case ("downtime", "ms") where words.count == 3:
        guard let value = Int32(words[1]), value >= 0 else { return nil }
        downtime = .milliseconds(value)
      case (_, "round"), (_, "rounds"):
        guard words.count == 2, let value = Int32(words[0]), value >= 0 else { return nil }
        rounds = Int(value)
      default: return nil
      }
    }
    guard self != MigrationFigures() else { return nil }
  }

  private static func milliseconds(_ time: Duration) -> Int {
    Int((time / .milliseconds(1)).rounded())
  }
}

/// Gives each move the figures of its migration: those of the first mark that has any from the stream's last packet on the
/// old server on. A mark that comes after its move was told is too late for it.
package struct MigrationMarks: Sendable {
  private var marks: [(time: Timestamp, figures: MigrationFigures)] = []

  package init() {}

  package mutating func take(_ mark: Mark) {
    guard mark.kind == .user, case .text(let text)? = mark.detail.first?.value,
      let figures = MigrationFigures(markText: text)
    else { return }
    marks.append((mark.time, figures))
    // Moves are told within seconds: those before are of no use any more.
    if marks.count > 64 { marks.removeFirst(32) }
  }

  package func figures(of move: Move) -> MigrationFigures? {
    marks.first { $0.time >= move.lastBefore }?.figures
  }
}

extension [Move] {
  /// Gives moves without figures those of marks that came when they had been told: the first from the stream's last
  /// packet on the old server until its last one on the next.
  package mutating func completeMigrations(by marks: [Mark]) {
    for index in indices where self[index].migration == MigrationFigures() {
      let end = self[(index + 1)...].first { $0.stream == self[index].stream }?.lastBefore
      var late = MigrationMarks()
      for mark in marks where end.map({ mark.time < $0 }) ?? true { late.take(mark) }
      self[index].migration = late.figures(of: self[index]) ?? MigrationFigures()
    }
  }
}
