/// A table of text in Markdown, its columns aligned in the source as well.
struct MarkdownTable: Sendable, Equatable {
  enum Alignment: Sendable {
    case leading
    case trailing
  }

  struct Column: Sendable, Equatable {
    let title: String
    let alignment: Alignment

    /// A column of words.
    static func words(_ title: String) -> Column { Column(title: title, alignment: .leading) }
    /// A column of figures.
    static func figures(_ title: String) -> Column { Column(title: title, alignment: .trailing) }
  }

  let columns: [Column]
  private(set) var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row; cells that are missing at its end stay empty.
  mutating func add(_ cells: [String]) {
    rows.append(cells + Array(repeating: "", count: max(columns.count - cells.count, 0)))
  }

  /// Its lines, the last without a line break.
  var text: String {
    let widths = columns.indices.map { column in
      rows.reduce(max(columns[column].title.count, 3)) { max($0, $1[column].count) }
    }
    let rules = columns.indices.map { column in
      let dashes = String(repeating: "-", count: widths[column] - 1)
      return columns[column].alignment == .leading ? dashes + "-" : dashes + ":"
    }
    let lines = [columns.map(\.title), rules] + rows
    return lines.map { cells in
      let padded = columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .leading
          ? cells[column] + space : space + cells[column]
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }
}
