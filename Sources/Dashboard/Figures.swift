import Wire

/// Figures as short text.
enum Figures {
  /// Three digits and a decimal prefix: `0`, `412`, `4.01M`.
  static func short(_ figure: Double) -> String {
    let prefixes = ["", "k", "M", "G", "T", "P"]
    var value = abs(figure)
    var index = 0
    while value >= 999.5, index < prefixes.count - 1 {
      value /= 1000
      index += 1
    }
    let decimals = index == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    return (figure < 0 ? "-" : "") + Quantity.decimal(value, places: decimals) + prefixes[index]
  }

  /// A rate with its prefix and unit, without the second: `4.01Mb`.
  static func shortRate(bytesPerSecond: Double, inBytes: Bool) -> String {
    inBytes ? short(bytesPerSecond) + "B" : short(bytesPerSecond * 8) + "b"
  }

  /// A rate with its unit: `4.01 Mb/s`; bytes where they are asked for.
  static func rate(bytesPerSecond: Double, inBytes: Bool) -> String {
    let text = short(inBytes ? bytesPerSecond : bytesPerSecond * 8)
    let digits = text.prefix { $0.isNumber || $0 == "." }
    return digits + " " + text.dropFirst(digits.count) + (inBytes ? "B/s" : "b/s")
  }

  /// A whole number in full up to five digits, then short.
  static func count(_ count: Int) -> String {
    abs(count) < 100_000 ? String(count) : short(Double(count))
  }

  /// `0.42 ms`, `352 ms`, `12.3 s`, `3m05s`.
  static func duration(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    switch abs(milliseconds) {
    case ..<9.995: return Quantity.decimal(milliseconds, places: 2) + " ms"
    case ..<9999.5: return Quantity.decimal(milliseconds, places: 0) + " ms"
    case ..<99_950: return Quantity.decimal(milliseconds / 1000, places: 1) + " s"
    default:
      let seconds = Int(abs(milliseconds) / 1000)
      let sign = milliseconds < 0 ? "-" : ""
      return sign + "\(seconds / 60)m\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)s"
    }
  }

  /// A time span to the second: `20s`, `3m05s`, `1h02m05s`.
  static func age(_ duration: Duration) -> String {
    let seconds = Int64((duration.milliseconds / 1000).rounded(.down))
    guard seconds >= 60 else { return "\(seconds)s" }
    let rest = "\(two(seconds / 60 % 60))m\(two(seconds % 60))s"
    guard seconds >= 3600 else { return String(rest.drop { $0 == "0" }) }
    return "\(seconds / 3600)h" + rest
  }

  /// A span for a heading: `500 ms`, `60 s`, `5 min`.
  static func span(_ seconds: Double) -> String {
    switch seconds {
    case ..<1: Quantity.decimal(seconds * 1000, places: 0) + " ms"
    case ..<120: Quantity.decimal(seconds, places: 0) + " s"
    default: Quantity.decimal(seconds / 60, places: 0) + " min"
    }
  }

  /// How many times as fast as time, to three digits: `10x`, `0.5x`.
  static func speed(_ speed: Double) -> String {
    var text = Quantity.decimal(speed, places: speed < 1 ? 3 : speed < 100 ? 1 : 0)
    while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
    return text + "x"
  }

  /// The time of day, with milliseconds where they are asked for.
  static func clock(
    _ time: Timestamp, offset: Duration = .zero, withMilliseconds: Bool = false
  ) -> String {
    let moment = (time + offset).nanoseconds
    let day: Int64 = 86_400_000_000_000
    let inDay = ((moment % day) + day) % day
    let seconds = inDay / 1_000_000_000
    let text = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { two($0) }
      .joined(separator: ":")
    guard withMilliseconds else { return text }
    let thousandths = inDay / 1_000_000 % 1000
    return text + "." + (thousandths < 10 ? "00" : thousandths < 100 ? "0" : "")
      + String(thousandths)
  }

  private static func two(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}
