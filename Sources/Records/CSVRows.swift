/// The rows of a CSV file of one kind of records, one after another.
///
/// A last line without its end is not read. Columns that the schema does not name are passed over.
final class CSVRows<Row: Sendable> {
  private let table: Table<Row>
  private let input: RecordInput
  private var bytes: [UInt8] = []
  private var start = 0
  private var line = 0
  private var header: [String] = []
  private var places: [Int?] = []
  private var isAtEnd = false
  /// The row to come; nil at the end, and from a line on that is no row.
  private(set) var upcoming: Row?
  /// Why there is no row to come, where that is not the end.
  private(set) var failure: RecordError?

  init(_ table: Table<Row>, folder: String) throws(RecordError) {
    self.table = table
    input = try RecordInput(reading: folder + "/" + table.file)
    header = try fields() ?? []
    places = table.places(in: header)
    guard places.first != .some(nil) else {
      throw .notARecording(
        path: input.path, reason: "it has no column \"\(table.columns[0].name)\"")
    }
    advance()
  }

  /// Nil where the folder has no such file.
  convenience init?(ifThere table: Table<Row>, folder: String) throws(RecordError) {
    guard RecordInput.exists(folder + "/" + table.file) else { return nil }
    try self.init(table, folder: folder)
  }

  /// Goes on to the row behind the one to come.
  func advance() {
    upcoming = nil
    do throws(RecordError) { upcoming = try next() } catch { failure = error }
  }

  private func next() throws(RecordError) -> Row? {
    guard let fields = try fields() else { return nil }
    guard fields.count == header.count else {
      throw malformed("\(fields.count) fields where the header has \(header.count)")
    }
    do throws(ColumnError) { return try table.row(fields: fields, at: places) } catch {
      let field = header.firstIndex(of: error.name).map { fields[$0] } ?? ""
      throw malformed("\"\(error.name)\" cannot be \"\(field)\"")
    }
  }

  /// The fields of the next record.
  private func fields() throws(RecordError) -> [String]? {
    var record: [UInt8] = []
    var lines = 0
    repeat {
      guard let text = try nextLine() else { return nil }
      if lines > 0 { record.append(UInt8(ascii: "\n")) }
      record += text
      lines += 1
    } while !CSV.isWhole(record)
    line += lines
    if record.last == UInt8(ascii: "\r") { record.removeLast() }
    guard let fields = CSV.fields(record) else { throw malformed("quotes in the wrong place") }
    return fields
  }

  private func nextLine() throws(RecordError) -> [UInt8]? {
    while true {
      if let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Array(bytes[start..<end])
      }
      guard !isAtEnd else { return nil }
      bytes.removeFirst(start)
      start = 0
      let more = try input.read()
      isAtEnd = more.isEmpty
      bytes += more
    }
  }

  private func malformed(_ reason: String) -> RecordError {
    .malformed(path: input.path, line: line, reason: reason)
  }
}
