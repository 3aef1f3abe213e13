import ArgumentParser
import Dashboard
import Observation
import Records
import Screen
import Synchronization
import Wire

/// `nemotop monitor`: the dashboard over sources.
struct Monitor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watch streams move, in the terminal.",
    discussion: """
      Shows where each stream is now, its rates, a plot for each point on one common time axis, and \
      every move with what it cost. ? shows the keys, q quits. Needs a terminal of 40×10 or more; \
      without one, `nemotop log` tells the same as lines.

      \(monitorScreen)

      W writes the table of streams, as it is filtered and sorted, as CSV, with the columns
      \(TableCSV.help)

      Examples:
        nemotop monitor xen1=eth0 xen2=eth1
        nemotop monitor xen1=xen1.pcap xen2=xen2.pcap
        nemotop monitor xen1=xen1.pcap xen2=xen2.pcap --speed 10
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

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Play captures and recordings in time, so many times as fast as it was, 0.01 to 10000, or as "
        + "fast as they can be read. Space pauses, . steps, left and right seek, { } change the "
        + "speed. 256 MB are kept to go back in; farther back files are read again. Without it all "
        + "is shown at once.",
      valueName: "times"))
  var speed: Double?

  func validate() throws {
    guard let speed, !Playback.speeds.contains(speed) else { return }
    let reason =
      switch speed {
      case 0: "nothing would ever be shown"
      case ..<0: "it cannot be played backwards"
      case ..<Playback.speeds.lowerBound: "slower than can be seen"
      case Playback.speeds.upperBound...: "faster than can be seen"
      default: "no number"
      }
    let text = speed.rounded() == speed ? Quantity.decimal(speed, places: 0) : "\(speed)"
    throw ValidationError(
      "--speed \(text) is out of range (\(reason)): 0.01 to 10000, such as 1 or 10")
  }

  func run() async throws {
    try await telling {
      let layout = try readLayout(self.layout)
      let names = try names.map(readNames) ?? NameBook()
      if speed != nil { try observation.checkReplay() }
      // A terminal that cannot show anything is told before a capture begins.
      try TerminalSession.check()
      let first = try observation.open()
      var session = TerminalSession(
        points: first.points.map(\.point), isASCII: ascii, background: background,
        layout: layout, names: names, isMasked: mask)
      let readings = Readings(first)
      session.replay = try speed.map { try replay(readings, at: $0) }
      let marks = speed == nil ? MarkSocket { first.mark($0) } : nil
      defer { marks?.close() }
      try await session.run(
        first.updates, endedEarly: { await readings.current.endedEarly },
        mark: { first.mark($0) }, stop: { readings.stop() })
      try await readings.conclude()
    }
  }

  private func replay(_ readings: Readings, at speed: Double) throws -> TerminalSession.Replay {
    let points = readings.current.points
    var replay = TerminalSession.Replay(
      speed: speed, interval: points.map(\.interval).min() ?? .seconds(1))
    if try observation.areRepeatable {
      replay.readAgain = { wasWhole in
        let next = try observation.open()
        readings.goOn(with: next, wasWhole: wasWhole)
        return next.updates
      }
    }
    return replay
  }
}

/// The observations of the same sources that a replay reads one after the other.
private final class Readings: Sendable {
  private struct Contents {
    var current: Observation
    /// One that came to its end, and so knows all that went wrong.
    var whole: Observation?
  }

  private let contents: Mutex<Contents>

  init(_ first: Observation) {
    contents = Mutex(Contents(current: first))
  }

  var current: Observation { contents.withLock { $0.current } }

  /// - Parameter wasWhole: what is read until now came to its end.
  func goOn(with next: Observation, wasWhole: Bool) {
    contents.withLock {
      if wasWhole { $0.whole = $0.current }
      $0.current = next
    }
  }

  func stop() { current.stop() }

  /// Tells what went wrong at the points, and fails where anything did.
  func conclude() async throws {
    var failures = PointFailures()
    if let whole = contents.withLock({ $0.whole }) { await failures.tellEnds(whole) }
    try await failures.conclude(current)
  }
}
