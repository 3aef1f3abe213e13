/// Reads one JSON value (RFC 8259) from text.
struct JSONParser {
  struct Malformed: Error {
    var reason: String
    /// Counted from 1, in bytes.
    var column: Int
  }

  /// Deeper values are refused, so that hostile text cannot exhaust the stack.
  private static let depthLimit = 32

  private let bytes: [UInt8]
  private var index = 0

  /// The one value that the text holds.
  static func parse(_ bytes: [UInt8]) throws(Malformed) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.index == bytes.count else { throw parser.malformed("text behind the value") }
    return value
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func malformed(_ reason: String) -> Malformed {
    Malformed(reason: reason, column: index + 1)
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    guard depth < Self.depthLimit else { throw malformed("nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Malformed) -> JSONValue {
    guard bytes[index...].starts(with: word.utf8) else { throw malformed("no JSON value") }
    index += word.utf8.count
    return value
  }

  private mutating func members(depth: Int) throws(Malformed) -> [JSONValue.Member] {
    index += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if skip("}") { return members }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw malformed("no name of a member") }
      let name = try string()
      skipSpace()
      guard skip(":") else { throw malformed("no colon behind \"\(name)\"") }
      members.append(JSONValue.Member(name: name, value: try value(depth: depth)))
      skipSpace()
    } while skip(",")
    guard skip("}") else { throw malformed("an object that does not end") }
    return members
  }

  private mutating func elements(depth: Int) throws(Malformed) -> [JSONValue] {
    index += 1
    var elements: [JSONValue] = []
    skipSpace()
    if skip("]") { return elements }
    repeat {
      elements.append(try value(depth: depth))
      skipSpace()
    } while skip(",")
    guard skip("]") else { throw malformed("an array that does not end") }
    return elements
  }

  private mutating func number() throws(Malformed) -> String {
    let start = index
    _ = skip("-")
    let hasLeadingZero = next == UInt8(ascii: "0")
    let whole = digits()
    var isWhole = whole > 0 && !(hasLeadingZero && whole > 1)
    if skip(".") { isWhole = digits() > 0 && isWhole }
    if skip("e") || skip("E") {
      _ = skip("+") || skip("-")
      isWhole = digits() > 0 && isWhole
    }
    guard isWhole else {
      index = start
      throw malformed("no JSON value")
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = index
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { index += 1 }
    return index - start
  }

  private mutating func string() throws(Malformed) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = next {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += String(try escape()).utf8
      case 0..<0x20: throw malformed("a control character in a string")
      default: text.append(byte)
      }
    }
    throw malformed("a string that does not end")
  }

  /// What stands behind a backslash.
  private mutating func escape() throws(Malformed) -> Unicode.Scalar {
    guard let byte = next else { throw malformed("a string that does not end") }
    index += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return Unicode.Scalar(byte)
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": break
    default: throw malformed("an unknown escape")
    }
    let unit = try codeUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // The first half of a surrogate pair.
    guard unit < 0xDC00, skip("\\"), skip("u") else { throw malformed("half a surrogate pair") }
    let low = try codeUnit()
    let pair = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) &- 0xDC00)
    guard 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(pair) else {
      throw malformed("half a surrogate pair")
    }
    return scalar
  }

  private mutating func codeUnit() throws(Malformed) -> UInt16 {
    let digits = bytes[index...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("no four hexadecimal digits") }
    index += 4
    return unit
  }
}
