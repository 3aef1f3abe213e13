import ArgumentParser
import Dashboard
import Observation
import Records
import Screen

/// `nemotop monitor`: the dashboard over sources.
struct Monitor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watch streams move, in the terminal.",
    discussion: """
      Shows where each stream is now, its rates, a plot for each point on one common time axis, and \
      every move with what it cost. ? shows the keys, q quits. Needs a terminal of 40×10 or more; \
      without one, `nemotop log` tells the same as lines.

      W writes the table of streams, as it is filtered and sorted, as CSV, with the columns
      \(TableCSV.help)

      Examples:
        nemotop monitor xen1=eth0 xen2=eth1
        nemotop monitor xen1=xen1.pcap xen2=xen2.pcap
        nemotop monitor --layout moves eth0
        nemotop monitor --names hosts.txt eth0
      """)

  @OptionGroup var observation: ObservationArguments

  @Flag(help: asciiHelp)
  var ascii = false

  @Option(help: backgroundHelp)
  var background: Background?

  @Option(help: layoutHelp)
  var layout = "demo"

  @Option(help: namesHelp)
  var names: String?

  @Flag(help: maskHelp)
  var mask = false

  func run() async throws {
    try await telling {
      let layout = try readLayout(self.layout)
      let names = try names.map(readNames) ?? NameBook()
      // A terminal that cannot show anything is told before a capture begins.
      try TerminalSession.check()
      let observation = try observation.open()
      let marks = MarkSocket { observation.mark($0) }
      defer { marks?.close() }
      let session = TerminalSession(
        points: observation.points.map(\.point), isASCII: ascii, background: background,
        layout: layout, names: names, isMasked: mask)
      try await session.run(
        observation.updates, mark: { observation.mark($0) }, stop: { observation.stop() })
      var failures = PointFailures()
      try await failures.conclude(observation)
    }
  }
}
