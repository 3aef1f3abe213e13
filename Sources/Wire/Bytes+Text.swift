extension String {
  /// What the closure appends, in UTF-8.
  package init(_ append: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    append(&text)
    self.init(decoding: text, as: UTF8.self)
  }
}

/// Text in ASCII or UTF-8 that is written byte by byte.
extension [UInt8] {
  package mutating func append(_ text: String) {
    append(contentsOf: text.utf8)
  }

  package mutating func append(ascii character: Unicode.Scalar) {
    append(UInt8(ascii: character))
  }

  /// Appends a whole number in decimal digits.
  package mutating func append(decimal number: Int64) {
    if number < 0 { append(ascii: "-") }
    append(decimal: number.magnitude)
  }

  /// Appends a whole number in decimal digits.
  package mutating func append(decimal number: UInt64) {
    append(decimal: number, digits: Self.digits(of: number))
  }

  /// Appends the last so many decimal digits, leading zeros among them.
  package mutating func append(decimal number: UInt64, digits: Int) {
    append(addingCapacity: digits) { text in
      text.append(repeating: UInt8(ascii: "0"), count: digits)
      var text = text.mutableSpan
      var rest = number
      for index in (0..<digits).reversed() {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        text[index] += UInt8(truncatingIfNeeded: digit)
        rest = quotient
      }
    }
  }

  private static func digits(of number: UInt64) -> Int {
    var (digits, limit): (Int, UInt64) = (1, 10)
    while number >= limit {
      digits += 1
      let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
      if overflow { break }
      limit = next
    }
    return digits
  }

  /// Appends a number in hexadecimal digits, lower case, without leading zeros.
  package mutating func append(hexadecimal number: UInt16) {
    var shift = number == 0 ? 0 : (15 - number.leadingZeroBitCount) & ~3
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: number >> UInt16(shift) & 0xf)
      append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }
}
