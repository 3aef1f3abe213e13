import ArgumentParser
import Generator
import Moves
import Observation
import Records
import Streams
import Wire

/// `nemotop receive`: the sink at the correspondent node.
struct Receive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receive",
    abstract: "Receive streams: what came, what is missing, how late it was.",
    discussion: """
      Prints one line a stream and interval, and their sum at the end: by --duration, --count, ^C, \
      SIGTERM or SIGHUP. Transit is the arrival by this host's clock less the sending by the sender's: its \
      least and its median, in the sum the median of the intervals' medians.

      With --log it records itself as a point, like nemotop log: into a .jsonl file, or as CSV into a \
      folder, or as JSON Lines to standard output (-), where the lines go to standard error instead. \
      wire_bytes are those of the IP packets, since a socket sees no frames.

      Examples:
        nemotop receive :5004
        nemotop receive [2001:db8:cc::1]:5004 --interval 10s --log cn.jsonl
      """)

  @Argument(
    help: ArgumentHelp(
      "Where: :5004 for all addresses, [2001:db8::1]:5004 or 192.0.2.1:5004.",
      valueName: "[addr]:port"))
  var local: String

  @Option(help: "Length of an interval, from 10ms up. (default: 1s)", transform: duration)
  var interval: Duration = .seconds(1)

  @Option(
    name: .customLong("duration"),
    help: ArgumentHelp("End after this time, such as 10s or 5m.", valueName: "time"),
    transform: duration)
  var length: Duration?

  @Option(
    help: ArgumentHelp("End after so many packets.", valueName: "n"), transform: quantity)
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Record it: a file that ends in .jsonl, a folder for CSV, or - .", valueName: "path"))
  var log: String?

  @Option(help: ArgumentHelp("The point's name in the records.", valueName: "name"))
  var name = "cn"

  @Flag(name: .shortAndLong, help: "No lines of intervals: only the sum at the end.")
  var quiet = false

  func validate() throws {
    guard interval >= .milliseconds(10) else {
      throw ValidationError("--interval is too short: 10ms is the least")
    }
    guard length ?? .seconds(1) > .zero, count ?? 1 > 0 else {
      throw ValidationError("--duration and --count want more than zero, such as 10s and 1000")
    }
    if let log, log.allSatisfy({ $0 == "/" }) {
      throw ValidationError(
        "--log '\(log)' is no place for records: name a .jsonl file, a folder of its own, or -")
    }
    do throws(GeneratorError) {
      _ = try receiver()
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() async throws {
    try await telling {
      let configuration = try receiver()
      var receiver = try Receiver(configuration)
      var output = ReceptionOutput(
        recorder: try recorder(configuration, at: receiver.local), isQuiet: quiet, lines: lines,
        correlator: Correlator(points: [configuration.point], options: configuration.counting))
      Interruption.catchSignals()
      if !quiet { try lines.write(ReceptionText.heading) }
      try receiver.run(isStopped: { Interruption.hasCome || output.failure != nil }) {
        output.take($0)
      }
      if let failure = output.failure { throw failure }
      if quiet { try lines.write(ReceptionText.heading) }
      for line in ReceptionText.lines(of: output.reception) {
        try lines.write(line)
      }
    }
  }

  /// Records on standard output have it for themselves.
  private var lines: StandardStream { log == "-" ? .error : .output }

  private func receiver() throws(GeneratorError) -> ReceiverConfiguration {
    // Without an address it is every address of both IP versions.
    let prefix = [":", "[]:"].first { local.hasPrefix($0) }
    var receiver = ReceiverConfiguration(
      local: try Endpoint(parsing: prefix.map { "[::]:" + local.dropFirst($0.count) } ?? local))
    receiver.point = Point(name: name, role: .receiver)
    receiver.counting = CountingOptions(interval: interval)
    receiver.duration = length
    receiver.count = count
    return receiver
  }

  private func recorder(
    _ configuration: ReceiverConfiguration, at local: Endpoint
  ) throws(RecordError) -> (any RecordWriter)? {
    guard let log else { return nil }
    let point = RecordedPoint(
      point: configuration.point, source: "\(local)", interval: configuration.counting.interval,
      bootIdentifier: bootIdentifier())
    return log.hasSuffix(".jsonl") || log == "-"
      ? try JSONLines(log, points: [point]) : try CSVFolder(log, points: [point])
  }
}

/// Where the intervals of a receiver go: lines, the sum, the records.
private struct ReceptionOutput {
  let recorder: (any RecordWriter)?
  let isQuiet: Bool
  let lines: StandardStream
  var correlator: Correlator
  var reception = Reception()
  /// Why no more could be written.
  var failure: (any Error)?

  mutating func take(_ snapshot: Snapshot) {
    reception.add(snapshot)
    do {
      try recorder?.write(correlator.take([snapshot]))
      guard !isQuiet else { return }
      for line in ReceptionText.lines(of: snapshot) { try lines.write(line) }
    } catch {
      failure = failure ?? error
    }
  }
}
