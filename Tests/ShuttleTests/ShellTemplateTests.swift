import Foundation
import Testing
import Wire

@testable import Shuttle

/// Placeholders in lines for the shell: what becomes of them, and what a shell makes of that.
@Suite struct ShellTemplateTests {
  @Test(arguments: [
    ("move {guest}", #"move "${NEMOTOP_GUEST}""#),
    ("move x{guest}y", #"move x"${NEMOTOP_GUEST}"y"#),
    (#"move "to {to}""#, #"move "to ${NEMOTOP_TO}""#),
    ("move '{from}'", #"move ''"${NEMOTOP_FROM}"''"#),
    (#"a \" {to}"#, #"a \" "${NEMOTOP_TO}""#),
    (#"a "\" {to}""#, #"a "\" ${NEMOTOP_TO}""#),
    (#"'\' {to}"#, #"'\' "${NEMOTOP_TO}""#),
    (#""'" {to}"#, #""'" "${NEMOTOP_TO}""#),
    (#"'"' {to}"#, #"'"' "${NEMOTOP_TO}""#),
    (#"a\{guest}"#, #"a\{guest}"#),
    ("{from}{to}", #""${NEMOTOP_FROM}""${NEMOTOP_TO}""#),
    ("{other} {guest {} $x", "{other} {guest {} $x"),
    ("", ""), (#"end \"#, #"end \"#), ("open '{to}", #"open ''"${NEMOTOP_TO}"'"#),
  ])
  func `a placeholder is quoted as its place needs it`(template: String, line: String) {
    #expect(ShellTemplate(template).line == line)
  }

  private static let hostile = [
    "plain", "two words", "it's", #"a"b"#, "$(echo pwned)", "`echo pwned`", "${HOME}", "*", "a\\b",
    "a\nb", "; exit 7", "&& exit 7", "{to}", "~", "é", " ",
  ]

  @Test(arguments: hostile)
  func `a shell gets each value as it is, wherever it stands`(value: String) async throws {
    let template = ShellTemplate(#"printf '%s|' {guest} "{guest}" '{guest}' x{from}y "<{to}>""#)
    let command = template.command(
      guest: value, from: MigrationHost(value), to: MigrationHost(value, at: "elsewhere"))
    let said = try await command.run(limit: .seconds(10))
    #expect(said == "\(value)|\(value)|\(value)|x\(value)y|<\(value)>|")
  }

  @Test(arguments: hostile + ["", "-n", "a-b_c.d/e:f@g%h+i,j=k"])
  func `a quoted word is one word of a shell`(value: String) async throws {
    let line = "printf '%s|' \(value.shellQuoted) end"
    let said = try await Command(words: ["sh", "-c", line]).run(limit: .seconds(10))
    #expect(said == "\(value)|end|")
  }

  @Test func `values that are not known have no variable`() {
    let command = ShellTemplate("where {guest}").command(guest: "g")
    #expect(command.environment == ["NEMOTOP_GUEST": "g"])
    #expect(command.words == ["sh", "-c", #"where "${NEMOTOP_GUEST}""#])
  }
}
