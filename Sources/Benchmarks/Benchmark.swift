import ArgumentParser

/// The program: measures the parts that it is asked for, or all.
@main
struct Benchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Measure nemotop beside the peers that are installed, and print tables in Markdown.",
    discussion: """
      Makes its own inputs in /dev/shm and its own network namespaces, and removes them. Programs run \
      in turn, A B A B …; figures are medians. Without a sub-command all parts are measured, in some \
      ten minutes.

      Examples:
        swift run -c release Benchmarks
        swift run -c release Benchmarks offline --runs 3
      """,
    subcommands: [
      OfflineCommand.self, GrowthCommand.self, SendingCommand.self, PacingCommand.self,
      LiveCommand.self, DashboardCommand.self,
      InputCommand.self,
    ])

  @OptionGroup var options: Options

  /// Runs the command that the arguments name; what is wrong with them is told in one line.
  @MainActor static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch  where exitCode(for: error) == .validationFailure {
      let wrong = message(for: error).split(separator: "\n").joined(separator: " ")
      note("Benchmarks: \(wrong); see 'Benchmarks --help'")
      exit(withError: ExitCode.validationFailure)
    } catch {
      exit(withError: error)
    }
  }

  /// On the main thread from start to end, since programs die with the thread that started them.
  @MainActor func run() async throws {
    let parts: [any Part] = [
      OfflineCommand(), GrowthCommand(), SendingCommand(), PacingCommand(), LiveCommand(),
      DashboardCommand(),
    ]
    var refusal: Failure?
    do throws(Failure) {
      try await Link.enterWorld()
    } catch {
      refusal = error
    }
    warnIfSlow()
    print("\(Machine.current().description)")
    var goals: [Goal] = []
    for var part in parts {
      if let refusal, type(of: part).needsNetwork {
        note("\(type(of: part)._commandName) is not measured: \(refusal)")
        continue
      }
      part.options = options
      let findings = try await part.measure()
      print("\n\(findings.text)")
      goals += findings.goals
    }
    print("\n### The goals\n\n\(Goal.table(goals).text)")
  }
}
