import Screen
import Sequences
import Streams
import Wire

/// The selected stream's silences by their length, its losses by the length of their runs, and how
/// much its delay varies: as the receiver sees it, else the anchor, else where it runs.
struct GapsPane: Pane {
  /// One figure with its name, and how much of a bar it fills, 0…1.
  struct Line: Equatable {
    var label: String
    var figures: [String]
    var bar: Double?
  }

  /// Figures under a heading.
  struct Block: Equatable {
    var heading: String
    /// More of it, where there is room.
    var facts: [String] = []
    /// Headings of the figures.
    var columns: [String] = []
    var lines: [Line]
    /// Stands in the place of lines.
    var note: String
  }

  func rows(_ view: View, width: Int) -> RowNeed {
    let lines = blocks(view).prefix(Self.count(in: width)).map(\.lines.count).max() ?? 0
    return RowNeed(least: 2, most: 1 + max(lines, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let blocks = blocks(view).prefix(Self.count(in: grid.width))
    let width = (grid.width - 1) / blocks.count
    for (index, block) in blocks.enumerated() {
      draw(block, from: 1 + index * width, width: width - 2, view, on: &grid)
    }
  }

  private static let figureWidth = 9

  /// Blocks that stand side by side.
  private static func count(in width: Int) -> Int { width < 60 ? 1 : width < 78 ? 2 : 3 }

  private func draw(
    _ block: Block, from start: Int, width: Int, _ view: View, on grid: inout Grid
  ) {
    let end = start + width
    if block.lines.isEmpty {
      grid.write(block.note, column: start, row: 1, style: .quiet, limit: width)
    }
    // The longest gaps and runs stand last, and stay.
    let lines = block.lines.suffix(grid.height - 1)
    let label = lines.map(\.label.cells).max() ?? 0
    var column = grid.write(block.heading, column: start, row: 0, style: .heading, limit: width)
    for fact in block.facts where column + 2 + fact.cells <= end {
      column = grid.write("  " + fact, column: column, row: 0)
    }
    for (index, heading) in block.columns.enumerated() {
      let edge = start + label + (index + 1) * Self.figureWidth
      if edge <= end { grid.write(heading, endingBefore: edge, row: 0, style: .heading) }
    }
    for (row, line) in lines.enumerated() {
      grid.write(line.label, column: start, row: row + 1, limit: width)
      var column = start + label
      for figure in line.figures {
        let size = line.bar == nil ? Self.figureWidth : 7
        guard column + size <= end else { break }
        column += size
        grid.write(figure, endingBefore: column, row: row + 1, style: .bold)
      }
      guard let bar = line.bar, column + 2 < end else { continue }
      let length = Int((bar * Double(end - column - 2)).rounded(.up))
      grid.write(
        String(repeating: view.glyphs.bar, count: length), column: column + 2, row: row + 1,
        style: Style(.second))
    }
  }

  func blocks(_ view: View) -> [Block] {
    let judges = (view.selectedStream?.judges ?? []).sorted { $0.lastTime < $1.lastTime }
    let known = judges.compactMap(\.unevenness)
    let names = judges.map(\.point.name).sorted().joined(separator: " ")
    let numbered = judges.filter { $0.numbers != nil }.compactMap(\.unevenness)
    return [gaps(known, names), runs(numbered), variation(known)]
  }

  private func gaps(_ judges: [Unevenness], _ names: String) -> Block {
    var gaps = GapTally()
    for judge in judges { gaps += judge.gaps }
    let facts = [
      names, "\(gaps.total)", gaps.longest.map { "longest \(Figures.duration($0))" } ?? "",
    ]
    let bounds = GapTally.bounds.map(Self.short)
    let labels = bounds.map { "< \($0)" } + ["from \(bounds.last ?? "")"]
    return Block(
      heading: "GAPS", facts: facts.filter { !$0.isEmpty }, lines: Self.lines(gaps.counts, labels),
      note: "none")
  }

  /// - Parameter numbered: Of the points that saw numbers.
  private func runs(_ numbered: [Unevenness]) -> Block {
    var runs = Tally()
    for judge in numbered { runs += judge.lossRuns }
    let isKnown = numbered.allSatisfy(\.knowsLossRuns) && !runs.wasCut
    let bounds = [1, 2, 5, 10, 100]
    let upTo = bounds.map { runs.count(upTo: $0) } + [runs.total]
    let counts = upTo.indices.map { max(upTo[$0] - ($0 > 0 ? upTo[$0 - 1] : 0), 0) }
    return Block(
      heading: "LOST RUNS",
      facts: isKnown && !runs.isEmpty
        ? ["\(runs.total)", "longest \(runs.largest.map(Figures.count) ?? "")"] : [],
      lines: isKnown ? Self.lines(counts, ["1", "2", "3-5", "6-10", "11-100", "more"]) : [],
      note: numbered.isEmpty ? "no numbers, not known" : isKnown ? "none" : "not known")
  }

  /// - Parameter judges: The one that saw the stream last stands last.
  private func variation(_ judges: [Unevenness]) -> Block {
    var variation = VariationHistory()
    for judge in judges { variation.add(judge.variation) }
    let parts: [(String, KeyPath<DelayVariation, Duration>)] = [
      ("50 %", \.p50), ("95 %", \.p95), ("99 %", \.p99), ("99.9 %", \.p999), ("most", \.maximum),
    ]
    var lines: [Line] = []
    if let newest = variation.newest, let highest = variation.highest {
      lines = parts.map { label, path in
        Line(
          label: label,
          figures: [newest[keyPath: path], highest[keyPath: path]].map(Figures.duration))
      }
    }
    return Block(
      heading: "VARIATION", columns: lines.isEmpty ? [] : ["NOW", "HIGHEST"], lines: lines,
      note: "no clock, not known")
  }

  /// The classes from the first that occurs to the last.
  private static func lines(_ counts: [Int], _ labels: [String]) -> [Line] {
    guard let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return [] }
    let most = Double(counts.max() ?? 1)
    return (first...last).map { index in
      Line(
        label: labels[index], figures: [Figures.count(counts[index])],
        bar: Double(counts[index]) / most)
    }
  }

  /// `200 ms`, `2 s`.
  private static func short(_ length: Duration) -> String {
    let milliseconds = Int(length.milliseconds)
    return milliseconds < 1000 ? "\(milliseconds) ms" : "\(milliseconds / 1000) s"
  }
}
