/// Quantities as users write them: durations with a unit (`10s`, `200ms`, `1.5m`), counts and rates
/// with a decimal prefix or none (`500`, `4M`, `2.5k`).
package enum Quantity {
  /// The duration that a number and its unit name: `ns`, `us`, `ms`, `s`, `m` (minutes) or `h`.
  ///
  /// Nil for any other text, for less than a nanosecond that is not zero, and for more than 64 bits
  /// of nanoseconds.
  package static func duration(_ text: String) -> Duration? {
    guard let (number, unit) = split(text) else { return nil }
    let scale: Int64? =
      switch unit {
      case "ns": 1
      case "us": 1_000
      case "ms": 1_000_000
      case "s": 1_000_000_000
      case "m": 60_000_000_000
      case "h": 3_600_000_000_000
      default: nil
      }
    return scale.flatMap { scaled(number, by: $0) }.map { .nanoseconds($0) }
  }

  /// The whole number that a decimal number with the prefix `k`, `M`, `G` or none names.
  ///
  /// Nil for any other text, for fractions (`1.5`, but not `1.5k`), and for more than 64 bits.
  package static func count(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    let scale: Int64? =
      switch unit {
      case "": 1
      case "k", "K": 1_000
      case "M": 1_000_000
      case "G": 1_000_000_000
      default: nil
      }
    return scale.flatMap { scaled(number, by: $0) }.map { Int($0) }
  }

  /// Digits with at most one point among them, and what follows.
  private static func split(_ text: String) -> (number: Substring, unit: Substring)? {
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard let first = number.first, first != ".", number.last != "." else { return nil }
    return (number, text[number.endIndex...])
  }

  /// The number times the scale, where that is whole.
  private static func scaled(_ number: Substring, by scale: Int64) -> Int64? {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int64(parts[0]) else { return nil }
    var (value, overflow) = whole.multipliedReportingOverflow(by: scale)
    guard !overflow else { return nil }
    var unit = scale
    for digit in parts.count == 2 ? parts[1] : "" {
      guard let digit = digit.wholeNumberValue else { return nil }
      guard digit != 0 || unit % 10 == 0 else { continue }
      guard unit % 10 == 0 else { return nil }
      unit /= 10
      (value, overflow) = value.addingReportingOverflow(Int64(digit) * unit)
      guard !overflow else { return nil }
    }
    return value
  }

  /// The number with so many decimals, rounded to the nearest, as in `12.50`.
  package static func decimal(_ number: Double, places: Int) -> String {
    guard number.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 9e18 else { return "\(number)" }
    var digits = String(Int64(scaled))
    if places > 0 {
      digits = String(repeating: "0", count: max(places + 1 - digits.utf8.count, 0)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
    }
    return number < 0 && scaled > 0 ? "-" + digits : digits
  }

  /// The rate with two decimals and a decimal prefix, as in `4.00 Mbit/s`.
  package static func bitRate(_ bitsPerSecond: Double) -> String {
    let (scale, prefix) =
      switch bitsPerSecond {
      case 1e9...: (1e9, "G")
      case 1e6...: (1e6, "M")
      case 1e3...: (1e3, "k")
      default: (1.0, "")
      }
    return decimal(bitsPerSecond / scale, places: 2) + " \(prefix)bit/s"
  }
}
