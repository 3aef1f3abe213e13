import Foundation

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

  /// The value in one line, without white space.
  package var text: String {
    var text = ""
    append(to: &text)
    return text
  }

  func append(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let value): Self.append(quoted: value, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.append(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.append(quoted: member.name, to: &text)
        text += ":"
        member.value.append(to: &text)
      }
      text += "}"
    }
  }

  private static func append(quoted value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// The members of an object have no order of their own (RFC 8259 section 4): they are read in the
/// order of their names.
extension JSONValue: Decodable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What a recording has most of comes first: a wrong guess costs more than all else here.
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let number = try? container.decode(Decimal.self) {
      self = .number("\(number)")
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let values = try? container.decode([JSONValue].self) {
      self = .array(values)
    } else {
      self.init(try container.decode([String: JSONValue].self))
    }
  }

  init(_ members: [String: JSONValue]) {
    self = .object(
      members.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: $0.value) })
  }

  /// The members of the object that the text holds; nil where it holds none.
  static func members(of text: [UInt8]) -> [String: JSONValue]? {
    try? JSONDecoder().decode([String: JSONValue].self, from: Data(text))
  }
}
