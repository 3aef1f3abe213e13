/// A line for the shell with `{guest}`, `{from}` and `{to}` in it.
///
/// No value ever becomes part of the line: it goes into the command's environment (`NEMOTOP_GUEST`,
/// `NEMOTOP_FROM`, `NEMOTOP_TO`), and the placeholder becomes the variable, quoted as its place in the
/// line needs it. So a name can hold whatever it wants.
struct ShellTemplate: Hashable, Sendable {
  let line: String

  init(_ template: String) {
    line = Self.expanded(template)
  }

  /// The command for these values.
  func command(
    guest: String, from source: MigrationHost? = nil, to destination: MigrationHost? = nil
  ) -> Command {
    var environment = ["NEMOTOP_GUEST": guest]
    environment["NEMOTOP_FROM"] = source?.name
    environment["NEMOTOP_TO"] = destination?.name
    return Command(words: ["sh", "-c", line], environment: environment)
  }

  private static let placeholders = [
    "{guest}": "NEMOTOP_GUEST", "{from}": "NEMOTOP_FROM", "{to}": "NEMOTOP_TO",
  ]

  /// The line with variables in the place of placeholders; POSIX, "Shell Command Language", section
  /// 2.2, tells what quotes what.
  private static func expanded(_ template: String) -> String {
    var line = ""
    var quote: Character?
    var rest = template[...]
    while let character = rest.first {
      if let (placeholder, variable) = placeholders.first(where: { rest.hasPrefix($0.key) }) {
        switch quote {
        case "\"": line += "${\(variable)}"
        case "'": line += "'\"${\(variable)}\"'"
        default: line += "\"${\(variable)}\""
        }
        rest.removeFirst(placeholder.count)
        continue
      }
      line.append(rest.removeFirst())
      switch character {
      case "\\" where quote != "'":
        if let escaped = rest.popFirst() { line.append(escaped) }
      case "'" where quote != "\"", "\"" where quote != "'":
        quote = quote == nil ? character : nil
      default: break
      }
    }
    return line
  }
}
