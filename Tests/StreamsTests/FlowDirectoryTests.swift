import Testing
import Wire

@testable import Streams

struct `A directory of flows` {
  /// The IPv6 header and the ports of a datagram.
  private func head(_ source: UInt8, port: UInt16) -> [UInt8] {
    [0x60, 0, 0, 0, 0, 8, 17, 64] + [UInt8](repeating: source, count: 32)
      + [UInt8(port >> 8), UInt8(port & 255), 0, 1]
  }

  private func key(_ source: UInt8, port: UInt16) -> FlowKey {
    let bytes = head(source, port: port)
    return FlowKey(CheckedBytes(known: bytes.rawSpan, from: 0, byteCount: 44))
  }

  @Test func `tells flows apart whose hashes are the same`() {
    var directory = FlowDirectory()
    let flows = [
      (key(1, port: 1), 0), (key(1, port: 2), 0), (key(2, port: 1), 0), (key(1, port: 1), 1),
      (key(1, port: 1), 2), (FlowKey(), 0), (FlowKey(), 1),
    ]
    for (slot, flow) in flows.enumerated() {
      #expect(directory.slot(of: flow.0, in: flow.1, hash: 4095) == nil)
      directory.learn(slot, of: flow.0, in: flow.1, hash: 4095)
      // What is known stays.
      directory.learn(99, of: flow.0, in: flow.1, hash: 4095)
    }
    for (slot, flow) in flows.enumerated() {
      #expect(directory.slot(of: flow.0, in: flow.1, hash: 4095) == slot)
      #expect(directory.slot(of: flow.0, in: flow.1, hash: 50) == nil)
    }
  }

  @Test func `begins anew, after a while, when there are too many`() {
    var directory = FlowDirectory()
    for port in 0...2048 as ClosedRange<UInt16> {
      let isOpen = directory.isOpen
      #expect(isOpen)
      directory.learn(Int(port), of: key(1, port: port), in: 0, hash: UInt64(port) * 7)
    }
    var batches = 0
    while !directory.isOpen {
      directory.learn(1, of: key(1, port: 1), in: 0, hash: 7)
      directory.begin()
      batches += 1
    }
    #expect(batches > 10)
    #expect(directory.slot(of: key(1, port: 1), in: 0, hash: 7) == nil)
    directory.learn(1, of: key(1, port: 1), in: 0, hash: 7)
    #expect(directory.slot(of: key(1, port: 1), in: 0, hash: 7) == 1)
  }

  /// Two tables that share packets, and the batch in which these come.
  private struct Tables: ~Copyable {
    var first = StreamTable(
      point: Point(name: "x"), options: CountingOptions(), share: .init(index: 0, count: 2))
    var second = StreamTable(
      point: Point(name: "x"), options: CountingOptions(), share: .init(index: 1, count: 2))
    var batch = PacketBatch(tableCount: 2)
    var directory = FlowDirectory()

    /// - Returns: of how many packets the flows were known before they were counted.
    mutating func count(_ frames: [[UInt8]]) -> Int {
      let bytes = frames.flatMap(\.self)
      batch.removeAll()
      var start = 0
      for frame in frames {
        batch.append(
          PcapRecord(
            time: Timestamp(nanoseconds: 1_000), wireBytes: frame.count,
            frame: start..<start + frame.count, linkType: .ethernet))
        start += frame.count
      }
      batch.read(bytes.rawSpan, &directory)
      var known = 0
      for list in 0..<2 {
        for index in batch.arrivals[list].indices where batch.arrivals[list][index].isKnown {
          known += 1
        }
      }
      first.count(batch, in: bytes.rawSpan) { _, _ in }
      second.count(batch, in: bytes.rawSpan) { _, _ in }
      batch.teach(&directory, in: bytes.rawSpan)
      return known
    }
  }

  /// A frame of a stream, in tunnels of these numbers.
  private func frame(_ port: UInt16, number: UInt64, in tunnels: [UInt8], isOurs: Bool = true)
    -> [UInt8]
  {
    var payload: [UInt8] = []
    StreamHeader(
      timestamp: 0, synchronizationSource: UInt32(port), number: number,
      realTime: Timestamp(nanoseconds: 1), bootTime: 1
    ).serialize(into: &payload)
    if !isOurs { payload[0] = 0 }
    var bytes: [UInt8] = []
    EthernetHeader(destination: 1, source: 2, etherType: .ipv6).serialize(into: &bytes)
    for (depth, tunnel) in tunnels.enumerated() {
      IPv6Header(
        payloadLength: UInt16(payload.count + 48 + 40 * (tunnels.count - depth - 1)),
        nextHeader: .ipv6, source: IPAddress(high: 9, low: UInt64(tunnel)),
        destination: IPAddress(high: 9, low: 0)
      ).serialize(into: &bytes)
    }
    IPv6Header(
      payloadLength: UInt16(payload.count + 8), nextHeader: .udp,
      source: IPAddress(high: 1, low: 2), destination: IPAddress(high: 3, low: 4)
    ).serialize(into: &bytes)
    for word in [port, 5004, UInt16(payload.count + 8), 0] {
      bytes += [UInt8(word >> 8), UInt8(word & 255)]
    }
    return bytes + payload
  }

  @Test func `learns where the tables have the flows of nemotop's, on each leg`() {
    var tables = Tables()
    let legs: [[UInt8]] = [[], [1], [2], [1, 2]]
    for round in 0..<4 as Range<UInt64> {
      var frames: [[UInt8]] = []
      for port in 100..<140 as Range<UInt16> {
        for leg in legs { frames.append(frame(port, number: round, in: leg)) }
        frames.append(frame(port + 100, number: round, in: [], isOurs: false))
      }
      // What is in two tunnels is no plain datagram.
      #expect(tables.count(frames) == (round == 0 ? 0 : 3 * 40))
    }
    let flows = tables.first.flows.count + tables.second.flows.count
    #expect(flows == 5 * 40 && tables.first.flows.count > 0 && tables.second.flows.count > 0)
    for slot in 0..<tables.first.flows.count { #expect(tables.first.flows[slot].packets == 4) }
    for slot in 0..<tables.second.flows.count { #expect(tables.second.flows[slot].packets == 4) }
  }
}
