import ArgumentParser

/// `Benchmarks input`: an input to measure other programs with, or to look at.
struct InputCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "input",
    abstract: "Write an input as the parts measure with it into a capture file.",
    discussion: """
      Example:
        Benchmarks input --packets 4M --flows 1M c.pcap
      """)

  @Option(
    help: ArgumentHelp("Packets, such as 400k. (default: 4M)", valueName: "n"), transform: quantity)
  var packets = 4_000_000

  @Option(
    help: ArgumentHelp("Flows, at most half as many. (default: 1000)", valueName: "n"),
    transform: quantity)
  var flows = 1000

  @Flag(help: "Each packet inside another one, IPv6 in IPv6.")
  var tunnelled = false

  @Argument(help: "The capture file to write.")
  var file: String

  func validate() throws {
    guard packets > 0, flows > 0 else {
      throw ValidationError("--packets and --flows want numbers above zero")
    }
  }

  func run() throws {
    try Workload(packets: packets, flows: flows, isTunnelled: tunnelled).write(to: file)
  }
}
