import Moves
import Wire

/// The parts of the receiver's gap over a move, each with a letter and a word: what of it is known.
struct AnatomyParts: Equatable {
  struct Part: Equatable {
    var letter: Character
    var word: String
    var duration: Duration
  }

  var total: Duration
  var parts: [Part] = []

  /// Nil where the receiver's gap is not known.
  init?(_ move: Move) {
    guard let total = move.receiverGap else { return nil }
    self.total = total
    let measured: [(Character, String, Duration?)] = [
      ("P", "paused", move.paused), ("H", "held", move.held),
      ("D", "path", move.paused == nil ? nil : move.pathChange), ("R", "residual", move.residual),
      ("B", "paused and path", move.paused == nil ? move.pausedPlusPath : nil),
    ]
    for case (let letter, let word, let duration?) in measured {
      parts.append(Part(letter: letter, word: word, duration: duration))
    }
    let rest = parts.reduce(total) { $0 - $1.duration }
    // With a residual every measured part is there: what they leave is (K + 1) spacings.
    let isWhole = move.paused != nil && move.residual != nil
    let other =
      isWhole
      ? Part(letter: "S", word: "spacing", duration: rest)
      : Part(letter: "?", word: "not known", duration: rest)
    parts.insert(other, at: isWhole ? 1 : parts.count)
    parts.removeAll { $0.duration == .zero }
  }

  /// The parts as letters, as many as fit the length, by their shares of it. A part that is negative
  /// has none, and one that is there at all has one where there is room.
  func bar(length: Int) -> [(letter: Character, count: Int)] {
    let shown = parts.filter { $0.duration > .zero }
    let sum = shown.reduce(0) { $0 + $1.duration.milliseconds }
    guard sum > 0, length > 0 else { return [] }
    guard length >= shown.count else { return [(shown[0].letter, length)] }
    let spare = Double(length - shown.count)
    var passed = 0.0
    var given = 0
    return shown.map { part in
      passed += part.duration.milliseconds
      let upTo = Int((spare * passed / sum).rounded())
      defer { given = upTo }
      return (part.letter, upTo - given + 1)
    }
  }

  /// `355 ms = paused 300 + spacing 50 + path 5`
  var words: String {
    let terms = parts.enumerated().map { index, part in
      let isNegative = part.duration < .zero
      let sign = isNegative ? (index == 0 ? "-" : "- ") : (index == 0 ? "" : "+ ")
      let size = isNegative ? .zero - part.duration : part.duration
      let places = size < .milliseconds(10) ? 1 : 0
      return "\(sign)\(part.word) \(Quantity.decimal(size.milliseconds, places: places))"
    }
    return Figures.duration(total) + (terms.isEmpty ? "" : " = " + terms.joined(separator: " "))
  }
}
