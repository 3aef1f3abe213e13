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
    streams = parts.map(\.streams).merged { ($0.stream, $0.leg) < ($1.stream, $1.leg) }
    events = parts.map(\.events).merged { ($0.time, $0.stream) < ($1.time, $1.stream) }
  }
}

extension Array {
  /// One sorted list of sorted lists, of equal elements those of the first list first.
  fileprivate func merged<Member>(
    by areInOrder: (Member, Member) -> Bool
  ) -> [Member] where Element == [Member] {
    var merged: [Member] = []
    merged.reserveCapacity(reduce(0) { $0 + $1.count })
    var heads = map(\.startIndex)
    while true {
      var first: Int?
      for index in indices where heads[index] < self[index].count {
        guard let found = first else {
          first = index
          continue
        }
        if areInOrder(self[index][heads[index]], self[found][heads[found]]) { first = index }
      }
      guard let first else { return merged }
      merged.append(self[first][heads[first]])
      heads[first] += 1
    }
  }
}
