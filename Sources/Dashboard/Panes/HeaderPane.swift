import Screen
import Streams
import Wire

/// One line: the points, what passes them, the clock of the data, and what the capture missed.
struct HeaderPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed { RowNeed(least: 1, most: 1) }

  func draw(_ view: View, on grid: inout Grid) {
    grid.restyle(row: 0) { $0 = .bar }
    var left = grid.write(
      " nemotop ", column: 0, row: 0, style: Style(isBold: true, isReversed: true))
    var right = grid.width - 1
    for (text, style) in pieces(view) {
      guard right - text.cells > left + 8 else { break }
      grid.write(text, endingBefore: right, row: 0, style: style)
      right -= text.cells + 2
    }
    let names = view.history.points.map(\.name)
    let points = names.joined(separator: " \(view.glyphs.separator) ")
    let compact = names.joined(separator: " ")
    left += 1
    grid.write(
      (points.cells <= right - left ? points : compact)
        .shortenedInMiddle(to: right - left, ellipsis: view.glyphs.ellipsis),
      column: left, row: 0, style: .bar)
  }

  /// From the right to the left, the most important first.
  private func pieces(_ view: View) -> [(String, Style)] {
    let history = view.history
    guard let upTo = history.upTo else { return [("waiting for packets", .bar)] }
    var pieces: [(String, Style)] = [(view.clock(upTo), .bar)]
    if view.isFrozen {
      pieces.append(("FROZEN", Style(.warning, isBold: true, isReversed: true)))
    } else if view.hasEnded {
      pieces.append(("ENDED", Style(.warning, isBold: true, isReversed: true)))
    }
    pieces.append(
      (
        "drops \(Figures.count(history.captureDrops))",
        history.captureDrops > 0 ? Style(.alarm, isBold: true, isReversed: true) : .bar
      ))
    if let newest = history.newest {
      let seconds = newest.length.milliseconds / 1000
      pieces.append((Figures.short(Double(newest.packets) / seconds) + " p/s", .bar))
      pieces.append((Figures.count(history.packets) + " packets", .bar))
    }
    return pieces
  }
}
