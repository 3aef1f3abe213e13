import Wire

/// A duration is a decimal number of milliseconds, exact to the nanosecond and as short as can be:
/// `352`, `0.5`, `-1.000001`.
extension Duration: RecordValue {
  private static let unit: UInt64 = 1_000_000
  private static let decimals = 6

  /// Decimals beyond the nanosecond are rounded, as are numbers with an exponent.
  init?(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.count == 2 ? parts[1] : ""
    if digits.utf8.count <= Self.decimals, let whole = Int64(parts[0]),
      let fraction = UInt64(digits + String(repeating: "0", count: Self.decimals - digits.count))
    {
      let (product, overflow) = whole.multipliedReportingOverflow(by: Int64(Self.unit))
      let (sum, carry) = product.addingReportingOverflow(
        text.hasPrefix("-") ? -Int64(fraction) : Int64(fraction))
      guard !overflow, !carry else { return nil }
      self = .nanoseconds(sum)
    } else if let number = Double(text), let nanoseconds = Int64(exactly: (number * 1e6).rounded())
    {
      self = .nanoseconds(nanoseconds)
    } else {
      return nil
    }
  }

  func appendText(to line: inout [UInt8]) {
    let nanoseconds = wholeNanoseconds
    let (whole, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: Self.unit)
    if nanoseconds < 0 { line.append(ascii: "-") }
    line.append(decimal: whole)
    guard fraction > 0 else { return }
    line.append(ascii: ".")
    line.append(decimal: fraction, digits: Self.decimals)
    while line.last == UInt8(ascii: "0") { line.removeLast() }
  }

  func appendJSON(to line: inout [UInt8]) { appendText(to: &line) }
}

extension Duration {
  /// The milliseconds as the records have them: exact to the nanosecond, and as short as can be.
  package var exactMilliseconds: String { text }
}
