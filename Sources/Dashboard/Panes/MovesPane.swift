import Moves
import Screen
import Wire

/// A column of the list of moves, by its name in the layouts.
enum MoveColumn: String, CaseIterable {
  case moved, route, away, receiver, lost, binding, verdict

  /// The columns of the records (`Records`) that it is made of.
  var recorded: [String] {
    switch self {
    case .moved: ["time"]
    case .route: ["from_point", "to_point"]
    case .away: ["gap_ms"]
    case .receiver: ["receiver_gap_ms"]
    case .lost: ["lost", "lost_unseen"]
    case .binding: ["binding_update", "binding_ack"]
    case .verdict: ["verdict"]
    }
  }
}

/// The moves of the selected stream, the newest first: when, from where to where, at what cost.
struct MovesPane: Pane {
  var columns: [MoveColumn]

  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.moves.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let moves = view.moves.reversed().prefix(grid.height - 1)
    let columns = self.columns.map { column($0, of: view, moves, isNarrow: grid.width < 60) }
    let places = ColumnPlaces(
      columns, from: 1, width: grid.width - 1, gap: grid.width < 60 ? 1 : 2)
    for place in places.places {
      grid.write(
        columns[place.index].heading, in: place, of: columns[place.index], row: 0,
        style: .heading)
    }
    if moves.isEmpty {
      let text = view.glyphs.dash + " has not moved yet"
      grid.write(text, column: 1, row: 1, style: .quiet)
    }
    for (row, move) in moves.enumerated() {
      for place in places.places {
        let kind = self.columns[place.index]
        if kind == .route {
          write(route: move, in: place, row: row + 1, view, on: &grid)
        } else {
          grid.write(
            text(kind, of: move, view, width: place.width), in: place,
            of: columns[place.index], row: row + 1, style: style(kind, of: move))
        }
      }
    }
  }

  private func column(
    _ column: MoveColumn, of view: View, _ moves: ReversedCollection<[Move]>.SubSequence,
    isNarrow: Bool
  ) -> Column {
    switch column {
    case .moved:
      Column(heading: "MOVED", width: isNarrow ? 8 : 12, priority: 1, isRightAligned: false)
    case .route:
      Column(
        heading: view.moves.isEmpty ? "FROM \(view.glyphs.arrow) TO" : "MOVES \(view.moves.count)",
        width: moves.map { route($0, view).cells }.reduce(11, max), priority: 2,
        isRightAligned: false)
    case .away: Column(heading: "AWAY", width: 7, priority: 3)
    case .receiver: Column(heading: "RECEIVER GAP", width: 12, priority: 5)
    case .lost: Column(heading: "LOST", width: 5, priority: 4)
    case .binding: Column(heading: "BINDING", width: 19, priority: 6, isRightAligned: false)
    case .verdict: Column(heading: "VERDICT", width: 12, priority: 7, isRightAligned: false)
    }
  }

  private func text(_ column: MoveColumn, of move: Move, _ view: View, width: Int) -> String {
    switch column {
    case .moved: view.clock(move.firstAfter, withMilliseconds: width >= 12)
    case .route: route(move, view)
    case .away: Figures.duration(move.gap)
    case .receiver: move.receiverGap.map(Figures.duration) ?? view.glyphs.dash
    case .lost: (move.lost ?? move.lostUnseen).map(Figures.count) ?? view.glyphs.dash
    case .binding: binding(move, view)
    case .verdict: move.verdict.rawValue
    }
  }

  /// The times of Update and Acknowledgement, in ms after the first packet on the new way.
  private func binding(_ move: Move, _ view: View) -> String {
    func after(_ time: Timestamp) -> String {
      let milliseconds = (time - move.firstAfter).milliseconds
      return (milliseconds < 0 ? "" : "+") + Quantity.decimal(milliseconds, places: 0)
    }
    let update = move.bindingUpdate.map { "BU " + after($0) }
    let acknowledgement = move.bindingAcknowledgement.map { "BA " + after($0) }
    let texts = [update, acknowledgement].compactMap { $0 }
    return texts.isEmpty ? view.glyphs.dash : texts.joined(separator: " ") + " ms"
  }

  private func route(_ move: Move, _ view: View) -> String {
    "\(move.fromPoint) \(view.glyphs.arrow) \(move.toPoint)"
  }

  private func write(
    route move: Move, in place: ColumnPlaces.Place, row: Int, _ view: View, on grid: inout Grid
  ) {
    var column = place.start
    for (text, style) in [
      (move.fromPoint, view.style(ofPoint: move.fromPoint)),
      (" \(view.glyphs.arrow) ", Style.plain),
      (move.toPoint, view.style(ofPoint: move.toPoint)),
    ] {
      column = grid.write(
        text, column: column, row: row, style: style, limit: place.start + place.width - column)
    }
  }

  private func style(_ column: MoveColumn, of move: Move) -> Style {
    switch column {
    case .lost where (move.lost ?? move.lostUnseen) ?? 0 > 0: Style(.warning, isBold: true)
    case .verdict where move.verdict == .blind: .alarm
    case .away: .bold
    case .binding, .verdict: .quiet
    default: .plain
    }
  }
}
