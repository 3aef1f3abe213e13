package import Wire

/// How a stream is carried at a point: its outer headers, outermost first, or none (`direct`).
package struct Leg: Hashable, Comparable, Sendable {
  package typealias Level = OuterHeaders.Level

  package var levels: [Level]

  package static let direct = Leg(levels: [])

  package init(levels: [Level]) {
    self.levels = levels
  }

  package init(_ outer: OuterHeaders) {
    levels = (0..<outer.count).map { outer[$0] }
  }

  /// Whether these headers are the leg's.
  func hasLevels(of outer: OuterHeaders) -> Bool {
    guard levels.count == outer.count else { return false }
    for index in 0..<outer.count where levels[index] != outer[index] { return false }
    return true
  }

  /// The number of outer headers; 0 is `direct`.
  package var depth: Int { levels.count }

  package static func < (left: Leg, right: Leg) -> Bool {
    left.description < right.description
  }
}

/// The text form `outer-src>outer-dst` a level, joined by `/`, or `direct`.
extension Leg: CustomStringConvertible {
  package var description: String { String(append(to:)) }

  /// Appends the text form.
  package func append(to text: inout [UInt8]) {
    if levels.isEmpty { return text.append("direct") }
    for (index, level) in levels.enumerated() {
      if index > 0 { text.append(ascii: "/") }
      level.source.append(to: &text)
      text.append(ascii: ">")
      level.destination.append(to: &text)
    }
  }
}
