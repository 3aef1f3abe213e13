import Streams
import Wire

/// The packets of a file as they are counted from batches, by two tables that share the streams.
func countInBatches(
  _ records: [PcapRecord], of bytes: [UInt8], batchSize: Int, options: CountingOptions
) -> [Snapshot] {
  var first = Share(0, options)
  var second = Share(1, options)
  var batch = PacketBatch(tableCount: 2, decapsulation: options.decapsulation)
  var rest = records[...]
  while !rest.isEmpty {
    batch.removeAll()
    for record in rest.prefix(batchSize) { batch.append(record) }
    rest = rest.dropFirst(batchSize)
    batch.read(bytes.rawSpan)
    first.count(batch, in: bytes)
    second.count(batch, in: bytes)
  }
  let end = records.map(\.time).max() ?? Timestamp(nanoseconds: 0)
  return [Snapshot](joining: [first.finish(at: end), second.finish(at: end)])
}

/// One of the two tables.
private struct Share: ~Copyable {
  private var table: StreamTable
  private var snapshots: [Snapshot] = []

  init(_ index: Int, _ options: CountingOptions) {
    table = StreamTable(
      point: Point(name: "xen1"), options: options, share: .init(index: index, count: 2))
  }

  mutating func count(_ batch: borrowing PacketBatch, in bytes: [UInt8]) {
    table.count(batch, in: bytes.rawSpan) { snapshots.append($0.snapshot(of: $1)) }
  }

  mutating func finish(at end: Timestamp) -> [Snapshot] {
    table.finish(at: end) { snapshots.append($0.snapshot(of: $1)) }
    return snapshots
  }
}
