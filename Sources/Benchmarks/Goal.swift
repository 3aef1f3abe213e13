import Wire

/// A figure that is wanted, and what was measured.
struct Goal: Sendable, Equatable {
  enum Bound: Sendable, Equatable {
    case atLeast(Double)
    case atMost(Double)
    case below(Double)

    func holds(_ value: Double) -> Bool {
      switch self {
      case .atLeast(let limit): value >= limit
      case .atMost(let limit): value <= limit
      case .below(let limit): value < limit
      }
    }

    var sign: String {
      switch self {
      case .atLeast: "≥"
      case .atMost: "≤"
      case .below: "<"
      }
    }

    var limit: Double {
      switch self {
      case .atLeast(let limit), .atMost(let limit), .below(let limit): limit
      }
    }
  }

  /// What is measured, such as `a: engine ÷ pcap_loop`.
  let subject: String
  let bound: Bound
  /// What follows the number, with a space where one belongs there.
  var unit = "×"
  /// Nil where it could not be measured; `detail` says why.
  let value: Double?
  /// The figures that it was reckoned from.
  var detail = ""

  var isMet: Bool { value.map(bound.holds) ?? false }

  /// As a row of the table of goals.
  var cells: [String] {
    let wanted = "\(bound.sign) \(Self.text(bound.limit))\(unit)"
    guard let value else { return [subject, wanted, "–", "not measured", detail] }
    return [
      subject, wanted, Self.text(value) + unit, isMet ? "met" : "**missed**", detail,
    ]
  }

  static func table(_ goals: [Goal]) -> MarkdownTable {
    var table = MarkdownTable([
      .words("goal"), .figures("wanted"), .figures("measured"), .words(""), .words("figures"),
    ])
    for goal in goals { table.add(goal.cells) }
    return table
  }

  /// Three digits that count, or more before the point; the zeros that end a fraction are left out.
  static func text(_ number: Double) -> String {
    let magnitude = number.magnitude
    let places = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
    var text = Quantity.decimal(number, places: places)
    while text.contains("."), let last = text.last, last == "0" || last == "." {
      text.removeLast()
      if last == "." { break }
    }
    return text
  }
}
