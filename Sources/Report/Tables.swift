import Moves
import Records
import Streams
import Wire

/// A table as HTML has it: a caption, column headers, and rows that begin with a header of their own.
struct HTMLTable {
  /// What stands in a cell.
  enum Cell {
    case text(String)
    /// A count; nil is not known.
    case count(Int?)
    /// A figure that is text already.
    case figure(String)
    /// A duration in ms; nil is not known. The cell keeps the exact value beside the one to read.
    case milliseconds(Duration?)
    /// A moment of the day; nil is not known.
    case clock(Timestamp?)

    var isUnknown: Bool {
      switch self {
      case .text(let text), .figure(let text): text == Wording.unknown || text == "±?"
      case .count(let count): count == nil
      case .milliseconds(let span): span == nil
      case .clock(let time): time == nil
      }
    }
  }

  let caption: String
  private(set) var headings: [String]
  var rows: [[Cell]] = []
  /// How many cells of a row name it, from the first on.
  let namingCells: Int

  init(caption: String, headings: [String], namingCells: Int = 1) {
    self.caption = caption
    self.headings = headings
    self.namingCells = namingCells
  }

  /// Whether nothing is left but what names a row.
  var isEmpty: Bool { headings.count <= namingCells }

  /// Takes out the columns of which nothing is known in any row, and gives their headings.
  mutating func dropUnknown() -> [String] {
    guard !rows.isEmpty else { return [] }
    let dropped = headings.indices.filter { column in
      column >= namingCells && rows.allSatisfy { $0[column].isUnknown }
    }
    let names = dropped.map { headings[$0] }
    for column in dropped.reversed() {
      headings.remove(at: column)
      for row in rows.indices { rows[row].remove(at: column) }
    }
    return names
  }

  func write(into document: inout Markup) {
    // What is wider than the screen is moved sideways, with the keyboard as well.
    document.element(
      "div", ["class": "wide-table", "role": "region", "aria-label": caption, "tabindex": "0"]
    ) { region in
      region.element("table") { table in
        table.element("caption", caption)
        table.element("thead") { head in
          head.element("tr") { row in
            for (column, heading) in headings.enumerated() {
              row.element(
                "th", ["scope": "col", "class": isOfNumbers(column) ? "number" : "words"], heading)
            }
          }
        }
        table.element("tbody") { body in
          for cells in rows {
            body.element("tr") { row in
              for (index, cell) in cells.enumerated() {
                write(cell, isHeader: index < namingCells, into: &row)
              }
            }
          }
        }
      }
    }
  }

  private func isOfNumbers(_ column: Int) -> Bool {
    column >= namingCells && !rows.isEmpty
      && rows.allSatisfy { row in
        switch row[column] {
        case .count, .figure, .milliseconds: true
        case .text, .clock: false
        }
      }
  }

  private func write(_ cell: Cell, isHeader: Bool, into row: inout Markup) {
    if isHeader {
      row.element("th", ["scope": "row"], Self.text(cell))
      return
    }
    switch cell {
    case .text(let text):
      row.element("td", text)
    case .figure(let text):
      row.element("td", ["class": "number"], text)
    case .count(let count?):
      row.element("td", ["class": "number"], Wording.count(count))
    case .milliseconds(let span?):
      row.element("td", ["class": "number"]) { cell in
        cell.element("data", ["value": span.exactMilliseconds], Wording.milliseconds(span))
      }
    case .clock(let time?):
      row.element("td") { cell in
        cell.element("time", ["datetime": "\(time)"], Wording.clock(time, places: 3))
      }
    case .count(nil), .milliseconds(nil), .clock(nil):
      row.element("td", ["class": "unknown"]) { cell in
        cell.element("abbr", ["title": "not known"], Wording.unknown)
      }
    }
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .text(let text), .figure(let text): text
    case .count(let count): count.map { Wording.count($0) } ?? Wording.unknown
    case .milliseconds(let span): span.map(Wording.milliseconds) ?? Wording.unknown
    case .clock(let time): time.map { Wording.clock($0, places: 3) } ?? Wording.unknown
    }
  }
}

extension HTMLTable {
  /// The most rows of any table.
  static let mostRows = 1000

