import Subprocess
import SystemPackage

/// A set of namespaces that commands run in: this process's own, or that of another process.
package struct World: Sendable, Hashable {
  /// What stands before every command.
  let prefix: [String]
  /// Where the names of its network namespaces lie, as this process sees them.
  let folder: String

  /// The world that this process runs in.
  package static let own = World(prefix: [], folder: "/run/netns")

  /// The world of a process that runs elsewhere: its mounts, its network and, where it has one of its
  /// own, its users.
  package static func of(process: Int32, withUsers: Bool) -> World {
    let users = withUsers ? ["--user", "--preserve-credentials"] : []
    return World(
      prefix: ["nsenter", "--target", "\(process)", "--net", "--mount"] + users + ["--"],
      folder: "/proc/\(process)/root/run/netns")
  }

  /// The network namespace of this name.
  package func namespace(_ name: String) -> NetworkNamespace {
    NetworkNamespace(path: "\(folder)/\(name)")
  }

  /// Runs a short command to its end, also in a task that has been cancelled: half a change to a
  /// network would be worse than one too many.
  ///
  /// - Parameter input: what it can read from its standard input. It lies in a file: a pipe that the command does
  ///   not read to its end would end this process by SIGPIPE.
  /// - Returns: what it wrote to its standard output.
  package func run(_ command: [String], input: String = "") async throws(LabError) -> String {
    let work = Task { () async -> Result<String, LabError> in
      do throws(LabError) {
        return .success(try await start(command, input: input))
      } catch {
        return .failure(error)
      }
    }
    return try await work.value.get()
  }

  /// In a process group of its own, so that ^C at the terminal does not cut a command short.
  private static var apart: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    return options
  }

  private func start(_ command: [String], input: String) async throws(LabError) -> String {
    let whole = prefix + command
    let words = Self.line(of: command)
    let file = openMemoryFile(input)
    guard file >= 0 else {
      throw .commandFailed(command: words, reason: "no file for its input: \(reason(of: -file))")
    }
    let path = Program.searchPath.joined(separator: ":")
    let output: String
    let error: String
    let status: TerminationStatus
    do {
      let result = try await Subprocess.run(
        .name(whole[0]), arguments: Arguments(Array(whole.dropFirst())),
        environment: .inherit.updating(["PATH": path, "LC_ALL": "C"]),
        platformOptions: Self.apart,
        input: .fileDescriptor(.init(rawValue: file), closeAfterSpawningProcess: true),
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
      (output, error, status) = (
        result.standardOutput, result.standardError, result.terminationStatus
      )
    } catch let failure as SubprocessError where failure.code == .executableNotFound {
      throw .missingProgram(whole[0])
    } catch {
      throw .commandFailed(command: words, reason: "\(error)")
    }
    guard case .exited(0) = status else {
      throw Self.failure(of: words, saying: error.isEmpty ? "\(status)" : error, input: input)
    }
    return output
  }

  /// A command in one line, of a script its first.
  static func line(of command: [String]) -> String {
    let lines = command.joined(separator: " ").split(separator: "\n")
    return lines.count > 1 ? "\(lines[0]) …" : lines.first.map(String.init) ?? ""
  }

  /// Runs lines through `ip -batch`, in a namespace where one is given.
  func batch(
    _ lines: [String], in namespace: String? = nil, options: [String] = []
  ) async throws(LabError) {
    let place = namespace.map { ["-n", $0] } ?? []
    _ = try await run(
      ["ip"] + place + options + ["-batch", "-"], input: lines.joined(separator: "\n") + "\n")
  }

  /// Runs a command in one of the world's network namespaces.
  package func run(
    _ command: [String], in namespace: String, input: String = ""
  ) async throws(LabError) -> String {
    try await run(["nsenter", "--net=/run/netns/\(namespace)", "--"] + command, input: input)
  }

  /// The error of a command from what it wrote. Of a batch the line that failed is named alone.
  static func failure(of command: String, saying text: String, input: String) -> LabError {
    let said = text.split(separator: "\n").map(String.init)
    let reason = said.first ?? "no reason given"
    let batchEnd = "Command failed -:"
    var words = command
    if let end = said.last(where: { $0.hasPrefix(batchEnd) }),
      let number = Int(end.dropFirst(batchEnd.count))
    {
      let lines = input.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.indices.contains(number - 1) { words = "ip \(lines[number - 1])" }
    }
    let notFound = "nsenter: failed to execute "
    if reason.hasPrefix(notFound), reason.hasSuffix(": No such file or directory") {
      return .missingProgram(String(reason.dropFirst(notFound.count).prefix { $0 != ":" }))
    }
    let refusals = ["Operation not permitted", "Permission denied", "Read-only file system"]
    return refusals.contains(where: text.contains)
      ? .noPermission(command: words, reason: reason)
      : .commandFailed(command: words, reason: reason)
  }
}
