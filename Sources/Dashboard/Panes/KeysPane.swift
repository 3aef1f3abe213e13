import Screen

/// The bottom line: the keys, or the text of a mark while it is typed.
struct KeysPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed { RowNeed(least: 1, most: 1) }

  func draw(_ view: View, on grid: inout Grid) {
    if let notice = view.notice, view.entry == nil {
      grid.write(notice, column: 1, row: 0, style: .bold)
      return
    }
    if let entry = view.entry { return draw(entry: entry, view, on: &grid) }
    var column = 1
    for hint in KeyTable.bindings.compactMap(\.hint) {
      guard column + hint.key.cells + 1 + hint.word.cells < grid.width else { break }
      column = grid.write(hint.key, column: column, row: 0, style: .heading)
      column = grid.write(" \(hint.word)  ", column: column, row: 0)
    }
  }

  private func draw(entry: String, _ view: View, on grid: inout Grid) {
    let hint =
      view.entersFilter
      ? view.filterProblem ?? "Enter keeps it, Esc shows all" : "Enter sets it, Esc does not"
    var column = grid.write(
      view.entersFilter ? " / " : " mark: ", column: 0, row: 0, style: .heading)
    let room = grid.width - column - 2
    // The end that is being typed stays in sight.
    let shown = String(String(entry.reversed()).clipped(to: room).reversed())
    column = grid.write(shown, column: column, row: 0, style: .bold)
    grid.write(" ", column: column, row: 0, style: .bar)
    if column + 3 + hint.cells < grid.width {
      grid.write(
        hint, endingBefore: grid.width - 1, row: 0,
        style: view.filterProblem == nil ? .quiet : .alarm)
    }
  }
}
