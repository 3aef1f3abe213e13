import Wire

/// The flows that a core has met in the packets that it reads, and the slots in which their tables have
/// them, so that the tables get what counting takes and need not look at the packets: their bytes stay
/// in the cache of the core that read them.
///
/// It serves as long as there are few flows: an open-addressing table at most half full, from which
/// nothing is removed but everything at once.
package struct FlowDirectory: ~Copyable {
  /// What tells one flow of plain datagrams from another, as it lies in their headers.
  struct Key: BitwiseCopyable {
    fileprivate var sourceHigh: UInt64 = 0
    fileprivate var sourceLow: UInt64 = 0
    fileprivate var destinationHigh: UInt64 = 0
    fileprivate var destinationLow: UInt64 = 0
    /// The ports, and the tunnel in the upper half.
    fileprivate var rest: UInt64 = 0

    fileprivate init() {}

    /// - Parameters:
    ///   - start: where the IPv6 header and the ports behind it begin, 44 bytes.
    ///   - tunnel: its number; 0 is none.
    @inline(__always)
    init(_ bytes: borrowing CheckedBytes, from start: Int, in tunnel: Int) {
      sourceHigh = bytes.uint64(at: start &+ 8).bigEndian
      sourceLow = bytes.uint64(at: start &+ 16).bigEndian
      destinationHigh = bytes.uint64(at: start &+ 24).bigEndian
      destinationLow = bytes.uint64(at: start &+ 32).bigEndian
      rest =
        UInt64(bytes.uint32(at: start &+ 40).bigEndian)
        | UInt64(truncatingIfNeeded: tunnel) << 32
    }

    @inline(__always)
    fileprivate static func == (left: Self, right: Self) -> Bool {
      (left.sourceHigh ^ right.sourceHigh) | (left.sourceLow ^ right.sourceLow)
        | (left.destinationHigh ^ right.destinationHigh)
        | (left.destinationLow ^ right.destinationLow) | (left.rest ^ right.rest) == 0
    }
  }

  struct Entry: BitwiseCopyable {
    var key = Key()
    /// Plus one; 0 where it is free.
    var slot = 0
    /// It fills a line of the cache.
    let padding = (0, 0)
  }

  private static let capacity = 2048
  /// So many batches pass until it begins anew when there were more flows.
  private static let rest = 256

  private var entries = PlainList<Entry>()
  private var count = 0
  /// Their numbers are this directory's own.
  private var tunnels = LegTable()
  private var batchesToRest = 0

  package init() {
    entries.reserve(2 * Self.capacity)
    empty()
  }

  private mutating func empty() {
    entries.removeAll()
    for _ in 0..<2 * Self.capacity { entries.append(Entry()) }
    count = 0
    tunnels = LegTable()
  }

  /// Whether it is of use for the batch that is being read.
  @inline(__always)
  var isOpen: Bool { batchesToRest == 0 }

  /// A batch is to be read.
  mutating func begin() {
    if batchesToRest > 0 { batchesToRest -= 1 }
  }

  /// The number of a tunnel, from 1 on.
  ///
  /// - Parameter start: where its IPv6 header begins.
  @inline(__always)
  mutating func tunnel(_ bytes: borrowing CheckedBytes, from start: Int = 0) -> Int {
    tunnels.index(bytes, from: start)
  }

  /// Has what a look-up meets first fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ hash: UInt64) {
    entries.prefetch(Int(truncatingIfNeeded: hash) & (2 * Self.capacity - 1))
  }

  /// The slot of a flow in its table.
  @inline(__always)
  func slot(of key: Key, hash: UInt64) -> Int? {
    var place = Int(truncatingIfNeeded: hash) & (2 * Self.capacity - 1)
    while entries[place].slot != 0 {
      if entries[place].key == key { return entries[place].slot &- 1 }
      place = (place &+ 1) & (2 * Self.capacity - 1)
    }
    return nil
  }

  /// Learns the slot of a flow.
  mutating func learn(_ slot: Int, of key: Key, hash: UInt64) {
    guard isOpen else { return }
    var place = Int(truncatingIfNeeded: hash) & (2 * Self.capacity - 1)
    while entries[place].slot != 0 {
      if entries[place].key == key { return }
      place = (place + 1) & (2 * Self.capacity - 1)
    }
    guard count < Self.capacity else {
      empty()
      batchesToRest = Self.rest
      return
    }
    count += 1
    entries[place].key = key
    entries[place].slot = slot + 1
  }
}
