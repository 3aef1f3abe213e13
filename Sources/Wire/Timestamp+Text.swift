/// The text form of RFC 3339: UTC, nine decimals, `Z`, as in `2025-03-01T12:05:02.113000000Z`.
extension Timestamp: LosslessStringConvertible {
  public var description: String { String(append(to:)) }

  /// Appends the text form.
  package func append(to text: inout [UInt8]) {
    let (seconds, fraction) = Self.divide(nanoseconds, by: 1_000_000_000)
    let (days, secondOfDay) = Self.divide(seconds, by: 86_400)
    let date = CivilDate(days: days)
    func append(_ part: Int64, digits: Int, _ end: Unicode.Scalar) {
      text.append(decimal: UInt64(part), digits: digits)
      text.append(ascii: end)
    }
    append(date.year, digits: 4, "-")
    append(date.month, digits: 2, "-")
    append(date.day, digits: 2, "T")
    append(secondOfDay / 3600, digits: 2, ":")
    append(secondOfDay / 60 % 60, digits: 2, ":")
    append(secondOfDay % 60, digits: 2, ".")
    append(fraction, digits: 9, "Z")
  }

  /// The moment that an RFC 3339 date and time names, with up to nine decimals and any offset.
  ///
  /// Nil for any other text, for leap seconds, which the scale does not have, and for moments that
  /// 64 bits do not hold.
  public init?(_ text: String) {
    var reader = TextReader(text)
    guard
      let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
      let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
      let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
      let second = reader.number(digits: 2), second < 60,
      let fraction = reader.fraction(),
      let offset = reader.offset(), reader.isAtEnd,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    var seconds = date.days * 86_400 + hour * 3600 + minute * 60 + second - offset
    var remainder = fraction
    if seconds < 0 && remainder > 0 {
      // Counted down from the next second, so that the earliest moments do not overflow on the way.
      seconds += 1
      remainder -= 1_000_000_000
    }
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(remainder)
    guard !overflow, !carry else { return nil }
    self.init(nanoseconds: sum)
  }

  /// Quotient and remainder, rounded down.
  private static func divide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// A day of the Gregorian calendar, extended backwards.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  /// Days in a cycle of 400 years, and from the first of March of year 0 to the Unix epoch.
  private static let cycle: Int64 = 146_097
  private static let epoch: Int64 = 719_468

  /// Nil where the calendar has no such day.
  init?(year: Int64, month: Int64, day: Int64) {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length: Int64 =
      switch month {
      case 4, 6, 9, 11: 30
      case 2: isLeap ? 29 : 28
      default: 31
      }
    guard 1...12 ~= month, 1...length ~= day else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day so many days after 1970-01-01, not before the year 0.
  init(days: Int64) {
    // Years are counted from March, so that the leap day is their last; five months have 153 days.
    let sinceMarch = days + Self.epoch
    let dayOfCycle = sinceMarch % Self.cycle
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = sinceMarch / Self.cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01; negative before.
  var days: Int64 {
    // Year 0 begins in the cycle before, which one cycle added and taken off again covers.
    let yearFromMarch = (month <= 2 ? year - 1 : year) + 400
    let monthFromMarch = month <= 2 ? month + 9 : month - 3
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return 365 * yearFromMarch + yearFromMarch / 4 - yearFromMarch / 100 + yearFromMarch / 400
      + dayOfYear - Self.cycle - Self.epoch
  }
}

/// Reads the parts of an RFC 3339 text one after another.
private struct TextReader {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// The next digit's value.
  private mutating func digit() -> Int64? {
    guard let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
    rest.removeFirst()
    return Int64(byte - UInt8(ascii: "0"))
  }

  /// A number of exactly so many digits.
  mutating func number(digits: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Decimals of a second, if any, in nanoseconds.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    guard var value = digit() else { return nil }
    var unit: Int64 = 100_000_000
    value *= unit
    while unit > 1, let digit = digit() {
      unit /= 10
      value += digit * unit
    }
    return value
  }

  /// `Z`, or hours and minutes east of Greenwich, in seconds.
  mutating func offset() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"),
      let hours = number(digits: 2), hours < 24, skip(":"),
      let minutes = number(digits: 2), minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
