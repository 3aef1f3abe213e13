/// What a colour is for. A terminal without colours shows the text alone, so none says anything
/// that the words do not.
package enum Colour: String, Sendable, CaseIterable {
  /// The terminal's own.
  case plain
  /// What may be overlooked.
  case quiet
  case heading
  case good
  case warning
  case alarm
  /// Four places, told apart also by eyes that see fewer colours.
  case first, second, third, fourth
}

/// How a cell is drawn.
package struct Style: Hashable, Sendable {
  package var colour: Colour
  package var isBold: Bool
  package var isDim: Bool
  package var isReversed: Bool

  package init(
    _ colour: Colour = .plain, isBold: Bool = false, isDim: Bool = false, isReversed: Bool = false
  ) {
    self.colour = colour
    self.isBold = isBold
    self.isDim = isDim
    self.isReversed = isReversed
  }

  package static let plain = Style()
  package static let quiet = Style(.quiet)
  package static let heading = Style(.heading, isBold: true)
  package static let bold = Style(isBold: true)
  package static let bar = Style(isReversed: true)
  package static let alarm = Style(.alarm, isBold: true)
}
