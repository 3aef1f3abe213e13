import Screen

/// A text that is being typed on the bottom line.
struct Entry: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    /// The text of a user mark.
    case mark
    /// A filter, obeyed as it is typed.
    case filter
    /// What the stream that is looked for says, found as it is typed.
    case search
  }

  var kind: Kind
  var text = ""

  /// Takes a key that edits the text.
  ///
  /// - Returns: whether it is one.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character) where !character.isControl: text.append(character)
    case .backspace: text = String(text.dropLast())
    case .control("u"): text = ""
    default: return false
    }
    return true
  }
}
