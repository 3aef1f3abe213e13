import Foundation
import Subprocess

/// The programs that were built, run as a user runs them.
enum Program {
  /// The folder of this build's programs: that of the test program itself.
  static let folder: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent
  }()

  static var nemotop: String { folder + "/nemotop" }
  static var sender: String { folder + "/nemotop-send" }

  struct Result: Sendable {
    var output: String
    var error: String
    var status: Int32

    /// The lines of standard error.
    var complaints: [Substring] { error.split(separator: "\n") }
  }

  /// Runs nemotop to its end.
  static func run(_ arguments: String..., input: String = "") async throws -> Result {
    try await run([nemotop] + arguments, input: input)
  }

  /// Runs a shell's line to its end, with the programs' folder first in its path.
  static func shell(_ line: String) async throws -> Result {
    try await run(["/bin/sh", "-c", "PATH='\(folder)':$PATH; \(line)"])
  }

  /// Runs a command to its end; `timeout` ends it after two minutes, so that no test hangs.
  static func run(_ command: [String], input: String = "") async throws -> Result {
    let result = try await Subprocess.run(
      .name("timeout"), arguments: Arguments(["--kill-after=5", "120"] + command),
      input: .string(input), output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
    let status: Int32
    switch result.terminationStatus {
    case .exited(let code): status = code
    case .signaled(let code): status = 128 + code
    }
    return Result(
      output: result.standardOutput, error: result.standardError, status: status)
  }
}

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "nemotop-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// A file in the folder with this content.
  func file(_ name: String, _ content: String) throws -> String {
    try content.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    return path + "/" + name
  }
}

/// A file of CSV without quoted line breaks, as columns by name.
func table(_ path: String) throws -> [[String: String]] {
  let lines = try String(contentsOfFile: path, encoding: .utf8)
    .split(whereSeparator: \.isNewline).map(fields)
  guard let header = lines.first else { return [] }
  return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
}

private func fields(_ line: Substring) -> [String] {
  var fields = [""]
  var isQuoted = false
  var wasQuote = false
  for character in line {
    defer { wasQuote = character == "\"" && !wasQuote }
    switch character {
    case "\"":
      // The second of two within quotes stands for one (RFC 4180 section 2).
      if wasQuote, !isQuoted { fields[fields.count - 1].append(character) }
      isQuoted.toggle()
    case "," where !isQuoted: fields.append("")
    default: fields[fields.count - 1].append(character)
    }
  }
  return fields
}
