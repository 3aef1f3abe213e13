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

  /// Numbers that arrived, in the order of their runs.
  private static func numbers(_ snapshots: [Snapshot], of key: StreamKey) -> [Int64] {
    snapshots.flatMap(\.streams).filter { $0.stream == key }
      .flatMap { $0.sequence?.runs ?? [] }.flatMap { Array($0.first...$0.last) }
  }

  @Test(arguments: [
    (IPAddress(high: 0, low: 1), 64, 200), (IPAddress(high: 0, low: 1), 1200, 131),
    (IPAddress(ipv4: 0x7f00_0001), 1200, 54), (IPAddress(ipv4: 0x7f00_0001), 20_000, 7),
  ])
  func `what goes in super-packets arrives number by number`(
    address: IPAddress, size: Int, count: Int
  ) throws {
    let (keys, report, snapshots) = try Self.run(to: address, receiving: address) {
      $0.count = count
      $0.speed = .unlimited
      $0.offload = .on
      $0.payloadBytes = size
      $0.streams = 2
    }
    let limit = SuperPacket.segmentLimit(payloadBytes: size, isIPv4: address.isIPv4)
    let superPackets = count / limit + (count % limit > 1 ? 1 : 0)
    #expect(report.superPackets == 2 * superPackets)
    #expect(report.packets == 2 * count)
    #expect(report.bytes == 2 * count * size)
    #expect(report.refused + report.unsent + report.networkErrors == 0)
    for key in keys {
      #expect(Self.numbers(snapshots, of: key) == Array(0..<Int64(count)))
      let intervals = snapshots.flatMap(\.streams).filter { $0.stream == key }
      #expect(intervals.reduce(0) { $0 + $1.packets } == count)
      #expect(intervals.reduce(0) { $0 + $1.udpBytes } == count * size)
      #expect(intervals.reduce(0) { $0 + ($1.sequence?.duplicates ?? 0) } == 0)
    }
  }

  @Test func `packets with a moment of their own go singly`() throws {
    let (_, report, _) = try Self.run(to: Self.loopback, receiving: Self.loopback) {
      $0.count = 50
      $0.speed = .packetsPerSecond(50_000)
    }
    #expect(report.packets == 50)
    #expect(report.superPackets == 0)
  }

  @Test func `as many packets are counted as were asked for, though more came as one`() throws {
    var receiving = ReceiverConfiguration(local: Endpoint(address: Self.loopback, port: 0))
    receiving.count = 10
    var receiver = try Receiver(receiving)
    var configuration = SenderConfiguration(
      destination: Endpoint(address: Self.loopback, port: receiver.local.port))
    configuration.count = 128
    configuration.speed = .unlimited
    configuration.payloadBytes = 64
    var sender = try Sender(configuration)
    #expect(try sender.run(isStopped: { false }).superPackets == 2)
    var snapshots: [Snapshot] = []
    try receiver.run(isStopped: { false }) { snapshots.append($0) }
    let key = try #require(sender.keys.first)
    #expect(Self.numbers(snapshots, of: key) == Array(0..<10))
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
