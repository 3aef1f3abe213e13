import Moves
import Screen
import Streams
import Wire

/// The plot of one point, with the flags of what happened there in its last row.
struct Lane {
  var point: Point
  var samples: [Double]
  var ceiling: Double
  var axis: TimeAxis
  var frame: LanesPane.Frame

  func draw(_ view: View, on grid: inout Grid, rows: Range<Int>) {
    let style = view.style(ofSite: point.site)
    let plotRows = max(rows.count - 1, 1)
    let plot = view.glyphs.drawsBraille ? Plot.braille : Plot.ascii
    for (index, text) in plot(samples, ceiling, frame.columns, plotRows).enumerated() {
      grid.write(
        text, column: frame.left, row: rows.lowerBound + index, style: Style(style.colour))
    }
    let history = view.selectedStream?.points[point.name]
    grid.write(
      point.name, column: 1, row: rows.lowerBound, style: style, limit: frame.left - 2)
    let away = view.history.away.first { $0.point == point.name }
    if let away {
      grid.write(
        "no data since \(view.clock(away.since))", endingBefore: frame.left + frame.columns,
        row: rows.lowerBound, style: Style(.alarm, isBold: true, isReversed: true))
      // The end of a reason says the most.
      if rows.count > 2, !away.reason.isEmpty {
        let tail = String(away.reason.suffix(frame.columns - 1))
        let isWhole = tail.count == away.reason.count
        grid.write(
          (isWhole ? "" : view.glyphs.ellipsis) + view.shown(tail),
          endingBefore: frame.left + frame.columns, row: rows.lowerBound + 1, style: Style(.alarm))
      }
    }
    let rate = history.map { view.history.rate($0.series, over: 0) } ?? 0
    let figure =
      grid.width < 60
      ? Figures.short(rate * (view.inBytes ? 1 : 8))
      : Figures.rate(bytesPerSecond: rate, inBytes: view.inBytes)
    grid.write(
      away != nil ? view.glyphs.dash : rate > 0 ? figure : "0", endingBefore: grid.width - 1,
      row: rows.lowerBound,
      style: rate > 0 ? .bold : .quiet)
    if isHere(view) {
      grid.write(
        view.glyphs.here + (rows.count > 1 ? " here" : ""), column: rows.count > 1 ? 1 : 0,
        row: rows.upperBound - 1, style: style)
    }
    // A lane of one row shows the signs on its plot, and leaves the rest of it in sight.
    Flag.draw(
      flags(view, hasLabels: rows.count > 1), from: frame.left, columns: frame.columns,
      row: rows.upperBound - 1, on: &grid)
  }

  private func isHere(_ view: View) -> Bool {
    guard let stream = view.selectedStream, view.history.decidingPoints.contains(point)
    else { return false }
    return view.place(of: stream) == .on(point.site)
  }

  /// Where the stream came and left here, by its moves and by its stays.
  private func flags(_ view: View, hasLabels: Bool) -> [Flag] {
    var flags: [Int: Flag] = [:]
    func plant(_ glyph: String, _ labels: [String], at time: Timestamp) {
      guard let column = axis.column(of: time) else { return }
      let style = Style(view.style(ofSite: point.site).colour, isBold: true)
      flags[column] = Flag(
        column: column, glyph: glyph, labels: hasLabels ? labels : [], style: style)
    }
    for mark in view.history.marks where mark.stream == view.selected && mark.point == point.name {
      switch mark.kind {
      case .appeared: plant(view.glyphs.came, [], at: mark.time)
      case .left: plant(view.glyphs.left, [], at: mark.time)
      default: break
      }
    }
    for move in view.moves {
      if move.fromPoint == point.name {
        let clock = view.clock(move.lastBefore)
        plant(view.glyphs.left, ["left " + clock, clock], at: move.lastBefore)
      }
      if move.toPoint == point.name {
        let away = Figures.duration(move.gap)
        plant(view.glyphs.came, ["after \(away) away", "\(away) away", away], at: move.firstAfter)
      }
    }
    return flags.values.sorted { $0.column < $1.column }
  }
}

/// A sign at a moment, with as much of a label as there is room for.
struct Flag {
  var column: Int
  var glyph: String
  /// The same in ever fewer words.
  var labels: [String]
  var style: Style

  /// Draws flags in the order of their columns: each label stands to the right of its sign, or to
  /// its left where the next sign is too near.
  ///
  /// - Parameter taken: columns that labels leave alone, counted from `left`.
  static func draw(
    _ flags: [Flag], from left: Int, columns: Int, row: Int, beside taken: [Range<Int>] = [],
    on grid: inout Grid
  ) {
    var taken = taken
    for (index, flag) in flags.enumerated() {
      let next = index + 1 < flags.count ? flags[index + 1].column - 1 : columns
      func isFree(_ range: Range<Int>) -> Bool {
        range.lowerBound >= 0 && !taken.contains(where: range.overlaps)
      }
      let after = flag.labels.first { label in
        let end = flag.column + 1 + label.cells
        return end <= next && isFree(flag.column..<end)
      }
      let before = flag.labels.first { isFree(flag.column - $0.cells..<flag.column + 1) }
      var range = flag.column..<flag.column + 1
      if let label = after {
        range = flag.column..<flag.column + 1 + label.cells
        grid.write(
          label, column: left + flag.column + 1, row: row, style: Style(flag.style.colour))
      } else if let label = before {
        range = flag.column - label.cells..<flag.column + 1
        grid.write(
          label, endingBefore: left + flag.column, row: row, style: Style(flag.style.colour))
      }
      grid.write(flag.glyph, column: left + flag.column, row: row, style: flag.style)
      taken.append(range)
    }
  }
}
