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

  @OptionGroup var options: Options

  @Option(
    help: ArgumentHelp("Flows, at most half as many. (default: 1000)", valueName: "n"),
    transform: quantity)
  var flows = 1000

  @Flag(help: "Each packet inside another one, IPv6 in IPv6.")
  var tunnelled = false

  @Argument(help: "The capture file to write.")
  var file: String

  func validate() throws {
    guard flows > 0 else { throw ValidationError("--flows wants a number above zero") }
  }

  func run() throws {
    try Workload(packets: options.packets, flows: flows, isTunnelled: tunnelled).write(to: file)
  }
}
