import Moves
import Screen
import Streams
import Wire

/// One plot a point of what it saw of the selected stream, one under the other over the same time,
/// with the moves marked where they left and where they came: the experiment's picture.
struct LanesPane: Pane {
  /// Rows of a lane at the most.
  static let tallest = 14

  func rows(_ view: View, width: Int) -> RowNeed {
    let deciding = max(view.history.decidingPoints.count, 1)
    let others = view.history.points.count - deciding
    return RowNeed(
      least: min(deciding, 2) * 2 + 1, most: 2 + deciding * Self.tallest + max(others, 0))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let deciding = view.history.decidingPoints
    let others = view.history.points.filter { !deciding.contains($0) }
    let heights = Self.heights(
      deciding: deciding.count, others: others.count, room: grid.height - 1)
    let hasTitle = heights.reduce(0, +) + 1 < grid.height
    let points = Array((deciding + others).prefix(heights.count))
    guard let upTo = view.history.upTo, !points.isEmpty else {
      grid.write("no data yet", column: 1, row: 0, style: .quiet)
      return
    }

    let labels = points.map(\.name.cells).reduce(8, max)
    let frame = Frame(
      left: min(labels, grid.width / 4) + 2, right: grid.width - (grid.width < 60 ? 7 : 11))
    let axis = TimeAxis(
      columns: frame.columns, seconds: view.window, bin: view.history.bin ?? .seconds(1),
      end: upTo)
    let samples = points.map { point in
      view.selectedStream?.points[point.name].map { axis.samples(of: $0.series) } ?? []
    }
    let scale = view.inBytes ? 1.0 : 8.0
    let highest = samples.joined().max() ?? 0
    let ceiling = Plot.ceiling(over: highest * scale) / scale

    var row = 0
    if hasTitle {
      drawTitle(
        view, ceiling: highest > 0 ? ceiling : nil, span: axis.seconds, on: &grid)
      row = 1
    }
    for (index, point) in points.enumerated() {
      let lane = Lane(
        point: point, samples: samples[index], ceiling: ceiling, axis: axis, frame: frame)
      lane.draw(view, on: &grid, rows: row..<row + heights[index])
      row += heights[index]
    }
    drawAxis(view, axis, frame, row: row, isTitled: hasTitle, on: &grid)
  }

  /// Where the plots stand between their names and their rates.
  struct Frame {
    var left: Int
    var right: Int
    var columns: Int { max(right - left, 1) }
  }

  /// Rows of each lane: the points that decide share what there is; the others come after them, with
  /// one row each, as long as every deciding point has four. What is left over is a title's.
  static func heights(deciding: Int, others: Int, room: Int) -> [Int] {
    guard deciding > 0 else { return [] }
    if room < deciding * 2 { return Array(repeating: 1, count: min(deciding, max(room, 0))) }
    let titled = room > deciding * 2 ? room - 1 : room
    let extra = min(max(titled - deciding * 4, 0), others)
    let each = min((titled - extra) / deciding, tallest)
    return Array(repeating: each, count: deciding) + Array(repeating: 1, count: extra)
  }

  private func drawTitle(_ view: View, ceiling: Double?, span: Double, on grid: inout Grid) {
    let glyphs = view.glyphs
    let end = grid.write("WHERE IT RUNS", column: 1, row: 0, style: .heading)
    let full = ceiling.map { Figures.rate(bytesPerSecond: $0, inBytes: view.inBytes) }
    let texts = [
      "  \(glyphs.came) came  \(glyphs.left) left", full.map { "  full height \($0)" },
      view.isFrozen ? "  \(Figures.span(span)) before" : "  last \(Figures.span(span))",
    ]
    var column = end
    for text in texts.compactMap({ $0 }) where column + text.cells < grid.width {
      column = grid.write(text, column: column, row: 0, style: .quiet)
    }
  }

  /// The clock under the lanes, and the user's marks on it.
  private func drawAxis(
    _ view: View, _ axis: TimeAxis, _ frame: Frame, row: Int, isTitled: Bool,
    on grid: inout Grid
  ) {
    let flags = view.history.marks.filter { $0.kind == .user }.compactMap { mark in
      axis.column(of: mark.time).map { column in
        Flag(
          column: column, glyph: view.glyphs.user,
          labels: [view.shown(mark.detail.compactMap(\.value.text).joined(separator: " "))],
          style: Style(.good, isBold: true))
      }
    }
    for column in 0..<frame.columns {
      grid.write(view.glyphs.dot, column: frame.left + column, row: row, style: .quiet)
    }
    let ticks = Self.ticks(axis, view, columns: frame.columns, beside: flags)
    for tick in ticks {
      grid.write(
        view.glyphs.tick + view.clock(tick.time), column: frame.left + tick.column, row: row,
        style: .quiet)
    }
    let clocks = ticks.map { $0.column..<$0.column + 9 }
    Flag.draw(
      flags, from: frame.left, columns: frame.columns, row: row, beside: clocks, on: &grid)
    if !isTitled {
      grid.write(
        Figures.span(axis.seconds), endingBefore: grid.width - 1, row: row, style: .quiet)
    }
  }

  /// The clocks that are shown. The text of a mark may take the place of one, as long as two are left:
  /// they are what the axis is for, and the list of marks has the text as well.
  private static func ticks(
    _ axis: TimeAxis, _ view: View, columns: Int, beside flags: [Flag]
  ) -> [(column: Int, time: Timestamp)] {
    var ticks = axis.ticks(clockOffset: view.clockOffset).filter { tick in
      let range = tick.column..<tick.column + 9
      return range.upperBound <= columns && !flags.contains { range.contains($0.column) }
    }
    for (index, flag) in flags.enumerated() {
      let end = flag.column + 1 + (flag.labels.first?.cells ?? 0)
      guard end < (index + 1 < flags.count ? flags[index + 1].column : columns) else { continue }
      let left = ticks.filter { !($0.column..<$0.column + 9).overlaps(flag.column..<end) }
      if left.count >= 2 { ticks = left }
    }
    return ticks
  }
}
