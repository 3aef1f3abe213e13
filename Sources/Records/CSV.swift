import Wire

/// Comma-separated values as RFC 4180 has them.
package enum CSV {
  /// A record with its line break, CR LF.
  package static func line(_ fields: [String]) -> String {
    String { append(fields, to: &$0) { $1.append($0) } }
  }

  /// Appends a record with its line break, whose fields the closure appends; they get quotes where
  /// they need them.
  static func append<Field>(
    _ fields: [Field], to line: inout [UInt8], _ append: (Field, inout [UInt8]) -> Void
  ) {
    line.append(fields, separator: ",") { field, line in
      let start = line.count
      append(field, &line)
      guard line[start...].contains(where: needsQuotes) else { return }
      line.insert(UInt8(ascii: "\""), at: start)
      line.replace(from: start + 1, where: { $0 == UInt8(ascii: "\"") }) { $1 += [$0, $0] }
      line.append(ascii: "\"")
    }
    line.append("\r\n")
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
    default: false
    }
  }

  /// Whether the quotes that the text opens are closed: else the record goes on in the next line.
  static func isWhole(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.reduce(true) { $1 == UInt8(ascii: "\"") ? !$0 : $0 }
  }

  /// The fields of a record without its line break; nil where its quotes are wrong.
  static func fields(_ bytes: [UInt8]) -> [String]? {
    var fields: [String] = []
    var index = 0
    while true {
      var field: [UInt8] = []
      if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
        index += 1
        while true {
          guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
          field += bytes[index..<end]
          index = end + 1
          guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { break }
          field.append(UInt8(ascii: "\""))
          index += 1
        }
      } else {
        let end = bytes[index...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.count
        field += bytes[index..<end]
        guard !field.contains(UInt8(ascii: "\"")) else { return nil }
        index = end
      }
      fields.append(String(decoding: field, as: UTF8.self))
      if index == bytes.count { return fields }
      guard bytes[index] == UInt8(ascii: ",") else { return nil }
      index += 1
    }
  }
}

extension [UInt8] {
  /// Appends what the closure appends of each element, with a separator between.
  mutating func append<Member>(
    _ members: [Member], separator: Unicode.Scalar, _ append: (Member, inout [UInt8]) -> Void
  ) {
    for (index, member) in members.enumerated() {
      if index > 0 { self.append(ascii: separator) }
      append(member, &self)
    }
  }

  /// Replaces bytes behind an offset by what the closure appends for them.
  mutating func replace(
    from start: Int, where isMeant: (UInt8) -> Bool, with append: (UInt8, inout [UInt8]) -> Void
  ) {
    guard let first = self[start...].firstIndex(where: isMeant) else { return }
    let rest = Array(self[first...])
    removeSubrange(first...)
    for byte in rest {
      if isMeant(byte) { append(byte, &self) } else { self.append(byte) }
    }
  }
}
