import Screen
import Streams

/// The table of streams: where each is now, its rates, and what it has lost.
struct StreamsPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.order.count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let kinds = view.shownColumns
    var columns = kinds.map { $0.column(inBytes: view.inBytes) }
    let room = grid.height - 1
    let chosen = view.selected.flatMap { view.order.firstIndex(of: $0) } ?? 0
    let shown = Self.rows(of: view, chosen: chosen, room: room)
    if let flexible = columns.firstIndex(where: \.isFlexible) {
      // Wide enough for the longest stream, but not at the cost of the columns that matter most.
      let longest = shown.map { view.text(of: $0, width: .max).cells }.max() ?? 0
      columns[flexible].width = min(max(longest, 16), max(grid.width - 38, 16))
    }
    let places = ColumnPlaces(
      columns, from: 1, width: grid.width < 60 ? grid.width : grid.width - 1,
      gap: grid.width < 100 ? 1 : 2)

    for place in places.places {
      let isSorted = kinds[place.index] == view.sort.column
      let sign = view.sort.isReversed ? view.glyphs.ascending : view.glyphs.descending
      let heading = columns[place.index].heading
      let text = isSorted && heading.cells < place.width ? heading + sign : heading
      grid.write(text, in: place, of: columns[place.index], row: 0, style: .heading)
    }
    if view.order.isEmpty {
      grid.write(
        view.filter == nil ? "no stream yet" : "no stream passes the filter", column: 1, row: 1,
        style: .quiet)
    }
    for (row, key) in shown.enumerated() {
      guard let stream = view.history.streams[key] else { continue }
      let isChosen = key == view.selected
      if isChosen {
        grid.write(view.glyphs.cursor, column: 0, row: row + 1, style: .bold)
      } else if view.pinned.contains(key), !kinds.contains(.stream) {
        grid.write(view.glyphs.pin, column: 0, row: row + 1)
      }
      for place in places.places {
        let kind = kinds[place.index]
        grid.write(
          view.text(kind, of: key, stream, width: place.width), in: place,
          of: columns[place.index], row: row + 1,
          style: style(kind, of: stream, view, isChosen: isChosen))
      }
    }
  }

  /// The streams that are shown: the pinned ones, as long as there is a row for another, and the page
  /// of the others that the chosen one is on.
  static func rows(of view: View, chosen: Int, room: Int) -> [StreamKey] {
    let pinned = view.order.prefix { view.pinned.contains($0) }.prefix(max(room - 1, 0))
    let rest = view.order.dropFirst(pinned.count)
    let rows = max(room - pinned.count, 1)
    let top = max(min((chosen - pinned.count) / rows * rows, rest.count - rows), 0)
    return Array((pinned + rest.dropFirst(top).prefix(rows)).prefix(max(room, 0)))
  }

  private func style(_ column: StreamColumn, of stream: StreamHistory, _ view: View, isChosen: Bool)
    -> Style
  {
    switch column {
    case .on:
      switch view.place(of: stream) {
      case .on(let site): view.style(ofSite: site)
      case .away, .blind: Style(.alarm, isBold: true, isReversed: true)
      case .gone: .quiet
      }
    case .lost where stream.lost ?? 0 > 0: Style(.warning, isBold: true)
    case .trend: .quiet
    default: Style(isBold: isChosen)
    }
  }
}
