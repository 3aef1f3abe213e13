import Wire

/// The command line of `nemotop-send`, which takes the options of `nemotop send`.
package struct SenderArguments: Sendable, Equatable {
  package enum Request: Sendable, Equatable {
    case help
    case send(SenderArguments)
  }

  /// Why a command line cannot be followed: one line.
  package struct UsageError: Error, Equatable, Sendable {
    package let message: String
  }

  package var configuration: SenderConfiguration
  /// How often to tell what was sent; nil for never.
  package var interval: Duration?
  /// No summary.
  package var isQuiet = false

  /// - Parameter arguments: without the program's name.
  package static func parse(_ arguments: [String]) throws(UsageError) -> Request {
    var options: [String: String] = [:]
    var destination: String?
    var isQuiet = false
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      switch name {
      case "-h", "--help": return .help
      case "-q", "--quiet": isQuiet = true
      case _ where Self.names.contains(name):
        guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
          throw UsageError(message: "\(name) wants a value; --help lists the options")
        }
        options[name] = value
      case _ where name.hasPrefix("-"):
        throw UsageError(message: "no option \(name); --help lists those that there are")
      case _ where destination == nil:
        destination = argument
      default:
        throw UsageError(message: "'\(argument)' is one destination too many: give one")
      }
    }
    guard let destination else {
      throw UsageError(message: "no destination: write nemotop-send [2001:db8::1]:5004")
    }
    do throws(GeneratorError) {
      var sender = SenderArguments(
        configuration: SenderConfiguration(destination: try Endpoint(parsing: destination)))
      sender.isQuiet = isQuiet
      try sender.take(options)
      try sender.configuration.validate()
      return .send(sender)
    } catch {
      throw UsageError(message: error.message)
    }
  }

  private static let names: Set<String> = [
    "--rate", "--bitrate", "--size", "--duration", "--count", "--streams", "--source",
    "--source-port", "--interval", "--offload",
  ]

  private mutating func take(_ options: [String: String]) throws(GeneratorError) {
    if let size = try count("--size", options) { configuration.payloadBytes = size }
    if let text = options["--rate"] {
      guard let speed = SenderConfiguration.Speed(packetsPerSecond: text) else {
        throw .outOfRange(
          name: "--rate", value: text, allowed: "a whole number, such as 500 or 10k, or max")
      }
      configuration.speed = speed
    }
    if let bits = try count("--bitrate", options) {
      guard options["--rate"] == nil else {
        throw .outOfRange(
          name: "--bitrate", value: "\(bits)", allowed: "give --rate or --bitrate, not both")
      }
      configuration.speed = .bitsPerSecond(bits)
    }
    if let streams = try count("--streams", options) { configuration.streams = streams }
    configuration.count = try count("--count", options)
    configuration.duration = try duration("--duration", options)
    interval = try duration("--interval", options)
    if let text = options["--offload"] {
      guard let offload = SenderConfiguration.Offload(rawValue: text) else {
        throw .outOfRange(name: "--offload", value: text, allowed: "auto, on or off")
      }
      configuration.offload = offload
    }
    if let source = options["--source"] { try configuration.setSource(parsing: source) }
    if let text = options["--source-port"] {
      guard let port = UInt16(text) else {
        throw .outOfRange(name: "--source-port", value: text, allowed: "0 to 65535")
      }
      configuration.source.port = port
    }
  }

  private func count(
    _ name: String, _ options: [String: String]
  ) throws(GeneratorError) -> Int? {
    guard let text = options[name] else { return nil }
    guard let value = Quantity.count(text) else {
      throw .outOfRange(name: name, value: text, allowed: "a whole number, such as 500 or 4M")
    }
    return value
  }

  private func duration(
    _ name: String, _ options: [String: String]
  ) throws(GeneratorError) -> Duration? {
    guard let text = options[name] else { return nil }
    guard let value = Quantity.duration(text), value > .zero else {
      throw .outOfRange(
        name: name, value: text, allowed: "a time with its unit, such as 10s or 200ms")
    }
    return value
  }

  package static let help = """
    Send numbered UDP packets at a steady rate: the generator of nemotop, in RTP.

    Usage: nemotop-send [OPTIONS] DEST:PORT

    DEST:PORT            [2001:db8::1]:5004, [fe80::1%eth0]:5004 or 192.0.2.1:5004
    --rate RATE          packets/s of each stream, such as 500 or 10k, or max (500)
    --bitrate RATE       instead: bit/s of UDP payload of each stream, such as 4M
    --size BYTES         UDP payload of a packet, 40 or more (1000)
    --duration TIME      end after this time, such as 10s, 200ms or 5m
    --count N            end after so many packets of each stream
    --streams N          so many streams, from consecutive source ports (1)
    --source ADDRESS     send from this address
    --source-port PORT   port of the first stream
    --offload HOW        packets that are due together as one that the kernel cuts:
                         auto (above 100k packets/s, where it can), on or off (auto)
    --interval TIME      tell on standard error what was sent, once in this time
    -q, --quiet          no summary at the end
    -h, --help           this help

    It goes on until --duration, --count, ^C or SIGTERM, and never catches up after a pause.

    Example: nemotop-send --bitrate 4M --duration 60s [2001:db8:cc::1]:5004
    Exit status: 0 good, 1 it could not be done, 64 usage.
    """
}

extension SenderConfiguration {
  /// Sends from the address that the text names, with `%interface` where it is link-local.
  package mutating func setSource(parsing text: String) throws(GeneratorError) {
    if let address = IPAddress(text) {
      source.address = address
      source.scope = 0
    } else {
      (source.address, source.scope) = try Endpoint.address(parsing: text)
    }
  }
}
