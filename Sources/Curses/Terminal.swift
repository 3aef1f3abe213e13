import CNcurses
package import Screen

/// Why the terminal cannot show a screen. The commands word it.
package enum TerminalError: Error, Equatable, Sendable {
  /// Standard output is no terminal, or there is no keyboard.
  case notATerminal
  /// A terminal of this name (TERM) cannot place the cursor, or is not known here.
  case unsuitable(String)
}

/// A terminal that shows grids and reads keys. One thread makes it, uses it, and ends it; the
/// terminal is then as it was before.
package struct Terminal: ~Copyable {
  /// Whether it draws Unicode, braille among it.
  package let drawsUnicode: Bool
  /// How many colours are used; 0 without any.
  package let colourCount: Int
  private let window: Window
  private var palette: Palette
  private var pairs: [Colour: Int16] = [:]
  private var shown: Grid?

  /// Finds out, without touching it, what keeps the terminal from showing a screen.
  package static func check() throws(TerminalError) {
    _ = try Window.check()
  }

  /// Takes over the terminal that the program runs in.
  ///
  /// - Parameters:
  ///   - name: the terminal's name, from TERM.
  ///   - usesColours: false for a picture without colours, as NO_COLOR asks for.
  package init(name: String?, usesColours: Bool) throws(TerminalError) {
    let isUTF8 = Window.setLocale()
    // The consoles of these names have no glyphs for braille, whatever the locale says.
    let lacksGlyphs = ["linux", "vt1", "vt2", "vt5"].contains { name?.hasPrefix($0) ?? false }
    drawsUnicode = isUTF8 && !lacksGlyphs
    let window = try Window()
    colourCount = usesColours ? window.startColours() : 0
    palette = Palette(on: .dark, count: 0)
    self.window = window
  }

  /// Columns and rows, as they are now.
  package var size: (width: Int, height: Int) {
    window.measure()
  }

  /// Draws with these colours from now on.
  package mutating func use(_ palette: Palette) {
    guard palette != self.palette else { return }
    self.palette = palette
    pairs = [:]
    for colour in Colour.allCases {
      guard let chosen = palette.colours[colour] else { continue }
      let pair = Int16(pairs.count + 1)
      window.definePair(pair, colour: Int16(chosen.number))
      pairs[colour] = pair
    }
    shown = nil
  }

  /// Shows a grid; only rows that changed are drawn.
  package mutating func show(_ grid: Grid) {
    if let shown, shown.width != grid.width || shown.height != grid.height {
      window.clear()
      self.shown = nil
    }
    for row in 0..<grid.height {
      if let shown, shown.hasSameRow(row, as: grid) { continue }
      for run in grid.runs(ofRow: row) {
        window.put(
          drawsUnicode ? run.text : String(run.text.map { $0.isASCII ? $0 : "?" }),
          column: run.column, row: row, pair: pairs[run.style.colour] ?? 0,
          isBold: run.style.isBold,
          isDim: run.style.isDim || run.style.colour == .quiet && pairs[.quiet] == nil,
          isReversed: run.style.isReversed)
      }
    }
    shown = grid
    window.refresh()
  }

  /// The next key, waited for at most so long.
  package func key(within milliseconds: Int) -> Key? {
    switch window.read(milliseconds: Int32(milliseconds)) {
    case .character(let code): Key(character: code)
    case .function(let code): Key(function: code)
    case nil: nil
    }
  }

  /// Whether its connection is closed: nobody sees it any more, and no key will come.
  package var isHungUp: Bool { window.isHungUp }

  /// Gives the terminal back although the thread that draws cannot, since it waits for a terminal that
  /// takes nothing more. Nothing is drawn afterwards.
  package static func giveUp() { Rescue.giveBack() }

  /// Stops the program as ^Z does, with the terminal given back for as long.
  package mutating func suspend() {
    window.suspend()
    shown = nil
  }
}

extension Key {
  fileprivate init?(character code: UInt32) {
    switch code {
    case 10, 13: self = .enter
    case 9: self = .tab
    case 8, 127: self = .backspace
    case 27: self = .escape
    case 1...26: self = .control(Character(Unicode.Scalar(UInt8(code) + 96)))
    default:
      guard code >= 32, let scalar = Unicode.Scalar(code) else { return nil }
      self = .character(Character(scalar))
    }
  }

  fileprivate init?(function code: Int32) {
    switch code {
    case KEY_UP: self = .up
    case KEY_DOWN: self = .down
    case KEY_LEFT: self = .left
    case KEY_RIGHT: self = .right
    case KEY_PPAGE: self = .pageUp
    case KEY_NPAGE: self = .pageDown
    case KEY_HOME: self = .home
    case KEY_END: self = .end
    case KEY_ENTER: self = .enter
    case KEY_BACKSPACE: self = .backspace
    case KEY_F0 + 1...KEY_F0 + 12: self = .function(Int(code - KEY_F0))
    default: return nil
    }
  }
}
