import Subprocess
import Wire

/// A program with its arguments, run for a short time.
struct Command: Hashable, Sendable {
  /// The program, found by the PATH, and its arguments.
  var words: [String]
  /// What it gets besides this process's own environment.
  var environment: [String: String] = [:]

  /// Runs it to its end, also in a task that has been cancelled: half a migration would be worse than
  /// one too many. ^C at the terminal does not reach it.
  ///
  /// Beyond the limit it is interrupted, and ended if that does not help.
  ///
  /// - Returns: what it wrote to its standard output.
  @discardableResult
  func run(limit: Duration) async throws(ShuttleError) -> String {
    let work = Task { await start() }
    let watchdog = Task {
      guard (try? await Task.sleep(for: limit)) != nil else { return false }
      work.cancel()
      return true
    }
    let result = await work.value
    watchdog.cancel()
    if case .failure = result, await watchdog.value {
      throw .tooSlow(command: description, limit: limit)
    }
    return try result.get()
  }

  private func start() async -> Result<String, ShuttleError> {
    do {
      let result = try await Subprocess.run(
        .name(words[0]), arguments: Arguments(Array(words.dropFirst())),
        environment: .inherit.updating(variables), platformOptions: Self.apart,
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      if case .exited(0) = result.terminationStatus { return .success(result.standardOutput) }
      let said = result.standardError.split(whereSeparator: \.isNewline).last.map(String.init)
      return .failure(
        .commandFailed(
          command: description, reason: said ?? "it ended with \(result.terminationStatus)"))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      return .failure(.missingProgram(words[0]))
    } catch {
      return .failure(.commandFailed(command: description, reason: "\(error)"))
    }
  }

  private var variables: [Environment.Key: String?] {
    var variables: [Environment.Key: String?] = ["LC_ALL": "C"]
    for (name, value) in environment { variables[.init(stringLiteral: name)] = value }
    return variables
  }

  /// In a process group of its own, which is interrupted as ^C would, and then ended.
  private static var apart: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .interrupt, toProcessGroup: true, allowedDurationToNextStep: .seconds(5)),
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
    ]
    return options
  }
}

/// The line that a shell would take for it.
extension Command: CustomStringConvertible {
  var description: String {
    let settings = environment.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value.shellQuoted)" }
    return (settings + words.map(\.shellQuoted)).joined(separator: " ")
  }
}
