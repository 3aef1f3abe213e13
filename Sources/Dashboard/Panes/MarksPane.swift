import Moves
import Screen
import Streams
import Wire

/// What happened besides the moves, the newest first: user marks, signalling, gaps.
struct MarksPane: Pane {
  func rows(_ view: View, width: Int) -> RowNeed {
    RowNeed(least: 2, most: 1 + max(marks(view, limit: 50).count, 1))
  }

  func draw(_ view: View, on grid: inout Grid) {
    grid.write("MARKS", column: 1, row: 0, style: .heading)
    let marks = marks(view, limit: grid.height - 1)
    if marks.isEmpty { grid.write(view.glyphs.dash, column: 1, row: 1, style: .quiet) }
    for (row, mark) in marks.enumerated() {
      var column = grid.write(
        view.clock(mark.time, withMilliseconds: grid.width >= 60) + "  ", column: 1, row: row + 1)
      if let point = mark.point {
        column = grid.write(
          point + " ", column: column, row: row + 1, style: view.style(ofPoint: point))
      }
      column = grid.write(
        mark.kind.rawValue + " ", column: column, row: row + 1, style: style(mark.kind))
      let detail = mark.detail.compactMap { name, value in
        value.text.map { mark.kind == .user ? view.shown($0) : "\(name) \(view.shown($0))" }
      }
      grid.write(
        detail.joined(separator: "  ").shortened(to: grid.width - 1 - column, view),
        column: column, row: row + 1)
    }
  }

  /// The lanes and the list of moves show where the stream came and left; what belongs to another
  /// stream is left out.
  private func marks(_ view: View, limit: Int) -> [Mark] {
    var found: [Mark] = []
    for mark in view.history.marks.reversed() where found.count < limit {
      let concerns = mark.stream == nil || mark.stream == view.selected
      let shown: [Mark.Kind] =
        [.appeared, .left, .moved]
        + (view.hasSignalling ? [.bindingUpdate, .bindingAcknowledgement] : [])
      guard concerns, !shown.contains(mark.kind) else { continue }
      if !found.contains(where: { isSameSilence($0, mark) }) { found.append(mark) }
    }
    return found
  }

  /// Whether both tell of one gap, of a stream that passes the point in two forms: as it goes into a
  /// tunnel and as it comes out.
  private func isSameSilence(_ later: Mark, _ mark: Mark) -> Bool {
    guard later.kind == .gap, mark.kind == .gap, later.stream == mark.stream,
      later.point == mark.point, later.leg?.depth != mark.leg?.depth,
      case .number(let silence)? = later["gap_ms"]
    else { return false }
    return (later.time - mark.time).milliseconds < silence
  }

  private func style(_ kind: Mark.Kind) -> Style {
    switch kind {
    case .user: Style(.good, isBold: true)
    case .gap: Style(.warning)
    case .blind, .clock: .alarm
    default: .plain
    }
  }
}

extension Mark.Value {
  /// The value in words; nil where it says nothing.
  var text: String? {
    switch self {
    case .text(let text): text
    case .integer(let number): String(number)
    case .number(let number): Quantity.decimal(number, places: number < 100 ? 2 : 0)
    case .boolean(let isTrue): isTrue ? "yes" : "no"
    case .list(let values): values.compactMap(\.text).joined(separator: ",")
    case .null: nil
    }
  }
}

extension String {
  fileprivate func shortened(to width: Int, _ view: View) -> String {
    guard cells > width else { return self }
    return clipped(to: width - view.glyphs.ellipsis.cells) + view.glyphs.ellipsis
  }
}
