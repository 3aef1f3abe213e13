/// A column of a kind of records: how both encodings get its value out of a row, and back.
struct Column<Row>: Sendable {
  let name: String
  /// Not part of CSV, and of JSON only where it says something.
  let isExtra: Bool
  let text: @Sendable (Row) -> String
  let json: @Sendable (Row) -> JSONValue
  /// Nil for a value that follows from others and is not read back. False where the value cannot be.
  let readText: (@Sendable (inout Row, String) -> Bool)?
  let readJSON: (@Sendable (inout Row, JSONValue) -> Bool)?

  init<Value: RecordValue>(
    _ name: String, _ path: any WritableKeyPath<Row, Value> & Sendable, isExtra: Bool = false
  ) {
    self.name = name
    self.isExtra = isExtra
    text = { $0[keyPath: path].text }
    json = { $0[keyPath: path].json }
    readText = { row, text in
      guard let value = Value(text: text) else { return false }
      row[keyPath: path] = value
      return true
    }
    readJSON = { row, json in
      guard let value = Value(json: json) else { return false }
      row[keyPath: path] = value
      return true
    }
  }

  init<Value: RecordValue>(_ name: String, derived path: any KeyPath<Row, Value> & Sendable) {
    self.name = name
    isExtra = false
    text = { $0[keyPath: path].text }
    json = { $0[keyPath: path].json }
    readText = nil
    readJSON = nil
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

  init(kind: String, file: String, blank: Row, columns: [Column<Row>]) {
    self.kind = kind
    self.file = file
    self.blank = blank
    self.columns = columns
    fields = columns.filter { !$0.isExtra }
  }

  /// The CSV header (RFC 4180 section 2).
  var header: String { CSV.line(fields.map(\.name)) }

  func csv(_ row: Row) -> String { CSV.line(fields.map { $0.text(row) }) }

  func json(_ row: Row) -> String {
    let kind = JSONValue.Member(name: "record", value: .string(kind))
    return JSONValue.object([kind] + members(row)).text + "\n"
  }

  /// What JSON says of a row, without its kind.
  func members(_ row: Row) -> [JSONValue.Member] {
    columns.compactMap { column in
      let value = column.json(row)
      if column.isExtra, value == .null { return nil }
      return JSONValue.Member(name: column.name, value: value)
    }
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
