import Wire

/// The flows that a core has met in the packets that it reads, and the slots in which their tables have
/// them, so that the tables get what counting takes and need not look at the packets: their bytes stay
/// in the cache of the core that read them.
///
/// It serves as long as there are few flows: an open-addressing table at most half full, from which
/// nothing is removed but everything at once. A look-up touches one line of the cache, and not, as in a
/// `SlotIndex`, another one first by which it is found.
package struct FlowDirectory: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key = FlowKey()
    /// Among the tunnels of this directory; 0 is none.
    var tunnel: UInt32 = 0
    /// Plus one; 0 where it is free.
    var slot: UInt32 = 0
    /// It fills a line of the cache.
    let padding = (0, 0)

    @inline(__always)
    func `is`(_ key: FlowKey, in tunnel: Int) -> Bool {
      self.key == key && self.tunnel == UInt32(truncatingIfNeeded: tunnel)
    }
  }

  private static var capacity: Int { 2048 }
  /// So many batches pass until it begins anew when there were more flows.
  private static let rest = 256

  private var entries = PlainList<Entry>()
  private var count = 0
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

  /// The number of a datagram's tunnel; 0 is none.
  @inline(__always)
  mutating func tunnel(of arrival: Arrival, in bytes: RawSpan) -> Int {
    tunnels.index(of: arrival, in: bytes)
  }

  /// Has what a look-up meets first fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ hash: UInt64) { entries.prefetch(Self.wrapped(Int(truncatingIfNeeded: hash))) }

  /// The slot of a flow in its table.
  @inline(__always)
  func slot(of key: FlowKey, in tunnel: Int, hash: UInt64) -> Int? {
    let place = place(of: key, in: tunnel, hash: hash)
    return entries[place].slot == 0 ? nil : Int(entries[place].slot) &- 1
  }

  /// Learns the slot of a flow.
  mutating func learn(_ slot: Int, of key: FlowKey, in tunnel: Int, hash: UInt64) {
    guard isOpen else { return }
    let place = place(of: key, in: tunnel, hash: hash)
    guard entries[place].slot == 0 else { return }
    guard count < Self.capacity else {
      empty()
      batchesToRest = Self.rest
      return
    }
    count += 1
    entries[place].key = key
    entries[place].tunnel = UInt32(truncatingIfNeeded: tunnel)
    entries[place].slot = UInt32(truncatingIfNeeded: slot + 1)
  }

  /// Where a flow is, or would be.
  @inline(__always)
  private func place(of key: FlowKey, in tunnel: Int, hash: UInt64) -> Int {
    var place = Self.wrapped(Int(truncatingIfNeeded: hash))
    while !entries[place].is(key, in: tunnel), entries[place].slot != 0 {
      place = Self.wrapped(place &+ 1)
    }
    return place
  }

  @inline(__always)
  private static func wrapped(_ place: Int) -> Int { place & (2 * capacity - 1) }
}
