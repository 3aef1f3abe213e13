import Moves

/// The detail of a mark: a JSON object, in CSV as well.
struct MarkDetail {
  var members: [(name: String, value: Mark.Value)]
}

extension MarkDetail: RecordValue {
  init?(text: String) {
    guard let members = JSONValue.members(of: Array(text.utf8)) else { return nil }
    self.init(json: .object(members))
  }

  init?(json: JSONValue) {
    guard case .object(let members) = json else { return nil }
    self.members = members.map { ($0.name, Mark.Value($0.value)) }
  }

  func appendText(to line: inout [UInt8]) {
    JSONValue.object(
      members.map { JSONValue.Member(name: $0.name, value: JSONValue($0.value)) }
    ).append(to: &line)
  }

  func appendJSON(to line: inout [UInt8]) { appendText(to: &line) }
}

extension JSONValue {
  init(_ value: Mark.Value) {
    switch value {
    case .text(let text): self = .string(text)
    case .integer(let number): self = .number("\(number)")
    case .number(let number): self = number.isFinite ? .number("\(number)") : .null
    case .boolean(let value): self = .boolean(value)
    case .list(let values): self = .array(values.map(JSONValue.init))
    case .null: self = .null
    }
  }
}

extension Mark.Value {
  init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .number(let digits):
      self = Int(digits).map(Self.integer) ?? Double(digits).map(Self.number) ?? .null
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map(Self.init))
    // Only programs of others nest objects here; their text keeps what they say.
    case .object: self = .text(json.text)
    }
  }
}
