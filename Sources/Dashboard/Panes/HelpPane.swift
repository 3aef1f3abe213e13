import Screen

/// The whole screen as help: the keys from their table, and what the words on the screen mean.
struct HelpPane {
  private var top = 0

  private static let words: [(String, String)] = [
    ("ON", "the server that carries the stream now"),
    ("2s 10s 40s", "mean rate over the last seconds, IP bytes"),
    ("AWAY", "silence between the old place and the new"),
    ("RECEIVER GAP", "the silence that the receiver saw"),
    ("LOST", "packets that never came"),
    ("BINDING", "Update, Acknowledgement: ms after the first packet there"),
  ]

  private static func lines(_ view: View) -> [(String, String)] {
    KeyTable.bindings.map { ($0.label, $0.help) } + [("", "")] + words + [
      (view.glyphs.came + " " + view.glyphs.left, "it came here, it left here"),
      ("", "The last hour is kept, less with thousands of streams."),
    ]
  }

  /// Obeys the keys that scroll or leave the help.
  ///
  /// - Returns: whether the help is over; nil for a key that is not the help's.
  mutating func obey(_ action: Action) -> Bool? {
    switch action {
    case .help, .close: return true
    case .quit: return nil
    case .up: top = max(top - 1, 0)
    case .down: top += 1
    case .pageUp: top = max(top - 10, 0)
    case .pageDown: top += 10
    case .first: top = 0
    default: break
    }
    return false
  }

  mutating func draw(_ view: View, on grid: inout Grid) {
    let indent = 18
    let lines = Self.lines(view).flatMap { label, text in
      text.wrapped(to: grid.width - indent - 1).enumerated().map { index, part in
        (index == 0 ? label : "", part)
      }
    }
    let room = grid.height - 2
    top = min(top, max(lines.count - room, 0))
    grid.restyle(row: 0) { $0 = .bar }
    grid.write(
      " nemotop: help", column: 0, row: 0, style: Style(isBold: true, isReversed: true))
    for (row, line) in lines.dropFirst(top).prefix(room).enumerated() {
      grid.write(line.0, column: 1, row: row + 1, style: .heading, limit: indent - 2)
      grid.write(line.1, column: indent, row: row + 1)
    }
    let more = lines.count > top + room ? "down for more, " : ""
    grid.write(more + "Esc to go back", column: 1, row: grid.height - 1, style: .quiet)
  }
}

extension String {
  /// The text in lines of at most so many cells, broken at its blanks.
  fileprivate func wrapped(to width: Int) -> [String] {
    var lines = [""]
    for word in split(separator: " ") {
      let longer = lines[lines.count - 1].isEmpty ? "" : lines[lines.count - 1] + " "
      if (longer + word).cells <= width || longer.isEmpty {
        lines[lines.count - 1] = longer + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
