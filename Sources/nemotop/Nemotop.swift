import ArgumentParser

/// The program: runs the command that its arguments name.
@main
enum Program {
  static func main() async {
    do {
      var command = try Nemotop.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch  where Nemotop.exitCode(for: error) == .validationFailure {
      // One line, as for every other failure.
      var wrong = Nemotop.message(for: error).split(separator: "\n").joined(separator: " ")
      // Of a value that is no number the parser does not say what is wanted.
      if wrong.hasPrefix("The value '"), wrong.hasSuffix("'") { wrong += ": a number is wanted" }
      let commands = CommandLine.arguments.dropFirst().prefix { !$0.hasPrefix("-") }
      let known = commands.prefix { Nemotop.hasSubcommand($0) }
      note("\(wrong); see '\((["nemotop"] + known + ["--help"]).joined(separator: " "))'")
      Nemotop.exit(withError: ExitCode.validationFailure)
    } catch {
      Nemotop.exit(withError: error)
    }
  }
}

struct Nemotop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nemotop",
    abstract: "Watch a UDP stream move from one server to another.",
    discussion: """
      nemotop counts every flow on each server's interface, marks the moment a stream moves, and \
      tells how long it was away and what it lost.

      A SOURCE is [NAME[@ROLE]=]WHAT, where WHAT is an interface (eth0), an interface in a network \
      namespace (netns:NAME:eth0), a capture file (pcap, pcapng, gzip of them; - for standard \
      input), a recording (a .jsonl file or a folder of CSV files), an interface of another host \
      (ssh:HOST:eth0, where nemotop is installed) or a program that writes JSON Lines (exec:COMMAND).

      Exit status: 0 good, 1 it could not be done, 2 a check that was asked for failed, 64 usage.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, Send.self, Receive.self, Monitor.self, LayoutCommand.self, Log.self,
      Analyze.self,
      ReportCommand.self, MarkCommand.self, HomeAgentCommand.self, MobileRouterCommand.self,
      ShuttleCommand.self, LabCommand.self,
    ])
}

extension Nemotop {
  /// Whether a command of the program, at any depth, has this name.
  static func hasSubcommand(_ name: String) -> Bool {
    hasSubcommand(name, below: Nemotop.self)
  }

  private static func hasSubcommand(
    _ name: String, below command: any ParsableCommand.Type
  ) -> Bool {
    command.configuration.subcommands.contains {
      $0.configuration.commandName == name || hasSubcommand(name, below: $0)
    }
  }
}
