import Screen

/// A grid as lines of a file: each row behind `|`, and under it, where it is not all plain, a letter for
/// the style of each cell behind `:`.
struct ScreenText {
  static let legend = """
    ' plain   * bold   q quiet   h heading   g good   w warning   a alarm   1 2 3 4 places
    capitals and ! @ # $ are bold   _ reversed   = bold and reversed   X warning, Y alarm reversed
    """

  let lines: [String]

  init(_ grid: Grid) {
    let texts = grid.text
    lines = (0..<grid.height).flatMap { row -> [String] in
      var letters = (0..<grid.width).compactMap { column -> Character? in
        let cell = grid[column, row]
        // What a blank looks like shows only where it is reversed.
        if cell.character == " ", !cell.style.isReversed { return " " }
        return cell.character == nil ? " " : Self.letter(of: cell.style)
      }
      while letters.last == " " || letters.last == "'" { letters.removeLast() }
      let isPlain = letters.allSatisfy { $0 == " " || $0 == "'" }
      return ["|" + texts[row]] + (isPlain ? [] : [":" + String(letters)])
    }
  }

  private static func letter(of style: Style) -> Character {
    if style.isReversed {
      switch style.colour {
      case .warning: return "X"
      case .alarm: return "Y"
      default: return style.isBold ? "=" : "_"
      }
    }
    let letters: (Character, Character) =
      switch style.colour {
      case .plain: ("'", "*")
      case .quiet: ("q", "Q")
      case .heading: ("h", "H")
      case .good: ("g", "G")
      case .warning: ("w", "W")
      case .alarm: ("a", "A")
      case .first: ("1", "!")
      case .second: ("2", "@")
      case .third: ("3", "#")
      case .fourth: ("4", "$")
      }
    return style.isBold ? letters.1 : letters.0
  }
}
