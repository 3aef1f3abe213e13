import Records
import Streams
import Wire

/// Figures as text. What is not known is a dash, never 0.
enum Wording {
  static let unknown = "–"

  /// A time for a drawing: `0.42 ms`, `352 ms`, `12.3 s`, `3 min 05 s`.
  static func duration(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    return switch abs(milliseconds) {
    case 0: "0 ms"
    case ..<9.995: signed(milliseconds, places: 2) + " ms"
    case ..<999.95: signed(milliseconds, places: 1) + " ms"
    case ..<99_950: signed(milliseconds / 1000, places: 2) + " s"
    default: long(milliseconds)
    }
  }

  private static func long(_ milliseconds: Double) -> String {
    let seconds = Int(min(abs(milliseconds) / 1000, 9e15).rounded())
    let sign = milliseconds < 0 ? "−" : ""
    if seconds < 7200 {
      return sign + "\(seconds / 60) min \(two(seconds % 60)) s"
    }
    return sign + "\(seconds / 3600) h \(two(seconds / 60 % 60)) min"
  }

  /// A moment told from another one: `+202.1 ms`.
  static func offset(_ span: Duration) -> String {
    (span > .zero ? "+" : "") + duration(span)
  }

  private static func signed(_ number: Double, places: Int) -> String {
    let text = Quantity.decimal(abs(number), places: places)
    return number < 0 ? "−" + text : text
  }

  /// Milliseconds to the microsecond, for tables: `202.135`.
  static func milliseconds(_ duration: Duration) -> String {
    signed(duration.milliseconds, places: 3)
  }

  /// A whole number in groups of three.
  static func count(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return (count < 0 ? "−" : "") + text
  }

  static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    self.count(count) + " " + (count == 1 ? noun : plural ?? noun + "s")
  }

  /// `4.19 Mb/s`, with three digits at the least.
  static func rate(_ bitsPerSecond: Double) -> String {
    let (scale, prefix) = ratePrefix(bitsPerSecond)
    let value = bitsPerSecond / scale
    let places = value == 0 || prefix.isEmpty ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    return Quantity.decimal(value, places: places) + " \(prefix)b/s"
  }

  /// What a rate is told in.
  static func ratePrefix(_ bitsPerSecond: Double) -> (scale: Double, prefix: String) {
    switch bitsPerSecond {
    case 1e9...: (1e9, "G")
    case 1e6...: (1e6, "M")
    case 1e3...: (1e3, "k")
    default: (1, "")
    }
  }

  /// The time of day in UTC with so many decimals (9 at the most), cut and not rounded.
  static func clock(_ time: Timestamp, places: Int = 0) -> String {
    let text = time.description.split(separator: "T").last ?? ""
    return String(text.prefix(places == 0 ? 8 : 9 + places))
  }

  static func date(_ time: Timestamp) -> String {
    String(time.description.split(separator: "T").first ?? "")
  }

  /// What stands at a place on a stream's way.
  static func role(_ role: Point.Role) -> String {
    switch role {
    case .source: "guest"
    case .access: "guest’s interface on the server"
    case .external: "server, outside"
    case .anchor: "home agent"
    case .receiver: "correspondent node"
    }
  }

  /// Names as a sentence has them.
  static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  private static func two(_ number: Int) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}
