import Screen
import Streams
import Wire

/// What the selected stream's numbers say at each point: what is missing, and how unsteady it comes.
struct NumbersPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.selectedStream?.points.count ?? 0, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let columns = [
      Column(heading: "AT", width: 9, priority: 1, isRightAligned: false, isFlexible: true),
      Column(heading: "LOST", width: 7, priority: 2),
      Column(heading: "SKIPPED", width: 8, priority: 3),
      Column(heading: "JITTER", width: 9, priority: 4),
      Column(heading: "SPACING", width: 9, priority: 6),
      Column(heading: "LAST", width: 12, priority: 5),
    ]
    let places = ColumnPlaces(columns, from: 1, width: grid.width - 1, gap: 2)
    for place in places.places {
      let column = columns[place.index]
      grid.write(column.heading, in: place, of: column, row: 0, style: .heading)
    }
    let stream = view.selectedStream
    let points = view.history.points.compactMap { stream?.points[$0.name] }
    if points.isEmpty { grid.write(view.glyphs.dash, column: 1, row: 1, style: .quiet) }
    for (index, history) in points.prefix(grid.height - 1).enumerated() {
      for place in places.places {
        grid.write(
          text(place.index, of: history, view), in: place, of: columns[place.index],
          row: index + 1, style: style(place.index, of: history, view))
      }
    }
  }

  private func text(_ column: Int, of history: PointHistory, _ view: View) -> String {
    let unknown = view.glyphs.dash
    return switch column {
    case 0: history.point.name
    case 1: (history.numbers?.lost).map(Figures.count) ?? unknown
    case 2: (history.numbers?.skipped).map(Figures.count) ?? unknown
    case 3: history.jitter.map(Figures.duration) ?? unknown
    case 4: history.spacing > .zero ? Figures.duration(history.spacing) : unknown
    default: view.clock(history.lastTime, withMilliseconds: true)
    }
  }

  private func style(_ column: Int, of history: PointHistory, _ view: View) -> Style {
    switch column {
    case 0: view.style(ofPoint: history.point.name)
    case 1 where history.numbers?.lost ?? 0 > 0: Style(.warning, isBold: true)
    default: .plain
    }
  }
}
