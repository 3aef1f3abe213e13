import Wire

/// A JSON value (RFC 8259): exact numbers, and members in the order in which they are written.
package enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  /// The number in decimal digits.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a text in UTF-8; nil where that is no JSON.
  package init?(parsing text: [UInt8]) {
    var parser = JSONParser(text)
    guard let value = parser.readWhole() else { return nil }
    self = value
  }

  /// The members of the object that the text holds, in their order; nil where it holds none.
  static func members(of text: [UInt8]) -> [Member]? {
    guard case .object(let members)? = JSONValue(parsing: text) else { return nil }
    return members
  }

  /// The value in one line, without white space.
  package var text: String { String(append(to:)) }

  func append(to text: inout [UInt8]) {
    switch self {
    case .null: text.append("null")
    case .boolean(let value): text.append(value ? "true" : "false")
    case .number(let digits): text.append(digits)
    case .string(let value): Self.appendQuoted(to: &text) { $0.append(value) }
    case .array(let values): Self.appendList(values, to: &text) { $0.append(to: &$1) }
    case .object(let members):
      text.append(ascii: "{")
      text.append(members, separator: ",") { member, text in
        Self.appendQuoted(to: &text) { $0.append(member.name) }
        text.append(ascii: ":")
        member.value.append(to: &text)
      }
      text.append(ascii: "}")
    }
  }

  /// Appends an array whose elements the closure appends.
  static func appendList<Element>(
    _ elements: [Element], to text: inout [UInt8],
    _ append: (Element, inout [UInt8]) -> Void
  ) {
    text.append(ascii: "[")
    text.append(elements, separator: ",", append)
    text.append(ascii: "]")
  }

  /// Appends in quotes what the closure appends, with the escapes that RFC 8259 section 7 wants.
  static func appendQuoted(to text: inout [UInt8], _ append: (inout [UInt8]) -> Void) {
    text.append(ascii: "\"")
    let start = text.count
    append(&text)
    text.replace(from: start, where: needsEscape, with: appendEscape)
    text.append(ascii: "\"")
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func appendEscape(of byte: UInt8, to text: inout [UInt8]) {
    text.append(ascii: "\\")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
    case UInt8(ascii: "\n"): text.append(ascii: "n")
    case UInt8(ascii: "\r"): text.append(ascii: "r")
    case UInt8(ascii: "\t"): text.append(ascii: "t")
    default:
      text.append(byte < 0x10 ? "u000" : "u00")
      text.append(hexadecimal: UInt16(byte))
    }
  }
}
