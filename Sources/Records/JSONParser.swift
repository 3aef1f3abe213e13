import Foundation

/// Reads a JSON text (RFC 8259) from its bytes, in one pass.
///
/// It is strict: nothing that the grammar does not have is read. Values may be nested 64 deep.
struct JSONParser: ~Copyable {
  private static let maximumDepth = 64

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The value that is the whole text; nil where it is none.
  mutating func readWhole() -> JSONValue? {
    skipSpace()
    guard let value = readValue() else { return nil }
    skipSpace()
    return position == bytes.count ? value : nil
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skip(word: StaticString) -> Bool {
    word.withUTF8Buffer { letters in
      guard unsafe bytes[position...].starts(with: letters) else { return false }
      position += letters.count
      return true
    }
  }

  private mutating func readValue() -> JSONValue? {
    switch next {
    case UInt8(ascii: "\""): readString().map(JSONValue.string)
    case UInt8(ascii: "{"): nested { $0.readMembers() }
    case UInt8(ascii: "["): nested { $0.readElements() }
    case UInt8(ascii: "n"): skip(word: "null") ? .null : nil
    case UInt8(ascii: "t"): skip(word: "true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): skip(word: "false") ? .boolean(false) : nil
    default: readNumber().map(JSONValue.number)
    }
  }

  private mutating func nested(_ read: (inout JSONParser) -> JSONValue?) -> JSONValue? {
    guard depth < Self.maximumDepth else { return nil }
    depth += 1
    position += 1
    skipSpace()
    let value = read(&self)
    depth -= 1
    return value
  }

  private mutating func readMembers() -> JSONValue? {
    var members: [JSONValue.Member] = []
    if skip("}") { return .object(members) }
    while true {
      guard let name = readString() else { return nil }
      skipSpace()
      guard skip(":") else { return nil }
      skipSpace()
      guard let value = readValue() else { return nil }
      members.append(JSONValue.Member(name: name, value: value))
      skipSpace()
      if skip("}") { return .object(members) }
      guard skip(",") else { return nil }
      skipSpace()
    }
  }

  private mutating func readElements() -> JSONValue? {
    var values: [JSONValue] = []
    if skip("]") { return .array(values) }
    while true {
      guard let value = readValue() else { return nil }
      values.append(value)
      skipSpace()
      if skip("]") { return .array(values) }
      guard skip(",") else { return nil }
      skipSpace()
    }
  }

  private mutating func readString() -> String? {
    guard skip("\"") else { return nil }
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return String(validating: bytes[start..<position], as: UTF8.self)
    }
    return readEscapedString(from: start)
  }

  /// The string that begins there, and has its first escape at the position.
  private mutating func readEscapedString(from start: Int) -> String? {
    var text = Array(bytes[start..<position])
    while let byte = next, byte >= 0x20 {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = readEscape() else { return nil }
        text.append(contentsOf: String(scalar).utf8)
      default: text.append(byte)
      }
    }
    return nil
  }

  /// What an escape stands for, behind its backslash.
  private mutating func readEscape() -> Unicode.Scalar? {
    guard let byte = next else { return nil }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let unit = readUnit() else { return nil }
      guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
      guard skip("\\"), skip("u"), let trail = readUnit(), UTF16.isTrailSurrogate(trail) else {
        return nil
      }
      return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    default: return nil
    }
  }

  /// A UTF-16 code unit in four hexadecimal digits.
  private mutating func readUnit() -> UInt16? {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        return nil
      }
      position += 1
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  /// A number in decimal digits, without zeros at the end of its decimals, and without an exponent
  /// unless it takes more digits than there can be.
  private mutating func readNumber() -> String? {
    let start = position
    _ = skip("-")
    let isZero = next == UInt8(ascii: "0")
    let whole = skipDigits()
    guard whole > 0, !isZero || whole == 1 else { return nil }
    var isPlain = true
    if skip(".") {
      guard skipDigits() > 0 else { return nil }
      isPlain = bytes[position - 1] != UInt8(ascii: "0")
    }
    if skip("e") || skip("E") {
      _ = skip("+") || skip("-")
      guard skipDigits() > 0 else { return nil }
      isPlain = false
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isPlain { return text }
    if let number = Decimal(string: text, locale: nil), number.isFinite { return "\(number)" }
    return Double(text).flatMap { $0.isFinite ? text : nil }
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    return position - start
  }
}
