/// What a terminal draws on.
package enum Background: String, Sendable, CaseIterable {
  case light, dark

  /// By COLORFGBG, as rxvt, konsole and others set it: `foreground;background`, numbers of the first
  /// sixteen colours, of which 7 and from 9 on are light. Dark where it says nothing.
  package init(colorFGBG: String?) {
    let number = colorFGBG?.split(separator: ";").last.flatMap { UInt8($0) } ?? 0
    self = number == 7 || (9...15).contains(number) ? .light : .dark
  }
}

/// Which colour of the terminal each role has. A role without one is drawn in the terminal's own.
package struct Palette: Equatable, Sendable {
  package private(set) var colours: [Colour: TerminalColour]

  /// The program's own choice. The four places are told apart also by eyes that see fewer colours:
  /// with 256 colours they are Okabe and Ito's sky blue, orange and bluish green (on light ones the
  /// darker blue and vermillion), and a purple.
  ///
  /// - Parameter count: how many colours the terminal has; below 8 none is used.
  package init(on background: Background, count: Int) {
    let numbers: [Colour: UInt8] =
      switch (background, count) {
      case (_, ..<8): [:]
      case (.dark, ..<16):
        [
          .good: 2, .warning: 3, .alarm: 1, .first: 6, .second: 3, .third: 2, .fourth: 5,
        ]
      case (.dark, ..<256):
        [
          .good: 10, .warning: 11, .alarm: 9, .first: 14, .second: 11, .third: 10, .fourth: 13,
        ]
      case (.light, ..<256):
        [
          .good: 2, .warning: 5, .alarm: 1, .first: 4, .second: 1, .third: 2, .fourth: 5,
        ]
      case (.dark, _):
        [
          .good: 36, .warning: 221, .alarm: 166, .first: 74, .second: 178, .third: 36,
          .fourth: 171,
        ]
      case (.light, _):
        [
          .good: 29, .warning: 130, .alarm: 160, .first: 25, .second: 166, .third: 29,
          .fourth: 135,
        ]
      }
    colours = numbers.mapValues(TerminalColour.init)
  }

  /// With a layout's choices in the place of some; nil is the terminal's own colour.
  package func replacing(_ others: [Colour: TerminalColour?], count: Int) -> Palette {
    guard count >= 8 else { return self }
    var palette = self
    for (role, colour) in others { palette.colours[role] = colour?.among(count) }
    return palette
  }
}
