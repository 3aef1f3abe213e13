extension [Snapshot] {
  /// One list of a point's snapshots, of lists that tables with a share of its streams each made of
  /// the same packets.
  package init(joining shares: [[Snapshot]]) {
    guard shares.count > 1 else {
      self = shares.first ?? []
      return
    }
    self = []
    var rests = shares.map { $0[...] }
    while let start = rests.compactMap({ $0.first?.start }).min() {
      var parts: [Snapshot] = []
      for index in rests.indices where rests[index].first?.start == start {
        parts.append(rests[index].removeFirst())
      }
      append(Snapshot(joining: parts))
    }
  }
}

extension Snapshot {
  /// - Parameter parts: of one interval, one at the least. What is of no stream, each of them has.
  fileprivate init(joining parts: [Snapshot]) {
    self = parts[0]
    guard parts.count > 1 else { return }
    for part in parts.dropFirst() {
      streams += part.streams
      events += part.events
    }
    streams.sort { ($0.stream, $0.leg) < ($1.stream, $1.leg) }
    events.sort { ($0.time, $0.stream) < ($1.time, $1.stream) }
  }
}
