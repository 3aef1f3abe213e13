import Moves
import Sequences
import Streams
import Wire

/// A value that a column can hold, in both encodings.
protocol RecordValue: SendableMetatype {
  /// Whether there is nothing to say.
  var isUnknown: Bool { get }

  init?(text: String)
  init?(json: JSONValue)

  /// Appends the field of CSV as it is without quotes; nothing where it is unknown.
  func appendText(to line: inout [UInt8])
  func appendJSON(to line: inout [UInt8])
}

extension RecordValue {
  var isUnknown: Bool { false }

  /// The field of CSV.
  var text: String { String(appendText) }

  init?(json: JSONValue) {
    switch json {
    case .string(let text), .number(let text): self.init(text: text)
    case .boolean, .null, .array, .object: return nil
    }
  }

  /// A text in JSON, unless a type says otherwise.
  func appendJSON(to line: inout [UInt8]) {
    JSONValue.appendQuoted(to: &line, appendText)
  }
}

extension RecordValue where Self: LosslessStringConvertible {
  init?(text: String) { self.init(text) }
}

extension RecordValue where Self: FixedWidthInteger {
  func appendText(to line: inout [UInt8]) { line.append(decimal: Int64(self)) }
  func appendJSON(to line: inout [UInt8]) { appendText(to: &line) }
}

extension RecordValue where Self: RawRepresentable, RawValue == String {
  init?(text: String) { self.init(rawValue: text) }
  func appendText(to line: inout [UInt8]) { line.append(rawValue) }
}

extension String: RecordValue {
  func appendText(to line: inout [UInt8]) { line.append(self) }
}

extension Int: RecordValue {
  /// Counts are within ±2⁵³, which every JSON reader keeps exactly (RFC 8259 section 6), so that sums
  /// of what a file says do not overflow.
  static let recordLimit = 1 << 53

  init?(text: String) {
    guard let number = Int(text), number.magnitude <= Self.recordLimit else { return nil }
    self = number
  }

  /// The count; one beyond the limits, which only made-up numbers give, as the limit.
  func appendText(to line: inout [UInt8]) {
    line.append(decimal: Int64(Swift.min(Swift.max(self, -Self.recordLimit), Self.recordLimit)))
  }
}

extension Int64: RecordValue {}
extension UInt16: RecordValue {}

extension IPAddress: RecordValue {
  func appendText(to line: inout [UInt8]) { append(to: &line) }
}

extension Timestamp: RecordValue {
  func appendText(to line: inout [UInt8]) { append(to: &line) }
}

extension Point.Role: RecordValue {}
extension PayloadKind: RecordValue {}
extension Mark.Kind: RecordValue {}
extension Move.Verdict: RecordValue {}

extension Bool: RecordValue {
  init?(json: JSONValue) {
    guard case .boolean(let value) = json else { return nil }
    self = value
  }

  func appendText(to line: inout [UInt8]) { line.append(self ? "true" : "false") }
  func appendJSON(to line: inout [UInt8]) { appendText(to: &line) }
}

extension DecodedPacket.Kind: RecordValue {
  init?(text: String) {
    guard let kind = Self.allCases.first(where: { "\($0)" == text }) else { return nil }
    self = kind
  }

  func appendText(to line: inout [UInt8]) { line.append("\(self)") }
}

/// What is unknown is empty in CSV and null in JSON.
extension Optional: RecordValue where Wrapped: RecordValue {
  var isUnknown: Bool { self == nil }

  init?(text: String) {
    self = .none
    if text.isEmpty { return }
    guard let value = Wrapped(text: text) else { return nil }
    self = value
  }

  init?(json: JSONValue) {
    self = .none
    if json == .null { return }
    guard let value = Wrapped(json: json) else { return nil }
    self = value
  }

  func appendText(to line: inout [UInt8]) { self?.appendText(to: &line) }

  func appendJSON(to line: inout [UInt8]) {
    guard let value = self else { return line.append("null") }
    value.appendJSON(to: &line)
  }
}

/// Names, in CSV joined by `;`.
extension [String]: RecordValue {
  init?(text: String) {
    self = text.split(separator: ";").map(String.init)
  }

  init?(json: JSONValue) {
    guard case .array(let values) = json else { return nil }
    self = []
    for value in values {
      guard case .string(let name) = value else { return nil }
      append(name)
    }
  }

  func appendText(to line: inout [UInt8]) { line.append(joined(separator: ";")) }
  func appendJSON(to line: inout [UInt8]) {
    JSONValue.array(map(JSONValue.string)).append(to: &line)
  }
}
