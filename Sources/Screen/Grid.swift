/// One cell of a grid.
package struct Cell: Hashable, Sendable {
  /// What stands in it; nil where the wide character to its left covers it.
  package var character: Character?
  package var style: Style

  package init(_ character: Character? = " ", _ style: Style = .plain) {
    self.character = character
    self.style = style
  }
}

/// A picture of the screen: rows of styled cells. Whatever is written beyond its edges is clipped.
package struct Grid: Equatable, Sendable {
  package let width: Int
  package let height: Int
  private var cells: [Cell]

  /// An empty grid; negative sizes count as 0.
  package init(width: Int, height: Int) {
    self.width = max(width, 0)
    self.height = max(height, 0)
    cells = Array(repeating: Cell(), count: self.width * self.height)
  }

  package subscript(column: Int, row: Int) -> Cell { cells[row * width + column] }

  /// Writes text from a cell on, as far as the row and the limit go. A character that would be cut
  /// in half is left out; one that a terminal would obey instead of drawing becomes `?`.
  ///
  /// - Parameter limit: cells to use at most; nil for as many as the row has.
  /// - Returns: the column after the last one written.
  @discardableResult
  package mutating func write(
    _ text: String, column: Int, row: Int, style: Style = .plain, limit: Int? = nil
  ) -> Int {
    let end = min(width, limit.map { column + $0 } ?? width)
    guard row >= 0, row < height else { return column }
    var column = column
    for character in text {
      let drawn = character.isControl ? "?" : character
      let size = drawn.cells
      guard column + size <= end else { break }
      if size > 0 {
        put(drawn, size, column, row, style)
        column += size
      }
    }
    return column
  }

  /// Writes text that ends before a column.
  package mutating func write(
    _ text: String, endingBefore end: Int, row: Int, style: Style = .plain
  ) {
    write(text, column: end - text.cells, row: row, style: style)
  }

  /// Lays another grid over this one.
  package mutating func place(_ other: Grid, column: Int = 0, row: Int) {
    for y in 0..<other.height where y + row >= 0 && y + row < height {
      for x in 0..<other.width where x + column >= 0 && x + column < width {
        cells[(y + row) * width + x + column] = other[x, y]
      }
    }
  }

  /// Changes the style of a whole row, whatever stands in it.
  package mutating func restyle(row: Int, _ change: (inout Style) -> Void) {
    guard row >= 0, row < height else { return }
    for index in row * width..<(row + 1) * width { change(&cells[index].style) }
  }

  private mutating func put(
    _ character: Character, _ size: Int, _ column: Int, _ row: Int, _ style: Style
  ) {
    for x in column..<column + size where x >= 0 { clear(x, row) }
    guard column >= 0 else { return }
    let index = row * width + column
    cells[index] = Cell(character, style)
    for covered in index + 1..<index + max(size, 1) { cells[covered] = Cell(nil, style) }
  }

  /// Blanks a cell, and with it the whole of a wide character that it is a part of.
  private mutating func clear(_ column: Int, _ row: Int) {
    let index = row * width + column
    var first = column
    while first > 0, cells[row * width + first].character == nil { first -= 1 }
    var next = column + 1
    while next < width, cells[row * width + next].character == nil { next += 1 }
    guard first < column || next > column + 1 else {
      cells[index].character = " "
      return
    }
    for x in first..<next { cells[row * width + x].character = " " }
  }
}

extension Grid {
  /// Neighbours in a row that share a style.
  package struct Run: Equatable, Sendable {
    package var column: Int
    package var text: String
    package var style: Style
  }

  /// A row as runs. A wide character ends its run, so that a terminal that draws it otherwise is
  /// put right at the next one.
  package func runs(ofRow row: Int) -> [Run] {
    var runs: [Run] = []
    var mayJoin = false
    for column in 0..<width {
      let cell = self[column, row]
      guard let character = cell.character else {
        mayJoin = false
        continue
      }
      if mayJoin, let last = runs.indices.last, runs[last].style == cell.style {
        runs[last].text.append(character)
      } else {
        runs.append(Run(column: column, text: String(character), style: cell.style))
      }
      mayJoin = true
    }
    return runs
  }

  /// Whether a row is the same in another grid.
  package func hasSameRow(_ row: Int, as other: Grid) -> Bool {
    guard width == other.width, row < height, row < other.height else { return false }
    let range = row * width..<(row + 1) * width
    return cells[range] == other.cells[range]
  }

  /// The rows as text without their styles, without blanks at their ends.
  package var text: [String] {
    (0..<height).map { row in
      var characters = (0..<width).compactMap { self[$0, row].character }
      while characters.last == " " { characters.removeLast() }
      return String(characters)
    }
  }
}
