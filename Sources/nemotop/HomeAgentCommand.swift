import ArgumentParser
import Daemons

/// `nemotop home-agent`: a home agent of NEMO Basic Support (RFC 3963).
struct HomeAgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "home-agent",
    abstract: "Forward guests' prefixes to the servers where they are.",
    discussion: """
      It needs root, or CAP_NET_ADMIN and CAP_NET_RAW, and tunnels by ip6tnl, or by segment routing (seg6) where \
      the kernel has no ip6tnl: status says which. Its log is JSON Lines on standard output. SIGHUP reads the configuration anew, SIGTERM and ^C end it and leave no route behind.

      Examples:
        nemotop home-agent check /etc/nemotop/home-agent.yaml
        nemotop home-agent run /etc/nemotop/home-agent.yaml
        nemotop home-agent status --json
      """,
    subcommands: [Run.self, Check.self, Status.self])

  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: "Runs the daemon in the foreground.")

    @Argument(help: "The configuration, in YAML.")
    var config: String

    @Flag(help: "Only check the configuration.")
    var check = false

    @OptionGroup var control: ControlOption

    func run() async throws {
      guard !check else {
        return try await nemotop.check(config, HomeAgentDaemon.Configuration.self)
      }
      try await serve(config, control: control.path(of: HomeAgentDaemon.name), HomeAgentDaemon.self)
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Says whether a configuration is good.")

    @Argument(help: "The configuration, in YAML.")
    var config: String

    func run() async throws {
      try await nemotop.check(config, HomeAgentDaemon.Configuration.self)
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "How it stands with the daemon and its guests.")

    @Flag(help: "As one line of JSON.")
    var json = false

    @OptionGroup var control: ControlOption

    func run() async throws {
      try await telling {
        let path = control.path(of: HomeAgentDaemon.name)
        guard let status = try ControlRequest(.status).send(to: path).status else {
          throw DaemonError.noAnswer(control: path)
        }
        print(json ? status.json : status.text, terminator: "")
      }
    }
  }
}
