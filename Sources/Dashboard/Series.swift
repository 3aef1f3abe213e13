/// Bytes per bin of time, the newest ones only.
struct Series: Sendable {
  /// Bytes of memory that a bin takes.
  static let binSize = MemoryLayout<UInt32>.stride

  /// Number of the bin that `bins` begins with, counted from the epoch.
  private(set) var first: Int64 = 0
  private(set) var bins: [UInt32] = []
  /// By the numbers of those few bins that hold more: how often 2³² bytes.
  private var carries: [Int64: UInt32] = [:]

  /// The bin after the last one.
  var end: Int64 { first + Int64(bins.count) }

  /// Adds bytes to a bin, forgetting all but the last `depth` bins. What belongs to a bin that was
  /// forgotten already is dropped.
  mutating func add(_ bytes: Int, to bin: Int64, keeping depth: Int) {
    if bins.isEmpty || bin - end >= Int64(depth) {
      bins.removeAll(keepingCapacity: true)
      carries = [:]
      first = bin
    }
    guard bin >= first else { return }
    while end <= bin { bins.append(0) }
    let sum = UInt64(bins[Int(bin - first)]) + UInt64(clamping: bytes)
    bins[Int(bin - first)] = UInt32(truncatingIfNeeded: sum)
    if sum > UInt32.max {
      let carry = UInt64(carries[bin] ?? 0) + sum >> 32
      carries[bin] = UInt32(clamping: carry)
    }
    // A quarter more than the depth is let grow, so that forgetting costs little a bin.
    if bins.count > depth + depth / 4 {
      let excess = bins.count - depth
      bins.removeFirst(excess)
      first += Int64(excess)
      carries = carries.filter { $0.key >= first }
    }
  }

  /// The bytes of the bins in a range, exact up to 2⁵³.
  func sum(_ range: Range<Int64>) -> Double {
    let low = max(range.lowerBound, first)
    let high = min(range.upperBound, end)
    guard low < high else { return 0 }
    let sum = bins[Int(low - first)..<Int(high - first)].reduce(0.0) { $0 + Double($1) }
    guard !carries.isEmpty else { return sum }
    return carries.filter { (low..<high).contains($0.key) }.reduce(sum) {
      $0 + Double($1.value) * 0x1p32
    }
  }
}
