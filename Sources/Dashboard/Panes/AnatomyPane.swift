import Moves
import Screen
import Wire

/// What the receiver's gap of each move consists of, the newest first: a bar of letters as long as
/// the gap, and the same in words.
struct AnatomyPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.moves.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let moves = Array(view.moves.reversed().prefix(grid.height - 1))
    let parts = moves.map(AnatomyParts.init)
    drawTitle(parts.compactMap { $0 }.flatMap(\.parts), view, on: &grid)
    if moves.isEmpty { grid.write(view.glyphs.dash, column: 1, row: 1, style: .quiet) }
    let longest = parts.compactMap { $0?.total }.max() ?? .zero
    let words = moves.indices.map { index in
      parts[index]?.words ?? "away \(Figures.duration(moves[index].gap)); no gap seen by a receiver"
    }
    let start = 10
    let widest = words.map(\.cells).max() ?? 0
    // Where a useful bar and the words do not fit side by side, the bar alone with its sum is left.
    let hasWords = grid.width - start - widest - 3 >= 12
    let room = grid.width - start - (hasWords ? widest : 9) - 3
    for (index, move) in moves.enumerated() {
      let row = index + 1
      grid.write(view.clock(move.firstAfter), column: 1, row: row)
      var column = start
      if let parts = parts[index], longest > .zero {
        let share = parts.total.milliseconds / longest.milliseconds
        for (letter, count) in parts.bar(length: Int((Double(room) * share).rounded())) {
          column = grid.write(
            String(repeating: letter, count: count), column: column, row: row,
            style: Self.style(of: letter))
        }
      }
      let text =
        hasWords || parts[index] == nil
        ? words[index] : parts[index].map { Figures.duration($0.total) } ?? ""
      grid.write(text.clipped(to: grid.width - column - 1), column: column + 1, row: row)
    }
  }

  /// The letters that there are, with their words.
  private func drawTitle(_ parts: [AnatomyParts.Part], _ view: View, on grid: inout Grid) {
    var column = grid.write("RECEIVER GAP", column: 1, row: 0, style: .heading)
    var told: [Character] = []
    for part in parts where !told.contains(part.letter) {
      told.append(part.letter)
      let text = "  \(part.letter) \(part.word)"
      guard column + text.cells < grid.width else { break }
      column = grid.write(text, column: column, row: 0, style: .quiet)
    }
  }

  private static func style(of letter: Character) -> Style {
    switch letter {
    case "P", "B": Style(.first, isBold: true)
    case "S": Style(.quiet)
    case "H": Style(.third, isBold: true)
    case "D": Style(.second, isBold: true)
    default: Style(.warning, isBold: true)
    }
  }
}
