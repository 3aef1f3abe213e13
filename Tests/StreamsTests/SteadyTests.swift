import Testing
import Wire

@testable import Streams

/// A table that counts frames, and what it handed over.
private struct Meter: ~Copyable {
  private var table: StreamTable
  /// Frames of the commonest kind are read at a glance.
  private let glances: Bool
  private var snapshots: [Snapshot] = []

  init(_ point: String, options: CountingOptions, isPlain: Bool) {
    table = StreamTable(point: Point(name: point), options: options)
    table.settles = !isPlain
    glances = !isPlain
  }

  mutating func count(_ frame: Frame) {
    var closed: [Snapshot] = []
    let bytes = frame.bytes.rawSpan
    let time = Timestamp(nanoseconds: frame.time)
    if glances, let datagram = PlainDatagram(bytes, wireBytes: frame.bytes.count) {
      table.count(datagram, bytes: bytes, wireBytes: frame.bytes.count, at: time) {
        closed.append($0.snapshot(of: $1))
      }
    } else {
      let packet = DecodedPacket(
        decoding: bytes, linkType: .ethernet, wireBytes: frame.bytes.count)
      table.count(packet, bytes: bytes, wireBytes: frame.bytes.count, at: time) {
        closed.append($0.snapshot(of: $1))
      }
    }
    snapshots += closed
  }

  mutating func finish(at time: Int64) -> [Snapshot] {
    var closed: [Snapshot] = []
    table.finish(at: Timestamp(nanoseconds: time)) { closed.append($0.snapshot(of: $1)) }
    return snapshots + closed
  }
}

@Suite struct SteadyTests {
  /// The first difference between two lists of snapshots; nil where they are equal.
  private func difference(_ left: [Snapshot], _ right: [Snapshot]) -> String? {
    guard left.map(\.start) == right.map(\.start) else {
      return "intervals \(left.map(\.start)) and \(right.map(\.start))"
    }
    for (left, right) in zip(left, right) {
      if left.totals != right.totals { return "totals \(left.totals) and \(right.totals)" }
      if left.events != right.events { return "events \(left.events) and \(right.events)" }
      for (left, right) in zip(left.streams, right.streams) where left != right {
        return "\(left)\nand\n\(right)"
      }
      if left.streams.count != right.streams.count {
        return "\(left.streams.count) and \(right.streams.count) streams at \(left.start)"
      }
    }
    return nil
  }

  @Test(arguments: 0..<8)
  func `a steady flow comes to what the general way comes to`(block: UInt64) {
    for seed in block * 100..<(block + 1) * 100 {
      var random = SplitMix(seed: seed ^ 0x5eed)
      let traffic = Traffic(seed: seed, packets: 150)
      let point = random.pick(["cn", "xen1", "ha"])
      let options = CountingOptions(
        interval: random.pick([.milliseconds(10), .milliseconds(100), .seconds(1), .seconds(10)]),
        leftAfter: random.pick([.milliseconds(300), .seconds(1)]))
      var steady = Meter(point, options: options, isPlain: false)
      var general = Meter(point, options: options, isPlain: true)
      for frame in traffic.frames {
        steady.count(frame)
        general.count(frame)
      }
      let end = (traffic.frames.map(\.time).max() ?? 0) + 3_000_000_000
      if let difference = difference(steady.finish(at: end), general.finish(at: end)) {
        Issue.record("seed \(seed) at \(point): \(difference)")
        return
      }
    }
  }
}
