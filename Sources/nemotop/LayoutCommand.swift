import ArgumentParser
import Dashboard
import Foundation

/// `nemotop layout`: the dashboard's layouts.
struct LayoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout",
    abstract: "List, print or check what the dashboard can show.",
    discussion: """
      Without an argument it lists the built-in layouts; with the name of one it prints its YAML, \
      to begin one of your own with. --check says what is wrong with a file, one line each: file, \
      line, key, what is there and what was expected; the exit status is then 2.

      Examples:
        nemotop layout
        nemotop layout moves > mine.yaml
        nemotop layout --check mine.yaml
        nemotop monitor --layout mine.yaml eth0
      """)

  @Argument(help: "The built-in layout to print.")
  var name: String?

  @Option(help: ArgumentHelp("Check this layout instead.", valueName: "file"))
  var check: String?

  func validate() throws {
    guard name == nil || check == nil else {
      throw ValidationError("a name and --check cannot go together: leave out one")
    }
  }

  func run() async throws {
    try await telling {
      if let check { return try test(check) }
      guard let name else {
        let width = BuiltInLayout.all.map(\.name.count).max() ?? 0
        for layout in BuiltInLayout.all {
          let padding = String(repeating: " ", count: width + 2 - layout.name.count)
          try say(layout.name + padding + layout.summary + "\n")
        }
        return
      }
      guard let layout = BuiltInLayout.all.first(where: { $0.name == name }) else {
        throw Failure("no built-in layout \(name): give one of \(layoutNames)")
      }
      try say(layout.yaml)
    }
  }

  private func test(_ path: String) throws {
    let yaml = try readLayoutFile(path)
    do throws(DashboardError) {
      _ = try Layout(yaml: yaml)
    } catch .badLayout(let problems) {
      for problem in problems { note("\(path):\(problem)") }
      throw ExitCode(2)
    }
    try say("\(path): good\n")
  }

  private func say(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw Failure("cannot write to standard output: its reader closed it, or the disk is full")
    }
  }
}
