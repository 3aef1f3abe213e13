/// Bytes per bin of time, the newest ones only.
struct Series: Sendable {
  /// Number of the bin that `bins` begins with, counted from the epoch.
  private(set) var first: Int64 = 0
  private(set) var bins: [Float] = []

  /// The bin after the last one.
  var end: Int64 { first + Int64(bins.count) }

  /// Adds bytes to a bin, forgetting all but the last `depth` bins. What belongs to a bin that was
  /// forgotten already is dropped.
  mutating func add(_ bytes: Int, to bin: Int64, keeping depth: Int) {
    if bins.isEmpty || bin - end >= Int64(depth) {
      bins.removeAll(keepingCapacity: true)
      first = bin
    }
    guard bin >= first else { return }
    while end <= bin { bins.append(0) }
    bins[Int(bin - first)] += Float(bytes)
    // A quarter more than the depth is let grow, so that forgetting costs little a bin.
    if bins.count > depth + depth / 4 {
      let excess = bins.count - depth
      bins.removeFirst(excess)
      first += Int64(excess)
    }
  }

  /// The bytes of the bins in a range.
  func sum(_ range: Range<Int64>) -> Double {
    let low = max(range.lowerBound, first)
    let high = min(range.upperBound, end)
    guard low < high else { return 0 }
    return bins[Int(low - first)..<Int(high - first)].reduce(0) { $0 + Double($1) }
  }
}
