import Testing
import Wire

@testable import Generator

struct SenderArgumentsTests {
  private static let destination = Endpoint(
    address: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), port: 5004)

  @Test func `every option finds its place`() throws {
    let request = try SenderArguments.parse([
      "--rate", "10k", "--size=200", "--duration", "1.5s", "--count", "7", "--streams=3",
      "--source", "2001:db8::2", "--source-port", "6000", "[2001:db8::1]:5004", "-q",
      "--interval", "200ms", "--offload", "on",
    ])
    var expected = SenderArguments(
      configuration: SenderConfiguration(destination: Self.destination))
    expected.configuration.speed = .packetsPerSecond(10_000)
    expected.configuration.payloadBytes = 200
    expected.configuration.duration = .milliseconds(1500)
    expected.configuration.count = 7
    expected.configuration.streams = 3
    expected.configuration.source = Endpoint(
      address: IPAddress(high: 0x2001_0db8_0000_0000, low: 2), port: 6000)
    expected.configuration.offload = .on
    expected.interval = .milliseconds(200)
    expected.isQuiet = true
    #expect(request == .send(expected))
  }

  @Test func `a bit rate takes the place of a rate`() throws {
    let request = try SenderArguments.parse(["192.0.2.1:5004", "--bitrate", "4M"])
    guard case .send(let arguments) = request else {
      Issue.record("no request to send")
      return
    }
    #expect(arguments.configuration.rate?.packetsPerSecond == 500)
    #expect(arguments.configuration.source == Endpoint(address: IPAddress(ipv4: 0), port: 0))
  }

  @Test func `a rate can be without limit`() throws {
    let request = try SenderArguments.parse(["192.0.2.1:5004", "--rate", "max"])
    guard case .send(let arguments) = request else {
      Issue.record("no request to send")
      return
    }
    #expect(arguments.configuration.speed == .unlimited)
    #expect(arguments.configuration.rate == nil)
  }

  /// How many packets may go as one.
  struct Bursts: Sendable {
    var arguments: [String]
    var segmentLimit: Int
  }

  @Test(arguments: [
    // Only where there is no time between packets, whoever shares the rate.
    Bursts(arguments: ["--size", "64"], segmentLimit: 1),
    Bursts(arguments: ["--size", "64", "--rate", "100k"], segmentLimit: 1),
    Bursts(arguments: ["--size", "64", "--rate", "100001"], segmentLimit: 64),
    Bursts(arguments: ["--size", "64", "--rate", "40k", "--streams", "3"], segmentLimit: 64),
    Bursts(arguments: ["--size", "1000", "--bitrate", "800M"], segmentLimit: 1),
    Bursts(arguments: ["--size", "1000", "--bitrate", "1G"], segmentLimit: 64),
    Bursts(arguments: ["--size", "64", "--rate", "max"], segmentLimit: 64),
    // What was asked for stands above the rate.
    Bursts(arguments: ["--size", "64", "--rate", "max", "--offload", "off"], segmentLimit: 1),
    Bursts(arguments: ["--size", "64", "--rate", "max", "--offload=auto"], segmentLimit: 64),
    Bursts(arguments: ["--size", "64", "--offload", "on"], segmentLimit: 64),
    Bursts(arguments: ["--size", "1200", "--offload", "on"], segmentLimit: 54),
    // A super-packet holds two packets at least.
    Bursts(arguments: ["--size", "32743", "--offload", "on"], segmentLimit: 2),
    Bursts(arguments: ["--size", "32744", "--rate", "max"], segmentLimit: 1),
  ])
  func `super-packets are for rates that leave no time between packets`(row: Bursts) throws {
    let request = try SenderArguments.parse(["[::1]:5004"] + row.arguments)
    guard case .send(let arguments) = request else {
      Issue.record("no request to send")
      return
    }
    #expect(arguments.configuration.segmentLimit == row.segmentLimit)
  }

  @Test(arguments: [["-h"], ["--help"], ["[::1]:5", "--help"]])
  func `help is help, whatever stands beside it`(arguments: [String]) throws {
    #expect(try SenderArguments.parse(arguments) == .help)
  }

  @Test(arguments: [
    ([], "no destination"),
    (["[::1]"], "no address with a port"),
    (["::1:5004"], "no address with a port"),
    (["192.0.2.1"], "no address with a port"),
    (["[192.0.2.1]:5004"], "no address with a port"),
    (["192.0.2.1:65536"], "no address with a port"),
    (["192.0.2.1:+5"], "no address with a port"),
    (["192.0.2.1:"], "no address with a port"),
    (["192.0.2.1:0"], "port 0 is out of range"),
    (["host:5004"], "no IPv6 or IPv4 address"),
    (["[fe80::1]:5004"], "needs its interface"),
    (["[fe80::1%no such]:5004"], "no interface no such"),
    (["[::1]:5", "[::1]:6"], "one destination too many"),
    (["[::1]:5", "--speed", "3"], "no option --speed"),
    (["[::1]:5", "--rate"], "--rate wants a value"),
    (["[::1]:5", "--rate", "fast"], "--rate fast is out of range"),
    (["[::1]:5", "--rate", "0"], "--rate 0 is out of range"),
    (["[::1]:5", "--rate", "5", "--bitrate", "5"], "not both"),
    (["[::1]:5", "--rate", "max", "--bitrate", "5"], "not both"),
    (["[::1]:5", "--rate", "Max"], "such as 500 or 10k, or max"),
    (["[::1]:5", "--offload", "maybe"], "--offload maybe is out of range: auto, on or off"),
    (["[::1]:5", "--offload"], "--offload wants a value"),
    (["[::1]:5", "--offload", "on", "--size", "32744"], "40 to 32743 bytes with --offload on"),
    (["192.0.2.1:5", "--offload", "on", "--size", "32754"], "40 to 32753 bytes with --offload on"),
    (["[::1]:5", "--size", "39"], "--size 39 is out of range: 40 to 65527"),
    (["192.0.2.1:5", "--size", "65508"], "40 to 65507"),
    (["[::1]:5", "--duration", "10"], "such as 10s"),
    (["[::1]:5", "--duration", "0s"], "such as 10s"),
    (["[::1]:5", "--count", "0"], "--count 0 is out of range"),
    (["[::1]:5", "--streams", "0"], "--streams 0 is out of range"),
    (["[::1]:5", "--streams", "2", "--source-port", "65535"], "0 to 65534"),
    (["[::1]:5", "--source", "192.0.2.1"], "both must be IPv6, or both IPv4"),
    (["[::1]:5", "--source", "nowhere"], "no IPv6 or IPv4 address"),
  ])
  func `a command line that cannot be is told in one line`(
    arguments: [String], words: String
  ) throws {
    let error = try #require(throws: SenderArguments.UsageError.self) {
      try SenderArguments.parse(arguments)
    }
    #expect(error.message.contains(words))
    #expect(!error.message.contains("\n"))
  }

  @Test(arguments: [
    "[2001:db8::1]:5004", "192.0.2.1:1", "[::]:65535", "[::ffff:192.0.2.1]:7", "[fe80::1%lo]:9",
  ])
  func `an endpoint is written as it was read`(text: String) throws {
    #expect(try Endpoint(parsing: text).description == text)
  }
}
