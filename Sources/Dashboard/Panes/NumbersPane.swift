import Screen
import Streams
import Wire

/// What the selected stream's numbers say at each point: what is missing, and how unsteady it comes.
struct NumbersPane: Pane {
  private enum Kind: CaseIterable {
    case at, lost, skipped, jitter, spacing, last

    var column: Column {
      switch self {
      case .at:
        Column(heading: "AT", width: 9, priority: 1, isRightAligned: false, isFlexible: true)
      case .lost: Column(heading: "LOST", width: 7, priority: 2)
      case .skipped: Column(heading: "SKIPPED", width: 8, priority: 3)
      case .jitter: Column(heading: "JITTER", width: 9, priority: 4)
      case .spacing: Column(heading: "SPACING", width: 9, priority: 6)
      case .last: Column(heading: "LAST", width: 12, priority: 5)
      }
    }
  }

  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(view.selectedStream?.points.count ?? 0, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    let stream = view.selectedStream
    let points = view.history.points.compactMap { stream?.points[$0.name] }
    let kinds = Kind.allCases
    grid.draw(points, in: kinds.map(\.column), orNote: view.glyphs.dash) { history, index, _ in
      (text(kinds[index], of: history, view), style(kinds[index], of: history, view))
    }
  }

  private func text(_ kind: Kind, of history: PointHistory, _ view: View) -> String {
    let unknown = view.glyphs.dash
    return switch kind {
    case .at: history.point.name
    case .lost: (history.numbers?.lost).map(Figures.count) ?? unknown
    case .skipped: (history.numbers?.skipped).map(Figures.count) ?? unknown
    case .jitter: history.jitter.map(Figures.duration) ?? unknown
    case .spacing: history.spacing > .zero ? Figures.duration(history.spacing) : unknown
    case .last: view.clock(history.lastTime, withMilliseconds: true)
    }
  }

  private func style(_ kind: Kind, of history: PointHistory, _ view: View) -> Style {
    switch kind {
    case .at: view.style(ofPoint: history.point.name)
    case .lost where history.numbers?.lost ?? 0 > 0: Style(.warning, isBold: true)
    default: .plain
    }
  }
}
