import Moves
import Sequences
import Streams
import Wire

/// A value that a column can hold, in both encodings.
protocol RecordValue: SendableMetatype {
  /// The field in CSV; empty where it is unknown.
  var text: String { get }
  var json: JSONValue { get }

  init?(text: String)
  init?(json: JSONValue)
}

extension RecordValue {
  /// A text in JSON, unless a type says otherwise.
  var json: JSONValue { .string(text) }

  init?(json: JSONValue) {
    switch json {
    case .string(let text), .number(let text): self.init(text: text)
    case .boolean, .null, .array, .object: return nil
    }
  }
}

extension RecordValue where Self: LosslessStringConvertible {
  var text: String { description }
  init?(text: String) { self.init(text) }
}

extension RecordValue where Self: FixedWidthInteger {
  var json: JSONValue { .number(text) }
}

extension RecordValue where Self: RawRepresentable, RawValue == String {
  var text: String { rawValue }
  init?(text: String) { self.init(rawValue: text) }
}

extension String: RecordValue {}

extension Int: RecordValue {
  /// Counts are within ±2⁵³, which every JSON reader keeps exactly (RFC 8259 section 6), so that sums
  /// of what a file says do not overflow.
  static let recordLimit = 1 << 53

  /// The count; one beyond the limits, which only made-up numbers give, as the limit.
  var text: String {
    String(Swift.min(Swift.max(self, -Self.recordLimit), Self.recordLimit))
  }

  init?(text: String) {
    guard let number = Int(text), number.magnitude <= Self.recordLimit else { return nil }
    self = number
  }
}

extension Int64: RecordValue {}
extension UInt16: RecordValue {}
extension IPAddress: RecordValue {}
extension Timestamp: RecordValue {}
extension Point.Role: RecordValue {}
extension PayloadKind: RecordValue {}
extension Mark.Kind: RecordValue {}
extension Move.Verdict: RecordValue {}

extension Bool: RecordValue {
  var json: JSONValue { .boolean(self) }

  init?(json: JSONValue) {
    guard case .boolean(let value) = json else { return nil }
    self = value
  }
}

extension DecodedPacket.Kind: RecordValue {
  var text: String { "\(self)" }

  init?(text: String) {
    guard let kind = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = kind
  }
}

/// What is unknown is empty in CSV and null in JSON.
extension Optional: RecordValue where Wrapped: RecordValue {
  var text: String { self?.text ?? "" }
  var json: JSONValue { self?.json ?? .null }

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
}

/// Names, in CSV joined by `;`.
extension [String]: RecordValue {
  var text: String { joined(separator: ";") }
  var json: JSONValue { .array(map(JSONValue.string)) }

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
}
