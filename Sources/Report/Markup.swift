import Wire

/// A document as it is written, well-formed as HTML and as XML alike. All that is text or the value of
/// an attribute is escaped here, and nowhere else.
struct Markup: Sendable {
  /// Names are the program's own, values may be anybody's.
  typealias Attributes = KeyValuePairs<StaticString, String>

  private(set) var text = ""

  /// Writes text.
  mutating func write(_ text: String) { self.text += text.escaped }

  /// Writes what the program itself says, as it is: a declaration, a style sheet.
  mutating func write(asIs text: StaticString) { self.text += "\(text)" }

  /// Writes what was written apart.
  mutating func write(_ markup: Markup) { text += markup.text }

  /// Writes an element and what is in it.
  mutating func element(
    _ name: StaticString, _ attributes: Attributes = [:], content: (inout Markup) -> Void
  ) {
    begin(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>\n"
  }

  /// Writes an element that holds a text.
  mutating func element(_ name: StaticString, _ content: String) { element(name, [:], content) }

  /// Writes an element that holds a text.
  mutating func element(_ name: StaticString, _ attributes: Attributes, _ content: String) {
    begin(name, attributes)
    text += ">" + content.escaped + "</\(name)>"
  }

  /// Writes an element that holds nothing: a shape, or one of HTML's void elements.
  mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) {
    begin(name, attributes)
    text += "/>"
  }

  private mutating func begin(_ name: StaticString, _ attributes: Attributes) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(value.escaped)\"" }
  }
}

extension String {
  /// The text without markup. What XML cannot hold (XML 1.0 section 2.2) and what turns the direction of
  /// the text around it becomes U+FFFD.
  var escaped: String {
    guard unicodeScalars.contains(where: \.needsEscape) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case _ where scalar.isForbidden: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// At most so many characters of it.
  func shortened(to length: Int) -> String {
    count > length ? prefix(max(length - 1, 0)) + "…" : self
  }
}

extension Unicode.Scalar {
  fileprivate var needsEscape: Bool {
    switch self {
    case "&", "<", ">", "\"", "'": true
    default: isForbidden
    }
  }

  fileprivate var isForbidden: Bool {
    switch value {
    case 0x9, 0xA, 0xD: false
    case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
    // Controls of direction: embeddings, overrides and isolates.
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// A length or a place in a drawing, with one decimal at the most.
func px(_ length: Double) -> String {
  guard length.isFinite else { return "0" }
  let text = Quantity.decimal(length, places: 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
