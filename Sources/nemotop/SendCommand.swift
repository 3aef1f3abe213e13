import ArgumentParser
import Generator
import Wire

/// `nemotop send`: the generator.
struct Send: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send",
    abstract: "Send numbered UDP packets at a steady rate, in RTP.",
    discussion: """
      Goes on until --duration, --count, ^C, SIGTERM or SIGHUP, and ends with a summary. It never catches up \
      after a pause, and no fault of the network ends it: what the kernel refused is counted and said.

      nemotop-send takes the same options, and runs where nothing else is installed.

      Examples:
        nemotop send --bitrate 4M --duration 60s [2001:db8:cc::1]:5004
        nemotop send --rate 100 --streams 3 --source-port 6000 [fe80::1%eth0]:5004
      """)

  @Argument(
    help: ArgumentHelp(
      "Where to: [2001:db8::1]:5004, [fe80::1%eth0]:5004 or 192.0.2.1:5004.",
      valueName: "dest:port"))
  var destination: String

  @Option(
    help: ArgumentHelp(
      "Packets/s of each stream, such as 500 or 10k, or max. (default: 500)",
      valueName: "packets/s"),
    transform: packetRate)
  var rate: SenderConfiguration.Speed?

  @Option(
    help: ArgumentHelp(
      "Instead of --rate: bit/s of UDP payload of each stream, such as 4M.", valueName: "bit/s"),
    transform: quantity)
  var bitrate: Int?

  @Option(
    help: ArgumentHelp(
      "UDP payload of a packet, 40 bytes or more. (default: 1000)", valueName: "bytes"),
    transform: quantity)
  var size: Int = 1000

  @Option(
    name: .customLong("duration"),
    help: ArgumentHelp("End after this time, such as 10s, 200ms or 5m.", valueName: "time"),
    transform: duration)
  var length: Duration?

  @Option(
    help: ArgumentHelp("End after so many packets of each stream.", valueName: "n"),
    transform: quantity)
  var count: Int?

  @Option(help: ArgumentHelp("So many streams, from consecutive source ports.", valueName: "n"))
  var streams = 1

  @Option(help: ArgumentHelp("Send from this address.", valueName: "address"))
  var source: String?

  @Option(help: ArgumentHelp("Port of the first stream.", valueName: "port"))
  var sourcePort: UInt16?

  @Option(
    help: ArgumentHelp(
      "Packets of a stream that are due together as one that the kernel cuts (UDP_SEGMENT): auto "
        + "does so above 100k packets/s, as long as it can.", valueName: "how"))
  var offload = SenderConfiguration.Offload.auto

  @Option(
    help: ArgumentHelp(
      "Tell on standard error what was sent, once in this time.", valueName: "time"),
    transform: duration)
  var interval: Duration?

  @Flag(name: .shortAndLong, help: "No summary at the end.")
  var quiet = false

  func validate() throws {
    guard rate == nil || bitrate == nil else {
      throw ValidationError("--rate and --bitrate contradict each other: give one of them")
    }
    guard interval ?? .seconds(1) > .zero else {
      throw ValidationError("--interval wants a time above zero, such as 1s")
    }
    do throws(GeneratorError) {
      try sender().validate()
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() async throws {
    try await telling {
      var sender = try Sender(try sender())
      Interruption.catchSignals()
      let report = try sender.run(
        interval: interval, isStopped: { Interruption.hasCome },
        // The stream goes on where nobody reads these lines.
        progress: { try? StandardStream.error.write($0.summary) })
      if !quiet { try StandardStream.output.write(report.summary) }
    }
  }

  private func sender() throws(GeneratorError) -> SenderConfiguration {
    var sender = SenderConfiguration(destination: try Endpoint(parsing: destination))
    sender.payloadBytes = size
    if let rate { sender.speed = rate }
    if let bitrate { sender.speed = .bitsPerSecond(bitrate) }
    sender.duration = length
    sender.count = count
    sender.streams = streams
    sender.offload = offload
    if let source { try sender.setSource(parsing: source) }
    sender.source.port = sourcePort ?? 0
    return sender
  }
}

extension SenderConfiguration.Offload: ExpressibleByArgument {}

/// A packet rate as a user writes it, such as `500` or `10k`, or `max` for no limit.
private func packetRate(_ text: String) throws -> SenderConfiguration.Speed {
  guard let speed = SenderConfiguration.Speed(packetsPerSecond: text) else {
    throw ValidationError("'\(text)' is no rate: write 500, 10k or max")
  }
  return speed
}

/// A count or a bit rate as a user writes it, such as `500`, `10k` or `4M`.
func quantity(_ text: String) throws -> Int {
  guard let count = Quantity.count(text) else {
    throw ValidationError("'\(text)' is no whole number: write 500, 10k or 4M")
  }
  return count
}
