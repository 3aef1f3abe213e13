import Screen

/// A column of a table.
struct Column {
  var heading: String
  var width: Int
  /// What the column is worth when the width does not suffice for all: 1 stays longest.
  var priority: Int
  var isRightAligned = true
  /// The column takes what the others leave; `width` is then the least.
  var isFlexible = false
}

/// Where the columns that fit stand in a row.
struct ColumnPlaces {
  struct Place: Equatable {
    var index: Int
    var start: Int
    var width: Int
  }

  var places: [Place] = []

  /// Columns side by side with `gap` blanks between them; those that do not fit are left out, the
  /// least important first.
  init(_ columns: [Column], from start: Int, width: Int, gap: Int = 2) {
    var kept = Array(columns.indices)
    func need() -> Int { kept.reduce(-gap) { $0 + columns[$1].width + gap } }
    while need() > width - start,
      let last = kept.max(by: { columns[$0].priority < columns[$1].priority })
    {
      kept.removeAll { $0 == last }
    }
    let spare = max(width - start - need(), 0)
    var column = start
    for index in kept {
      let size = columns[index].width + (columns[index].isFlexible ? spare : 0)
      places.append(Place(index: index, start: column, width: size))
      column += size + gap
    }
  }
}

extension Grid {
  /// Writes text into a column's place, on the side that the column asks for.
  mutating func write(
    _ text: String, in place: ColumnPlaces.Place, of column: Column, row: Int,
    style: Style = .plain
  ) {
    let text = text.clipped(to: place.width)
    let start = column.isRightAligned ? place.start + place.width - text.cells : place.start
    write(text, column: start, row: row, style: style)
  }
}

extension Grid {
  /// Draws a table over the whole grid: its headings, and as many rows as there is room for.
  ///
  /// - Parameters:
  ///   - rows: What the rows are about, the most important first.
  ///   - note: Stands in the place of the rows where there are none.
  ///   - cell: The text of a row in a column of this width, and how it is written.
  mutating func draw<Row>(
    _ rows: [Row], in columns: [Column], orNote note: String,
    cell: (Row, _ column: Int, _ width: Int) -> (text: String, style: Style)
  ) {
    let places = ColumnPlaces(columns, from: 1, width: width - 1).places
    for place in places {
      let column = columns[place.index]
      write(column.heading, in: place, of: column, row: 0, style: .heading)
    }
    if rows.isEmpty { write(note, column: 1, row: 1, style: .quiet) }
    for (index, row) in rows.prefix(height - 1).enumerated() {
      for place in places {
        let (text, style) = cell(row, place.index, place.width)
        write(text, in: place, of: columns[place.index], row: index + 1, style: style)
      }
    }
  }
}