  /// What a stream came to at each place.
  static func stream(_ stream: ReportContent.Stream, in content: ReportContent) -> HTMLTable {
    let numbers =
      stream.payload == .unknown ? "without numbers" : "numbers of \(stream.payload.rawValue)"
    var table = HTMLTable(
      caption: "\(stream.key), \(numbers)",
      headings: [
        "point", "leg", "packets", "IP bytes", "lost", "skipped", "dupli\u{AD}cates",
        "re\u{AD}ordered", "longest gap ms", "jitter ms", "first", "last",
      ])
    for passing in stream.passings.prefix(100) {
      table.rows.append([
        .text(content.points[passing.point].point.name), .text("\(passing.leg)"),
        .count(passing.packets), .count(passing.ipBytes), .count(passing.lost),
        .count(passing.skipped), .count(passing.duplicates), .count(passing.reordered),
        .milliseconds(passing.maximumGap), .milliseconds(passing.jitter), .clock(passing.first),
        .clock(passing.last),
      ])
    }
    return table
  }

  static func moves(_ moves: [Move]) -> HTMLTable {
    var table = HTMLTable(
      caption: "When, from where to where, at what cost",
      headings: [
        "move", "time UTC", "from → to", "away ms", "receiver gap ms", "lost", "decided by",
        "verdict",
      ])
    for (index, move) in moves.prefix(mostRows).enumerated() {
      table.rows.append([
        .text("\(index + 1)"), .clock(move.firstAfter), .text(move.route),
        .milliseconds(move.gap), .milliseconds(move.receiverGap), .count(move.lost),
        .text(move.decidedBy.joined(separator: ", ")), .text(move.verdict.rawValue),
      ])
    }
    return table
  }

  /// What the gap at the receiver was made of.
  static func parts(_ moves: [Move]) -> HTMLTable {
    let isMigrated = moves.contains { $0.migration != MigrationFigures() }
    var table = HTMLTable(
      caption: "Parts of the gap, in ms",
      headings: [
        "move", "from → to", "paused", "held", "path change", "residual",
        "paused and path", "unbound", "uncertainty",
      ] + (isMigrated ? ["hypervisor’s downtime", "migration in all"] : []), namingCells: 2)
    for (index, move) in moves.prefix(mostRows).enumerated() {
      table.rows.append(
        [
          .text("\(index + 1)"), .text(move.route), .milliseconds(move.paused),
          .milliseconds(move.held), .milliseconds(move.pathChange), .milliseconds(move.residual),
          .milliseconds(move.pausedPlusPath), .milliseconds(move.unboundTime),
          .figure(move.uncertainty.map { "±\(Wording.milliseconds($0))" } ?? "±?"),
        ]
          + (isMigrated
            ? [
              .milliseconds(move.migration.downtime), .milliseconds(move.migration.total),
            ] : []))
    }
    return table
  }

  /// The numbers between which a move lies, and the binding that belongs to it.
  static func signalling(_ moves: [Move]) -> HTMLTable {
    var table = HTMLTable(
      caption: "Numbers and bindings",
      headings: [
        "move", "from → to", "last number before", "first number after", "last before UTC",
        "first after UTC", "Binding Update", "Acknowledgement",
      ], namingCells: 2)
    for (index, move) in moves.prefix(mostRows).enumerated() {
      table.rows.append([
        .text("\(index + 1)"), .text(move.route),
        .figure(move.lastNumber.map { "\($0)" } ?? Wording.unknown),
        .figure(move.firstNumber.map { "\($0)" } ?? Wording.unknown), .clock(move.lastBefore),
        .clock(move.firstAfter), .clock(move.bindingUpdate), .clock(move.bindingAcknowledgement),
      ])
    }
    return table
  }

