import Screen
import Streams
import Wire

/// All streams' bytes over time, with the rate now, its mean and its peak over what is shown.
struct ThroughputPane: Pane {
  /// Rows at the most.
  static let tallest = 12

  func rows(_ view: View, width: Int) -> RowNeed { RowNeed(least: 3, most: Self.tallest) }

  func draw(_ view: View, on grid: inout Grid) {
    let heading = grid.write("THROUGHPUT", column: 1, row: 0, style: .heading)
    guard let upTo = view.history.upTo, let bin = view.history.bin else {
      grid.write("no data yet", column: 1, row: 1, style: .quiet)
      return
    }
    let axis = TimeAxis(columns: grid.width - 2, seconds: view.window, bin: bin, end: upTo)
    let samples = axis.samples(of: view.history.passed)
    let scale = view.inBytes ? 1.0 : 8.0
    let highest = samples.max() ?? 0
    let ceiling = Plot.ceiling(over: highest * scale) / scale
    func rate(_ figure: Double) -> String {
      Figures.rate(bytesPerSecond: figure, inBytes: view.inBytes)
    }
    let mean = samples.reduce(0, +) / Double(max(samples.count, 1))
    let facts = [
      "now " + rate(view.history.rate(view.history.passed, over: 0)), "peak " + rate(highest),
      "mean " + rate(mean), "last " + Figures.span(axis.seconds), "full height " + rate(ceiling),
    ]
    var column = heading
    for (index, fact) in facts.enumerated() where column + 2 + fact.cells < grid.width {
      column = grid.write(
        "  " + fact, column: column, row: 0, style: index == 0 ? .bold : .quiet)
    }
    let plot = view.glyphs.drawsBraille ? Plot.braille : Plot.ascii
    let rows = plot(samples, ceiling, axis.columns, grid.height - 2)
    for (index, text) in rows.enumerated() {
      grid.write(text, column: 1, row: index + 1, style: Style(.first))
    }
    drawAxis(axis, view, row: grid.height - 1, on: &grid)
  }

  private func drawAxis(_ axis: TimeAxis, _ view: View, row: Int, on grid: inout Grid) {
    let dots = String(repeating: view.glyphs.dot, count: axis.columns)
    grid.write(dots, column: 1, row: row, style: .quiet)
    for tick in axis.ticks(clockOffset: view.clockOffset) where tick.column + 9 <= axis.columns {
      grid.write(
        view.glyphs.tick + view.clock(tick.time), column: 1 + tick.column, row: row, style: .quiet)
    }
  }
}
