import Sequences
import Streams
import Testing
import Wire

@testable import Generator

struct LoopbackTests {
  private static let loopback = IPAddress(high: 0, low: 1)

  /// Sends to a socket of this process, receives, and gives what was sent and the snapshots.
  private static func run(
    to address: IPAddress, receiving local: IPAddress, _ change: (inout SenderConfiguration) -> Void
  ) throws -> (keys: [StreamKey], report: SenderReport, snapshots: [Snapshot]) {
    var receiving = ReceiverConfiguration(local: Endpoint(address: local, port: 0))
    var configuration = SenderConfiguration(
      destination: Endpoint(address: address, port: 1))
    change(&configuration)
    receiving.count = (configuration.count ?? 0) * configuration.streams
    var receiver = try Receiver(receiving)
    configuration.destination.port = receiver.local.port
    var sender = try Sender(configuration)
    let report = try sender.run(isStopped: { false })
    var snapshots: [Snapshot] = []
    try receiver.run(isStopped: { false }) { snapshots.append($0) }
    return (sender.keys, report, snapshots)
  }

  @Test(arguments: [
    (to: IPAddress(high: 0, low: 1), receiving: IPAddress(high: 0, low: 1)),
    (to: IPAddress(high: 0, low: 1), receiving: IPAddress(high: 0, low: 0)),
    (to: IPAddress(ipv4: 0x7f00_0001), receiving: IPAddress(ipv4: 0x7f00_0001)),
    (to: IPAddress(ipv4: 0x7f00_0002), receiving: IPAddress(high: 0, low: 0)),
  ])
  func `every packet arrives with its number and its own size`(
    to address: IPAddress, receiving local: IPAddress
  ) throws {
    let (keys, report, snapshots) = try Self.run(to: address, receiving: local) {
      $0.count = 100
      $0.speed = .packetsPerSecond(20_000)
      $0.payloadBytes = 333
    }
    #expect(report.packets == 100)
    #expect(report.bytes == 33_300)
    #expect(report.refused == 0)
    let intervals = snapshots.flatMap(\.streams)
    let key = try #require(keys.first)
    #expect(key.destination == address)
    #expect(intervals.allSatisfy { $0.stream == key && $0.payload == .nemotop })
    #expect(intervals.reduce(0) { $0 + $1.packets } == 100)
    #expect(intervals.reduce(0) { $0 + $1.udpBytes } == 33_300)
    #expect(
      intervals.reduce(0) { $0 + $1.ipBytes } == 33_300 + 100 * (address.isIPv4 ? 28 : 48))
    let runs = intervals.flatMap { $0.sequence?.runs ?? [] }
    #expect(runs.first?.first == 0)
    #expect(runs.last?.last == 99)
    #expect(runs.reduce(0) { $0 + $1.count } == 100)
    var reception = Reception()
    for snapshot in snapshots { reception.add(snapshot) }
    let figures = try #require(reception.streams.first?.figures)
    #expect(figures.packets == 100)
    #expect(figures.lost == 0)
    #expect(figures.duplicates == 0)
    #expect(figures.reordered == 0)
    #expect(figures.jitter != nil)
    #expect(figures.transitMinimum != nil)
  }

  @Test func `several streams have consecutive ports and their own numbers`() throws {
    let ephemeral = try Sender(
      SenderConfiguration(destination: Endpoint(address: Self.loopback, port: 1)))
    // A port that was free a moment ago; the next two are taken to be free as well.
    let port = try #require(ephemeral.keys.first).sourcePort
    let first = port > 65_000 ? port - 1000 : port + 100
    let (keys, report, snapshots) = try Self.run(
      to: Self.loopback, receiving: Self.loopback
    ) {
      $0.streams = 3
      $0.count = 50
      $0.speed = .packetsPerSecond(10_000)
      $0.source.port = first
      $0.payloadBytes = 40
    }
    #expect(keys.map(\.sourcePort) == [first, first + 1, first + 2])
    #expect(report.packets == 150)
    var reception = Reception()
    for snapshot in snapshots { reception.add(snapshot) }
    #expect(reception.streams.map(\.stream) == keys)
    #expect(reception.streams.map(\.figures.packets) == [50, 50, 50])
    #expect(reception.streams.map(\.figures.lost) == [0, 0, 0])
  }

  @Test func `a port where nobody listens does not end the stream`() throws {
    let closed: Endpoint
    do {
      let socket = try DatagramSocket(isIPv4: false)
      try socket.bind(Endpoint(address: Self.loopback, port: 0))
      closed = try socket.local
    }
    var configuration = SenderConfiguration(destination: closed)
    configuration.count = 50
    configuration.speed = .packetsPerSecond(10_000)
    var sender = try Sender(configuration)
    let report = try sender.run(isStopped: { false })
    #expect(report.packets + report.unsent == 50)
    #expect(report.networkErrors > 0)
    #expect(report.lastNetworkError == "Connection refused")
  }

  @Test func `it stops when it is told, and tells what it sent`() throws {
    var configuration = SenderConfiguration(
      destination: Endpoint(address: Self.loopback, port: 9))
    configuration.speed = .packetsPerSecond(100_000)
    var sender = try Sender(configuration)
    var asked = 0
    let report = try sender.run(isStopped: {
      asked += 1
      return asked > 1000
    })
    #expect(report.packets > 0)
    #expect(report.bytes == report.packets * 1000)
  }

  @Test func `a local address that is not ours is refused`() throws {
    let endpoint = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5004)
    #expect(throws: GeneratorError.self) {
      _ = try Receiver(ReceiverConfiguration(local: endpoint)).local
    }
    var configuration = SenderConfiguration(
      destination: Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 9))
    configuration.source.address = endpoint.address
    #expect(throws: GeneratorError.self) { _ = try Sender(configuration).keys }
  }
}
