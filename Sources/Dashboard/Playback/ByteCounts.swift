package import Moves
import Streams

extension Observed {
  /// Bytes of memory that it needs, about.
  package var byteCount: Int {
    var sum = 100 + marks.count * 500 + moves.count * 1500
    for snapshot in snapshots {
      sum += MemoryLayout<Snapshot>.stride
      sum += snapshot.streams.count * MemoryLayout<StreamInterval>.stride
      sum += snapshot.streams.reduce(0) { $0 + ($1.sequence?.runs.count ?? 0) * 48 }
      sum += snapshot.totals.count * MemoryLayout<ProtocolTotal>.stride
      sum += snapshot.events.count * MemoryLayout<StreamEvent>.stride
      sum += (snapshot.signals.count + snapshot.announcements.count) * 500
    }
    return sum
  }
}

extension History {
  /// Bytes of memory that it needs, about.
  var byteCount: Int {
    let bins = streams.values.reduce(0) { sum, stream in
      sum + stream.passed.bins.count
        + stream.points.values.reduce(0) { $0 + $1.series.bins.count }
    }
    return bins * Series.binSize + streams.count * (400 + 400 * points.count)
      + marks.count * 500 + moves.count * 1500
  }
}
