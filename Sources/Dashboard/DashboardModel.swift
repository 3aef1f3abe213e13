package import Moves
package import Screen
package import Streams
import Wire

/// The dashboard: fed with what the points observed and with keys, it gives the picture for a size.
/// Pure: the same feed gives the same picture, live and replayed.
package struct DashboardModel: Sendable {
  /// What the dashboard asks of the program.
  package enum Request: Equatable, Sendable {
    case quit
    /// To set a user mark with this text.
    case mark(String)
    /// To write the screen, as this text, into a file.
    case writeScreen(String)
    /// To write the table of streams, as this CSV, into a file.
    case writeTable(String)
    /// To play what is replayed otherwise.
    case play(Playback.Command)
  }

  /// The smallest screen that it is made for.
  package static let leastWidth = 40
  package static let leastHeight = 10

  /// The layouts that take turns, the one that is shown first.
  private var layouts: [Layout]
  var view: View
  /// What was shown last.
  private var drawn: Grid?
  /// The history that goes on while the screen is frozen.
  var unseen: History?
  var needsArranging = false
  /// The user has chosen a stream; before, the busiest one is chosen.
  var hasChosen = false
  /// The stream that the user chose last, also where it is not known at the moment that is shown.
  var choice: StreamKey?
  private var page: PagePane?

  /// - Parameters:
  ///   - layout: the one to begin with.
  ///   - others: those that the key for the next layout goes on to, before the first comes again.
  ///   - points: the points known from the start; others are added as they are seen.
  ///   - clockOffset: what the clock on the screen is ahead of UTC.
  ///   - names: names of addresses.
  ///   - isMasked: shows numbers in the place of addresses.
  package init(
    layout: Layout, others: [Layout] = [], points: [Point], glyphs: Glyphs = .unicode,
    clockOffset: Duration = .zero, names: NameBook = NameBook(), isMasked: Bool = false
  ) {
    layouts = [layout] + others
    view = View(
      history: History(points: points), glyphs: glyphs, clockOffset: clockOffset, columns: [])
    view.names = names
    view.mask.isOn = isMasked
    apply(layout)
  }

  /// The colours that the layout asks for in the place of the program's own; nil is the terminal's.
  package var colours: [Colour: TerminalColour?] { layouts[0].colours }

  package mutating func observe(_ observed: Observed) {
    if unseen != nil {
      unseen?.take(observed)
      tellFreezing()
    } else {
      view.history.take(observed)
      needsArranging = true
    }
  }

  /// Says something about what a key has done, until the next key.
  package mutating func tell(_ text: String) { view.notice = text }

  /// Says on the screen that no more data will come.
  package mutating func end() {
    view.hasEnded = true
  }

  /// Says on the screen at which points the data end before their time.
  package mutating func endEarly(at points: [String]) {
    view.endedEarly = points
  }

  /// Obeys a key.
  ///
  /// - Returns: what the program has to do about it; nil where it is done.
  package mutating func press(_ key: Key) -> Request? {
    view.notice = nil
    if view.entry != nil { return type(key) }
    guard let action = KeyTable.action(for: key, whilePlaying: playback != nil) else { return nil }
    if page != nil, let done = page?.obey(action) {
      if done { page = nil }
      return nil
    }
    switch action {
    case .help:
      view.kept = Kept(unseen ?? view.history)
      page = PagePane(.help)
    case .detail:
      arrange()
      page = view.selected.map { PagePane(.detail($0)) }
    case .write:
      guard let drawn else { break }
      return .writeScreen(drawn.text.map { $0 + "\n" }.joined())
    case .writeTable:
      arrange()
      view.numberAddresses()
      return .writeTable(TableCSV.text(of: view))
    case .quit: return .quit
    case .freeze: freeze()
    case .earlier: goEarlier()
    case .later: goLater()
    case .play(let command): return .play(command)
    case .up, .down, .pageUp, .pageDown, .first, .last: choose(action)
    case .sortBefore: sort(by: -1)
    case .sortAfter: sort(by: 1)
    case .sortBy(let number): sort(byColumn: number - 1)
    case .reverse: sort { $0.isReversed.toggle() }
    case .longer: view.window = View.windows.first { $0 > view.window } ?? view.window
    case .shorter: view.window = View.windows.last { $0 < view.window } ?? view.window
    case .bytes: view.inBytes.toggle()
    case .cumulative:
      view.isCumulative.toggle()
      if !view.shownColumns.contains(view.sort.column) {
        let column: StreamColumn = view.isCumulative ? .total : .rate10
        sort { $0.column = column }
      }
    case .mark: begin(.mark)
    case .nextLayout:
      guard layouts.count > 1 else { break }
      layouts.append(layouts.removeFirst())
      apply(layouts[0])
    case .filter: begin(.filter)
    case .search: begin(.search)
    case .pin: pin()
    case .names:
      view.names.goOn()
      tell(view.names.notice)
      needsArranging = true
    case .mask:
      view.mask.isOn.toggle()
      tell(view.mask.isOn ? "addresses are masked, written ones too" : "addresses are shown")
    case .close: filter(by: "")
    }
    return nil
  }

  /// The picture for a screen of this size.
  package mutating func render(width: Int, height: Int) -> Grid {
    var grid = Grid(width: width, height: height)
    guard width >= Self.leastWidth, height >= Self.leastHeight else {
      let needs = "needs \(Self.leastWidth)x\(Self.leastHeight)"
      let sentence = "The terminal is \(width)x\(height); nemotop \(needs)."
      let text = sentence.cells <= width ? sentence : "\(width)x\(height): \(needs)"
      grid.write(text, column: 0, row: height / 2)
      return grid
    }
    arrange()
    view.numberAddresses()
    defer { drawn = grid }
    if page != nil {
      page?.draw(view, on: &grid)
      return grid
    }
    let layout = layouts[0]
    let panes = layout.panes.map { ($0, $0.pane.made(columns: $0.columns)) }
    let rows = layout.rows(for: panes.map { $0.1.rows(view, width: width) }, height: height)
    var row = 0
    for (index, (entry, pane)) in panes.enumerated() where rows[index] > 0 {
      var part = Grid(width: width, height: rows[index])
      pane.draw(view, on: &part)
      // The keys stand at the bottom, wherever the panes above them end.
      if entry.pane == .keys, index == panes.count - 1 { row = height - rows[index] }
      grid.place(part, row: row)
      row += rows[index]
    }
    if view.entry != nil || view.notice != nil {
      // What is typed must be seen, also where there was no row for the keys.
      var line = Grid(width: width, height: KeysPane().rowsOfEntry(view, width: width))
      KeysPane().draw(view, on: &line)
      grid.place(line, row: height - line.height)
    }
    return grid
  }

  /// Whether the layout that is shown has this pane.
  func shows(_ pane: PaneKind) -> Bool { layouts[0].panes.contains { $0.pane == pane } }

  /// Shows a layout from here on. What it does not say stays as the user has it.
  private mutating func apply(_ layout: Layout) {
    view.columns = layout.streamColumns
    view.hasSignalling = shows(.signalling)
    view.inBytes = layout.inBytes ?? view.inBytes
    view.isCumulative = layout.isCumulative ?? view.isCumulative
    view.window = layout.window ?? view.window
    if let column = layout.sort { view.sort = View.Sort(column: column) }
    needsArranging = true
  }

  mutating func arrange() {
    guard needsArranging else { return }
    needsArranging = false
    view.arrange()
    if let selected = view.selected, !view.order.contains(selected) {
      view.selected = nil
      hasChosen = false
    }
    if !hasChosen { view.selectBusiest(among: view.order) }
  }

  private mutating func choose(_ action: Action) {
    arrange()
    guard !view.order.isEmpty else { return }
    let now = view.selected.flatMap { view.order.firstIndex(of: $0) } ?? 0
    let wanted =
      switch action {
      case .up: now - 1
      case .down: now + 1
      case .pageUp: now - 10
      case .pageDown: now + 10
      case .last: view.order.count - 1
      default: 0
      }
    choose(view.order[min(max(wanted, 0), view.order.count - 1)])
  }

  /// Chooses a stream; nil leaves the one that is chosen.
  mutating func choose(_ stream: StreamKey?) {
    guard let stream else { return }
    hasChosen = true
    choice = stream
    view.selected = stream
  }

  private mutating func pin() {
    arrange()
    guard let selected = view.selected else { return }
    choose(selected)
    let isNew = view.pinned.insert(selected).inserted
    if !isNew { view.pinned.remove(selected) }
    tell(isNew ? "pinned on top; p lets it go" : "no longer pinned")
    needsArranging = true
  }

  private mutating func sort(by step: Int) {
    let index = view.shownColumns.firstIndex(of: view.sort.column) ?? 0
    sort(byColumn: min(max(index + step, 0), view.shownColumns.count - 1))
  }

  private mutating func sort(byColumn index: Int) {
    guard view.shownColumns.indices.contains(index) else { return }
    let column = view.shownColumns[index]
    sort { $0 = View.Sort(column: column) }
  }

  private mutating func sort(_ change: (inout View.Sort) -> Void) {
    change(&view.sort)
    needsArranging = true
  }
}
