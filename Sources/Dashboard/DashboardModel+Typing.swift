import Screen

/// What is typed on the bottom line.
extension DashboardModel {
  mutating func begin(_ kind: Entry.Kind) {
    view.entry = Entry(kind: kind)
    guard kind == .search else { return }
    arrange()
    view.search.start = view.selected
  }

  /// Takes a key while something is typed.
  mutating func type(_ key: Key) -> Request? {
    guard var entry = view.entry else { return nil }
    if key == .control("c") { return .quit }
    if entry.edit(key) {
      view.entry = entry
      follow(entry)
      return nil
    }
    switch (entry.kind, key) {
    case (.mark, .enter):
      view.entry = nil
      return entry.text.contains { $0 != " " } ? .mark(entry.text) : nil
    case (.filter, .enter):
      if view.filterProblem == nil { view.entry = nil }
    case (.search, .enter), (.search, .function(3)):
      if entry.text.isEmpty {
        // What was looked for before is looked for again.
        entry.text = view.search.text
        view.entry = entry
      }
      findNext()
    case (_, .escape):
      view.entry = nil
      if entry.kind == .filter { filter(by: "") }
    default: break
    }
    return nil
  }

  private mutating func follow(_ entry: Entry) {
    switch entry.kind {
    case .mark: break
    case .filter: filter(by: entry.text)
    case .search:
      arrange()
      view.search.text = entry.text
      choose(view.search.find(in: view))
    }
  }

  private mutating func findNext() {
    arrange()
    choose(view.search.find(in: view, after: view.selected))
  }

  /// Shows the streams that a filter lets through, as soon as it makes sense.
  mutating func filter(by text: String) {
    do throws(Filter.Problem) {
      view.filter = try Filter.parse(text)
      view.filterProblem = nil
      needsArranging = true
    } catch {
      view.filterProblem = error.text
    }
  }
}