  /// What became of the packets that are missing.
  static func fates(_ moves: [Move]) -> HTMLTable {
    var table = HTMLTable(
      caption: "Fates of the lost packets, in packets",
      headings: [
        "move", "from → to", "lost", "seen at no point", "in the server", "behind the move",
        "unbound", "on the path", "sent before the BA", "duplicates", "reordered",
      ], namingCells: 2)
    let figures: [(Move) -> Int?] = [
      { $0.lost }, { $0.lostUnseen }, { $0.lostServer }, { $0.lostBehind }, { $0.unbound },
      { $0.lostPath }, { $0.beforeAcknowledgement }, { $0.duplicates }, { $0.reordered },
    ]
    for (index, move) in moves.prefix(mostRows).enumerated() {
      table.rows.append(
        [.text("\(index + 1)"), .text(move.route)] + figures.map { .count($0(move)) })
    }
    if moves.count > 1 {
      // A sum of which a part is not known is not known.
      let sums = figures.map { figure in
        moves.reduce(Int?(0)) { sum, move in
          guard var sum, let count = figure(move) else { return nil }
          sum.add(clamping: count)
          return sum
        }
      }
      table.rows.append([.text("all"), .text("")] + sums.map { .count($0) })
    }
    return table
  }

  static func distributions(_ distributions: [Spread]) -> HTMLTable {
    var table = HTMLTable(
      caption: "Distributions over the moves",
      headings: [
        "part", "unit", "known of", "least", "lower quartile", "median", "upper quartile", "most",
      ])
    for distribution in distributions {
      table.rows.append(
        [
          .text(distribution.name), .text(distribution.unit),
          .text("\(distribution.values.count) of \(distribution.count)"),
        ]
          + [0, 0.25, 0.5, 0.75, 1].map { .figure(distribution.text(distribution.quantile($0))) })
    }
    return table
  }

  /// The events of a move's drawing.
  static func events(_ lanes: SwimLanes) -> HTMLTable {
    var table = HTMLTable(
      caption: "What happened in move \(lanes.number)",
      headings: [
        "where", "what", "time UTC", "ms from the last packet on \(lanes.move.fromPoint)",
      ],
      namingCells: 2)
    for lane in lanes.scene.lanes {
      for event in lane.events {
        table.rows.append([
          .text(lane.name), .text(event.name(on: lane)), .clock(event.time),
          .milliseconds(event.time - lanes.move.lastBefore),
        ])
      }
    }
    for (place, count) in lanes.lossTexts {
      table.rows.append([
        .text(place), .text("\(Wording.count(count)) lost, last seen here"), .text(""), .text(""),
      ])
    }
    return table
  }

  static func points(_ content: ReportContent) -> HTMLTable {
    var table = HTMLTable(
      caption: "Points, in the order of the sources",
      headings: [
        "point", "place", "source", "interval", "packets", "malformed", "ESP", "capture drops",
        "blind", "clock of boot",
      ])
    for (index, recorded) in content.points.prefix(mostRows).enumerated() {
      let totals = content.totals[index]
      let spells = content.blindness.filter { $0.point == index }
      let blind = spells.reduce(Duration.zero) { $0 + ($1.end - $1.start) }
      table.rows.append([
        .text(recorded.point.name), .text(Wording.role(recorded.point.role)),
        .text(recorded.source), .text(Wording.duration(recorded.interval)),
        .count(totals.packets), .count(totals.malformed), .count(totals.opaque),
        .count(totals.captureDrops),
        .text(spells.isEmpty ? "never" : "for \(Wording.duration(blind))"),
        .text(recorded.bootIdentifier ?? Wording.unknown),
      ])
    }
    return table
  }

  /// The marks that are listed one by one.
  static func marks(_ content: ReportContent) -> (table: HTMLTable, left: Int) {
    var table = HTMLTable(
      caption: "Marks",
      headings: ["time UTC", "point", "kind", "detail"], namingCells: 0)
    for mark in content.marks.prefix(400) {
      table.rows.append([
        .clock(mark.time), .text(mark.point ?? ""), .text(mark.kind.rawValue),
        .text(mark.text.shortened(to: 400)),
      ])
    }
    return (table, max(content.marks.count - 400, 0))
  }
}

extension Mark {
  /// What it tells; a user's own words as they are.
  fileprivate var text: String {
    if kind == .user, case .text(let text) = detail.first?.value { return text }
    return detail.map { "\($0.name.replacing("_", with: " ")) \($0.value.text)" }
      .joined(separator: ", ")
  }
}

extension Mark.Value {
  fileprivate var text: String {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .boolean(let value): value ? "yes" : "no"
    case .list(let values): values.map(\.text).joined(separator: " ")
    case .null: Wording.unknown
    }
  }
}
