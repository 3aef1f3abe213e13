import ArgumentParser
import Dashboard
import Foundation
import Screen

/// What `--layout` takes.
let layoutHelp = ArgumentHelp(
  "What the dashboard shows at first: a built-in layout (\(layoutNames)) or a YAML file.",
  valueName: "name|file")

/// What `--background` takes.
let backgroundHelp = ArgumentHelp(
  "Colours for a terminal that is light or dark; by default as COLORFGBG says, else dark. "
    + "With NO_COLOR set there are none.",
  valueName: "light|dark")

/// What `--ascii` does.
let asciiHelp: ArgumentHelp = "Draw with ASCII characters only."

extension Background: ExpressibleByArgument {}

let layoutNames = BuiltInLayout.all.map(\.name).joined(separator: ", ")

/// The layout of this name, or in this file.
///
/// - Throws: `Failure` where there is none, or where it is no good.
func readLayout(_ text: String) throws -> Layout {
  let builtIn = BuiltInLayout.all.first { $0.name == text }
  let yaml = try builtIn?.yaml ?? readLayoutFile(text)
  do throws(DashboardError) {
    return try Layout(yaml: yaml)
  } catch .badLayout(let problems) {
    let more = problems.count > 1 ? "\(problems.count - 1) more; " : ""
    throw Failure(
      "\(text):\(problems[0]); \(more)see nemotop layout --check \(text)")
  }
}

/// The text of a layout's file.
///
/// - Throws: `Failure` where it cannot be read.
func readLayoutFile(_ path: String) throws -> String {
  guard FileManager.default.fileExists(atPath: path) else {
    throw Failure("no layout \(path): give one of \(layoutNames), or a YAML file")
  }
  guard let content = FileManager.default.contents(atPath: path) else {
    throw Failure("cannot read the layout \(path): see its permissions, and that it is a file")
  }
  guard let text = String(data: content, encoding: .utf8) else {
    throw Failure("the layout \(path) is no UTF-8 text: give a YAML file")
  }
  return text
}
