import Moves
import Streams
import Wire

extension Analysis {
  /// The analysis to be read: a summary, then a block a move, then what many moves have in common.
  ///
  /// - Parameter listsLost: Says of every number what became of it.
  package func text(listsLost: Bool = false) -> String {
    var lines: [String] = []
    if let span {
      let length = (span.last - span.first).milliseconds / 1000
      lines.append(
        "\(points.count) \(points.count == 1 ? "point" : "points"), \(span.first) to "
          + "\(clock(span.last)), \(decimal(length, 3)) s")
    } else {
      lines.append("no packets")
    }
    lines += [""] + table(of: points)
    for stream in streams { lines += [""] + text(of: stream, listsLost: listsLost) }
    for (index, move) in moves.enumerated() { lines += [""] + text(of: move, number: index + 1) }
    if moves.count > 1 { lines += [""] + distributions }
    lines += statements
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Points and streams

  private func table(of points: [PointSummary]) -> [String] {
    Self.table(
      [["POINT", "ROLE", "PACKETS", "MALFORMED", "DROPPED", "FIRST", "LAST"]]
        + points.map { point in
          [
            point.point.name, point.point.role.rawValue, "\(point.packets)",
            "\(point.malformed)", "\(point.captureDrops)", point.first.map(clock) ?? "–",
            point.last.map(clock) ?? "–",
          ]
        }, right: [2, 3, 4])
  }

  private func text(of stream: StreamSummary, listsLost: Bool) -> [String] {
    let kind = stream.payload == .unknown ? "no numbers" : stream.payload.rawValue
    let accounts = accounts(of: stream.stream)
    return ["STREAM \(stream.stream)  \(kind)"] + accounts.flatMap(text)
      + interruptions(of: stream.stream).compactMap(text) + table(of: stream)
      + (listsLost ? accounts.flatMap(lost) : [])
  }

  private func text(of mark: Mark) -> String? {
    mark.interruption.map { "  \(clock(mark.time))  \($0)" }
  }

  private func text(of account: LossAccount) -> [String] {
    let start = account.generation == 0 ? "" : "start \(account.generation + 1): "
    let numbered =
      "  \(start)numbered \(account.consumed) (\(account.numbered.lowerBound) to "
      + "\(account.numbered.upperBound))"
    guard let delivered = account.delivered else {
      return [numbered + ", delivered: not known without cn or ha"]
    }
    var line = numbered + ", delivered \(delivered), lost \(account.lostCount)"
    let fates = Self.fates.compactMap { fate, title -> String? in
      let count = account.count(of: fate)
      return count > 0 ? "\(count) \(title)" : nil
    }
    let unknown = account.count(of: nil)
    let all = fates + (unknown > 0 ? ["\(unknown) where, is not known"] : [])
    if !all.isEmpty { line += ": " + all.joined(separator: ", ") }
    if let underWay = account.underWay {
      line += "; \(underWay.count) under way at the end"
    }
    return [line]
  }

  private func table(of stream: StreamSummary) -> [String] {
    var rows = [
      ["AT", "LEG", "PACKETS", "LOST", "SKIPPED", "DUP", "REORD", "MAX GAP ms", "JITTER ms"]
    ]
    for (index, sighting) in stream.sightings.sorted(by: { $0.key < $1.key }) {
      for (leg, figures) in sighting.legs {
        let count = { (value: Int?) in value.map { "\($0)" } ?? "–" }
        rows.append([
          points[index].point.name, "\(leg)", "\(figures.packets)", count(figures.lost),
          count(figures.skipped), count(figures.duplicates), count(figures.reordered),
          figures.maximumGap.map { decimal($0.milliseconds, 3) } ?? "–",
          figures.jitter.map { decimal($0.milliseconds, 3) } ?? "–",
        ])
      }
    }
    return Self.table(rows, right: [2, 3, 4, 5, 6, 7, 8]).map { "  " + $0 }
  }

  private func lost(_ account: LossAccount) -> [String] {
    account.lost.map { lost in
      let range = lost.numbers
      let numbers =
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      let fate = lost.fate.flatMap { fate in Self.fates.first { $0.fate == fate }?.title }
      return "  lost \(numbers): \(fate ?? "where, is not known")"
    }
  }

  // MARK: Moves

  private static let fates: [(fate: Fate, title: String)] = [
    (.lostUnseen, "unseen"), (.lostServer, "in the server"), (.lostBehind, "behind"),
    (.unbound, "unbound"), (.lostPath, "on the path"),
  ]

  private func text(of move: Move, number: Int) -> [String] {
    let gap =
      move.receiverGap.map { "the receiver was without for \(milliseconds($0))" }
      ?? "away for \(milliseconds(move.gap))"
    let from = move.fromPoint == move.toPoint ? "\(move.fromPoint) \(move.fromLeg)" : move.fromPoint
    let to = move.fromPoint == move.toPoint ? "\(move.toLeg)" : move.toPoint
    var lines = [
      "MOVE \(number)  \(clock(move.firstAfter))  \(from) → \(to)  \(gap)  \(move.verdict.rawValue)"
    ]
    if streams.count > 1 { lines.append("  stream       \(move.stream)") }
    lines += parts(of: move)
    lines.append(losses(of: move))
    if let duplicates = move.duplicates, let reordered = move.reordered,
      duplicates + reordered > 0
    {
      lines.append(
        "  switch       \(duplicates) through both servers, \(reordered) through the old one late")
    }
    lines.append(binding(of: move))
    lines.append(
      "  seen         \(milliseconds(move.gap)) between number "
        + "\(move.lastNumber.map { "\($0)" } ?? "–") at \(clock(move.lastBefore)) and "
        + "\(move.firstNumber.map { "\($0)" } ?? "–") at \(clock(move.firstAfter))"
        + (move.clockOffset == .zero
          ? "" : "; clocks \(milliseconds(move.clockOffset)) apart"))
    lines.append("  decided by   \(move.decidedBy.joined(separator: ", "))")
    return lines
  }

  private func parts(of move: Move) -> [String] {
    let bound = move.uncertainty.map { "±\(decimal($0.milliseconds, 3))" } ?? "±?"
    func line(_ title: String, _ value: Duration?, _ note: String = "") -> String {
      "  " + title.padded(to: 12) + " "
        + (value.map { decimal($0.milliseconds, 3) } ?? "not known").padded(to: 12, right: true)
        + (value == nil ? "" : " ms  \(note.isEmpty ? bound : note)")
    }
    var lines = [line("paused", move.paused)]
    if move.migration != MigrationFigures() { lines.append(migration(of: move)) }
    lines.append(line("held", move.held))
    lines.append(line("path change", move.pathChange))
    if move.paused == nil || move.pathChange == nil, let sum = move.pausedPlusPath {
      lines.append(line("paused+path", sum))
    }
    if let gap = move.receiverGap, let paused = move.paused, let held = move.held,
      let change = move.pathChange, let residual = move.residual
    {
      let spacings = gap - paused - held - change - residual
      lines.append(line("spacing", spacings, "that the numbers from the last to the first take"))
      lines.append(line("residual", residual, "what the parts above leave of the gap"))
    }
    return lines
  }

  /// What the hypervisor told, and how much longer the guest was silent than it knows.
  private func migration(of move: Move) -> String {
    let figures = move.migration
    var parts: [String] = []
    if let downtime = figures.downtime {
      parts.append("downtime \(decimal(downtime.milliseconds, 0)) ms")
      if let paused = move.paused {
        parts.append("\(milliseconds(paused - downtime)) more until it sent again")
      }
    }
    if let total = figures.total { parts.append("\(decimal(total.milliseconds, 0)) ms in all") }
    if let rounds = figures.rounds { parts.append("\(rounds) \(rounds == 1 ? "round" : "rounds")") }
    return "  migration    by its hypervisor: \(parts.joined(separator: ", "))"
  }

  private func losses(of move: Move) -> String {
    let values = [
      move.lostUnseen, move.lostServer, move.lostBehind, move.unbound, move.lostPath,
    ]
    let fates = zip(Self.fates, values).map { fate, value in
      "\(value.map { "\($0)" } ?? "?") \(fate.title)"
    }
    let lost = move.lost.map { "\($0)" } ?? "not known"
    return "  lost         \(lost): \(fates.joined(separator: ", "))"
  }

  private func binding(of move: Move) -> String {
    guard let update = move.bindingUpdate else { return "  binding      no Binding Update seen" }
    var line = "  binding      Update \(clock(update))"
    guard let acknowledgement = move.bindingAcknowledgement else {
      return line + ", no Acknowledgement seen"
    }
    line += ", Acknowledgement after \(milliseconds(acknowledgement - update))"
    if let before = move.beforeAcknowledgement { line += ", \(before) sent before it" }
    if let unbound = move.unboundTime { line += "; unreachable for \(milliseconds(unbound))" }
    return line
  }

  // MARK: Over all

  private var distributions: [String] {
    let rows = PartSummary.summaries(of: moves).map { part -> [String] in
      let places = part.part.isTime ? 3 : 0
      let value = { (number: Double?) in number.map { self.decimal($0, places) } ?? "–" }
      let confidence = part.all.confidence.map {
        "\(value($0.lowerBound)) to \(value($0.upperBound))"
      }
      return [
        part.part.title + (part.part.isTime ? " ms" : ""), "\(part.all.count)",
        value(part.all.minimum), decimal(part.all.median, part.part.isTime ? 3 : 1),
        confidence ?? "–", value(part.all.p95), value(part.all.maximum), value(part.first),
        decimal(part.laterMedian, part.part.isTime ? 3 : 1),
      ]
    }
    return Self.table(
      [
        [
          "OVER \(moves.count) MOVES", "N", "LEAST", "MEDIAN", "ITS 95 %", "P95", "MOST", "FIRST",
          "LATER MEDIAN",
        ]
      ] + rows, right: [1, 2, 3, 4, 5, 6, 7, 8])
  }

  /// What is to be known of clocks and blindness.
  private var statements: [String] {
    var lines = points.filter { $0.blindIntervals > 0 }.map { point in
      "\(point.point.name) may have missed packets in \(point.blindIntervals) intervals "
        + "(\(point.captureDrops) dropped): figures of these times are not sure"
    }
    lines += clockMarks.map { mark in
      let detail = Dictionary(mark.detail.map { ($0.name, $0.value) }) { first, _ in first }
      guard case .text(let sender)? = detail["sender"],
        case .number(let transit)? = detail["transit_ms"]
      else { return "clocks contradict each other" }
      return
        "the clocks of \(sender) and \(mark.point ?? "") contradict each other: packets seem to "
        + "take \(decimal(transit, 3)) ms from one to the other"
    }
    if moves.contains(where: { $0.uncertainty == nil && $0.fromPoint != $0.toPoint }) {
      lines.append(
        "±?: nothing tells how far the clocks of two servers are apart; figures across them are as the "
          + "clocks say (--clock-bound states a bound)")
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  // MARK: Form

  private func milliseconds(_ value: Duration) -> String {
    decimal(value.milliseconds, 3) + " ms"
  }

  private func decimal(_ value: Double?, _ places: Int) -> String {
    value.map { Quantity.decimal($0, places: places) } ?? "–"
  }

  /// The time of day in UTC.
  private func clock(_ time: Timestamp) -> String {
    String("\(time)".dropFirst(11).prefix(12))
  }

  /// Cells in columns.
  private static func table(_ rows: [[String]], right: Set<Int>) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        cell.padded(to: widths[column], right: right.contains(column))
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

extension String {
  fileprivate func padded(to width: Int, right: Bool = false) -> String {
    let room = String(repeating: " ", count: max(width - count, 0))
    return right ? room + self : self + room
  }
}
