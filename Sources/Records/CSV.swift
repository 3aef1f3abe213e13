/// Comma-separated values as RFC 4180 has them.
package enum CSV {
  /// A record with its line break, CR LF.
  package static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\r\n"
  }

  /// The field, in quotes where it needs them.
  private static func quoted(_ field: String) -> String {
    let special = #"",\#r\#n"#.utf8
    guard field.utf8.contains(where: special.contains) else { return field }
    return "\""
      + field.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
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
