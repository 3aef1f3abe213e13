extension String {
  /// The text in at most so many cells: what does not fit is taken from its middle, so that the
  /// beginning (of an address: its network) and the end (its interface, its port) stay.
  package func shortenedInMiddle(to width: Int, ellipsis: String) -> String {
    let room = width - ellipsis.cells
    if cells <= width { return self }
    if room < 2 { return clipped(to: width) }
    let tail = (room + 1) / 2
    return clipped(to: room - tail) + ellipsis
      + String(String(reversed()).clipped(to: tail).reversed())
  }

  /// The beginning of the text, as much of it as fits in so many cells.
  package func clipped(to width: Int) -> String {
    var used = 0
    return String(
      prefix {
        used += $0.cells
        return used <= width
      })
  }

  /// The text clipped and filled with blanks to exactly so many cells.
  package func padded(to width: Int) -> String {
    let text = clipped(to: width)
    return text + String(repeating: " ", count: Swift.max(width - text.cells, 0))
  }
}
