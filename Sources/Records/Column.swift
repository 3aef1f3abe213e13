import Wire

/// A column of a kind of records: how both encodings get its value out of a row, and back.
struct Column<Row>: Sendable {
  let name: String
  /// Not part of CSV, and of JSON only where it says something.
  let isExtra: Bool
  /// Appends the field of CSV, not in quotes.
  let appendText: @Sendable (Row, inout [UInt8]) -> Void
  /// Appends the member of JSON: what stands before the value, and the value; nothing of an extra that
  /// says nothing.
  let appendMember: @Sendable (Row, inout [UInt8]) -> Void
  /// Nil for a value that follows from others and is not read back. False where the value cannot be.
  let readText: (@Sendable (inout Row, String) -> Bool)?
  let readJSON: (@Sendable (inout Row, JSONValue) -> Bool)?

  /// - Parameters:
  ///   - get: the value in a row. A key path's literal is a function here, which costs no look-up.
  ///   - set: puts a value that was read in its place; nil for one that follows from others.
  init<Value: RecordValue>(
    _ name: String, _ get: @escaping @Sendable (Row) -> Value, isExtra: Bool = false,
    set: (@Sendable (inout Row, Value) -> Void)? = nil
  ) {
    self.name = name
    self.isExtra = isExtra
    appendText = { get($0).appendText(to: &$1) }
    let label = Array(",\"\(name)\":".utf8)
    appendMember = { row, line in
      let value = get(row)
      if isExtra, value.isUnknown { return }
      line += label
      value.appendJSON(to: &line)
    }
    guard let set else {
      readText = nil
      readJSON = nil
      return
    }
    readText = { row, text in
      guard let value = Value(text: text) else { return false }
      set(&row, value)
      return true
    }
    readJSON = { row, json in
      guard let value = Value(json: json) else { return false }
      set(&row, value)
      return true
    }
  }
}

/// A kind of records: its name in JSON Lines, its file in a CSV folder, and its columns.
struct Table<Row: Sendable>: Sendable {
  let kind: String
  let file: String
  /// What a row holds before it is read.
  let blank: Row
  let columns: [Column<Row>]
  /// The columns of CSV.
  private let fields: [Column<Row>]
  /// How an object of JSON begins.
  private let opening: [UInt8]

  init(kind: String, file: String, blank: Row, columns: [Column<Row>]) {
    self.kind = kind
    self.file = file
    self.blank = blank
    self.columns = columns
    fields = columns.filter { !$0.isExtra }
    opening = Array("{\"record\":\"\(kind)\"".utf8)
  }

  /// The CSV header (RFC 4180 section 2).
  var header: String { CSV.line(fields.map(\.name)) }

  func appendCSV(_ row: Row, to text: inout [UInt8]) {
    CSV.append(fields, to: &text) { $0.appendText(row, &$1) }
  }

  func appendJSON(_ row: Row, to text: inout [UInt8]) {
    text += opening
    for column in columns { column.appendMember(row, &text) }
    text.append("}\n")
  }

  func csv(_ row: Row) -> String { String { appendCSV(row, to: &$0) } }

  func json(_ row: Row) -> String { String { appendJSON(row, to: &$0) } }

  /// What JSON says of a row, without its kind.
  func members(_ row: Row) -> [JSONValue.Member] {
    var text: [UInt8] = []
    appendJSON(row, to: &text)
    return Array((JSONValue.members(of: text) ?? []).dropFirst())
  }

  /// Where the columns stand among those of a file; nil for one that it does not have.
  func places(in header: [String]) -> [Int?] { columns.map { header.firstIndex(of: $0.name) } }

  /// The row of these fields; a column that is not there is unknown.
  ///
  /// - Parameter places: of the columns, as `places(in:)` gives them.
  func row(fields: [String], at places: [Int?]) throws(ColumnError) -> Row {
    var place = places.makeIterator()
    return try row { row, column in
      let field = place.next() ?? nil
      return column.readText.map { $0(&row, field.map { fields[$0] } ?? "") }
    }
  }

  /// The row of these members; those that no column names are passed over.
  func row(members: [JSONValue.Member]) throws(ColumnError) -> Row {
    // Members mostly come in the order of the columns: each is looked for behind the one before.
    var next = 0
    return try row { row, column in
      guard let read = column.readJSON else { return nil }
      let found =
        members[next...].firstIndex { $0.name == column.name }
        ?? members[..<next].firstIndex { $0.name == column.name }
      guard let found else { return read(&row, .null) }
      next = found + 1
      return read(&row, members[found].value)
    }
  }

  private func row(
    _ read: (inout Row, Column<Row>) -> Bool?
  ) throws(ColumnError) -> Row {
    var row = blank
    for column in columns where read(&row, column) == false {
      throw ColumnError(name: column.name)
    }
    return row
  }
}

/// A column whose value cannot be.
struct ColumnError: Error {
  var name: String
}
