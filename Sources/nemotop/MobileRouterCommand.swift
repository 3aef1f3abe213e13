import ArgumentParser
import Daemons
import Wire

/// `nemotop mobile-router`: a mobile router of NEMO Basic Support (RFC 3963).
struct MobileRouterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mobile-router",
    abstract: "Register guests of this server with their home agent, and tunnel for them.",
    discussion: """
      It needs root, or CAP_NET_ADMIN and CAP_NET_RAW, and tunnels by ip6tnl, or by segment routing (seg6) where \
      the kernel has no ip6tnl: status says which. Its log is JSON Lines on standard output. SIGHUP reads the configuration anew, SIGTERM and ^C end it and leave no route behind.

      Examples:
        nemotop mobile-router check /etc/nemotop/mobile-router.yaml
        nemotop mobile-router run /etc/nemotop/mobile-router.yaml
        nemotop mobile-router status --json
        nemotop mobile-router arrive 2001:db8:42::1
        nemotop mobile-router arrive 02:00:00:00:00:10
        nemotop mobile-router leave 2001:db8:42::1 --for-good
      """,
    subcommands: [Run.self, Check.self, Status.self, Arrive.self, Leave.self])

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
        return try await nemotop.check(config, MobileRouterDaemon.Configuration.self)
      }
      try await serve(
        config, control: control.path(of: MobileRouterDaemon.name), MobileRouterDaemon.self)
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Says whether a configuration is good.")

    @Argument(help: "The configuration, in YAML.")
    var config: String

    func run() async throws {
      try await nemotop.check(config, MobileRouterDaemon.Configuration.self)
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
        let path = control.path(of: MobileRouterDaemon.name)
        guard let status = try ControlRequest(.status).send(to: path).status else {
          throw DaemonError.noAnswer(control: path)
        }
        print(json ? status.json : status.text, terminator: "")
      }
    }
  }

  struct Arrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "arrive", abstract: "Tells that a guest came to this server.")

    @Argument(help: "The guest's home address, or its hardware address.", transform: GuestName.init)
    var guest: GuestName

    @OptionGroup var control: ControlOption

    func run() async throws {
      try await telling {
        _ = try ControlRequest(
          .arrive, homeAddress: guest.homeAddress, hardwareAddress: guest.hardwareAddress
        )
        .send(to: control.path(of: MobileRouterDaemon.name))
      }
    }
  }

  struct Leave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "leave", abstract: "Tells that a guest left this server.")

    @Argument(help: "The guest's home address, or its hardware address.", transform: GuestName.init)
    var guest: GuestName

    @Flag(help: "It is gone for good: its binding is given back.")
    var forGood = false

    @OptionGroup var control: ControlOption

    func run() async throws {
      try await telling {
        _ = try ControlRequest(
          .leave, homeAddress: guest.homeAddress, hardwareAddress: guest.hardwareAddress,
          forGood: forGood
        )
        .send(to: control.path(of: MobileRouterDaemon.name))
      }
    }
  }
}

/// A guest as a user names it.
struct GuestName {
  var homeAddress: String?
  var hardwareAddress: String?

  init(_ text: String) throws {
    if let address = IPAddress(text), !address.isIPv4 {
      homeAddress = "\(address)"
    } else if let address = HardwareAddress(text) {
      hardwareAddress = "\(address)"
    } else {
      throw ValidationError(
        "'\(text)' is no address of a guest: write one such as 2001:db8:42::1 or 02:00:00:00:00:10")
    }
  }
}
