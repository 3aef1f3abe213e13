/// The signs that screens draw with, for terminals with and without Unicode.
package struct Glyphs: Sendable, Equatable {
  package var cursor: String
  package var arrow: String
  package var left: String
  package var came: String
  package var here: String
  package var user: String
  package var pin: String
  package var tick: String
  package var dot: String
  package var dash: String
  package var ellipsis: String
  package var check: String
  package var ascending: String
  package var descending: String
  package var separator: String
  package var bar: String
  package var plusMinus: String
  package var drawsBraille: Bool

  package static let unicode = Glyphs(
    cursor: "▸", arrow: "→", left: "▼", came: "▲", here: "●", user: "◆", pin: "★", tick: "╵",
    dot: "·",
    dash: "–", ellipsis: "…", check: "✓", ascending: "▴", descending: "▾", separator: "·", bar: "█",
    plusMinus: "±", drawsBraille: true)

  package static let ascii = Glyphs(
    cursor: ">", arrow: "->", left: "v", came: "^", here: "*", user: "!", pin: "P", tick: "'",
    dot: ".",
    dash: "-", ellipsis: "~", check: "ok", ascending: "^", descending: "v", separator: "|",
    bar: "#", plusMinus: "+-", drawsBraille: false)
}
