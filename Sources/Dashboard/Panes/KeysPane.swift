import Screen

/// The bottom line: the keys, or what is being typed.
struct KeysPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed { RowNeed(least: 1, most: 1) }

  func draw(_ view: View, on grid: inout Grid) {
    if let notice = view.notice, view.entry == nil {
      grid.write(notice, column: 1, row: 0, style: .bold)
      return
    }
    if let entry = view.entry { return draw(entry, view, on: &grid) }
    var column = 1
    for hint in KeyTable.bindings(whilePlaying: view.playback != nil).compactMap(\.hint) {
      guard column + hint.key.cells + 1 + hint.word.cells < grid.width else { break }
      column = grid.write(hint.key, column: column, row: 0, style: .heading)
      column = grid.write(" \(hint.word)  ", column: column, row: 0)
    }
  }

  /// Two where what is wrong does not fit beside what is typed: it stands above it then.
  func rowsOfEntry(_ view: View, width: Int) -> Int {
    guard let entry = view.entry else { return 1 }
    let (hints, isWrong) = hint(for: entry, view)
    return isWrong && !hints.contains { fits($0, beside: entry, width: width) } ? 2 : 1
  }

  private func fits(_ hint: String, beside entry: Entry, width: Int) -> Bool {
    entry.kind.label.cells + entry.text.cells + 3 + hint.cells < width
  }

  private func draw(_ entry: Entry, _ view: View, on grid: inout Grid) {
    let (hints, isWrong) = hint(for: entry, view)
    let style = isWrong ? Style.alarm : .quiet
    let row = grid.height - 1
    var column = grid.write(entry.kind.label, column: 0, row: row, style: .heading)
    let room = grid.width - column - 2
    // The end that is being typed stays in sight.
    let shown = String(String(entry.text.reversed()).clipped(to: room).reversed())
    column = grid.write(shown, column: column, row: row, style: .bold)
    grid.write(" ", column: column, row: row, style: .bar)
    if let hint = hints.first(where: { fits($0, beside: entry, width: grid.width) }) {
      grid.write(hint, endingBefore: grid.width - 1, row: row, style: style)
    } else if row > 0, let hint = hints.last {
      grid.write(hint, column: 1, row: 0, style: style)
    }
  }

  /// What can be done, in ever fewer words, and whether something is wrong.
  private func hint(for entry: Entry, _ view: View) -> (texts: [String], isWrong: Bool) {
    switch entry.kind {
    case .mark: return (["Enter sets it, Esc does not"], false)
    case .filter:
      guard let problem = view.filterProblem else {
        return (["Enter keeps it, Esc shows all"], false)
      }
      return ([problem], true)
    case .search:
      guard !entry.text.isEmpty else { return (["text of a stream; Esc leaves"], false) }
      guard let found = view.search.found else { return (["not found"], true) }
      let number = "\(found.number) of \(found.count)"
      return ([number + "; Enter finds the next, Esc leaves", number], false)
    }
  }
}

extension Entry.Kind {
  fileprivate var label: String {
    switch self {
    case .mark: " mark: "
    case .filter: " / "
    case .search: " find: "
    }
  }
}
