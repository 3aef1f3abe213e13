import CLinux
import Glibc

/// Elements that are never given back, by the slots in which they lie: the module's one file with
/// pointers in it.
///
/// They lie in memory that grows without a copy, so that an element costs its own bytes and no more.
@safe
struct GrowingStore<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private var elements: UnsafeMutablePointer<Element>
  private var byteCount = 1 << 16
  private var readyBytes = 1 << 16
  private(set) var count = 0

  init() {
    unsafe elements = mapped(byteCount).bindMemory(
      to: Element.self, capacity: byteCount / MemoryLayout<Element>.stride)
  }

  deinit { unsafe munmap(elements, byteCount) }

  /// Adds an element.
  ///
  /// - Returns: its slot.
  mutating func append(_ element: Element) -> Int {
    let slot = count
    if (slot + 1) * MemoryLayout<Element>.stride > readyBytes { prepare() }
    count += 1
    unsafe (elements + slot).initialize(to: element)
    return slot
  }

  /// Makes room for a further element.
  @inline(never)
  private mutating func prepare() {
    if readyBytes == byteCount { grow() }
    let step = min(byteCount - readyBytes, 1 << 18)
    unsafe memory_region_fill(UnsafeMutableRawPointer(elements) + readyBytes, step)
    readyBytes += step
  }

  private mutating func grow() {
    // Pages that are not touched cost nothing.
    let wanted = 2 * byteCount
    guard let region = unsafe memory_region_grow(elements, byteCount, wanted) else {
      failed(wanted)
    }
    unsafe elements = region.bindMemory(
      to: Element.self, capacity: wanted / MemoryLayout<Element>.stride)
    byteCount = wanted
  }

  /// The element in a slot, which must be one that `append` gave.
  subscript(slot: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      precondition(UInt(bitPattern: slot) < UInt(bitPattern: count))
      return unsafe UnsafePointer(elements + slot)
    }
    @inline(__always)
    unsafeMutableAddress {
      precondition(UInt(bitPattern: slot) < UInt(bitPattern: count))
      return unsafe elements + slot
    }
  }

  /// Has the element fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ slot: Int) {
    let address = unsafe UnsafeRawPointer(elements + slot)
    for offset in stride(from: 0, to: MemoryLayout<Element>.stride, by: 64) {
      unsafe nemotop_prefetch(address + offset)
    }
  }
}

/// Elements in the order in which they were appended, which are all removed at once.
@safe
struct PlainList<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private var elements: UnsafeMutablePointer<Element>
  private var capacity = 64
  private(set) var count = 0

  init() {
    unsafe elements = .allocate(capacity: capacity)
  }

  deinit { unsafe elements.deallocate() }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { reserve(count + 1) }
    unsafe (elements + count).initialize(to: element)
    count &+= 1
  }

  /// Makes room for so many elements.
  @inline(never)
  mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let room = max(wanted, 2 * capacity)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
    unsafe larger.update(from: elements, count: count)
    unsafe elements.deallocate()
    unsafe elements = larger
    capacity = room
  }

  mutating func removeAll() {
    count = 0
  }

  /// Has the element at a place, if there is one, fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ place: Int) {
    unsafe nemotop_prefetch(elements + place)
  }

  subscript(place: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      precondition(place < count)
      return unsafe UnsafePointer(elements + place)
    }
    @inline(__always)
    unsafeMutableAddress {
      precondition(place < count)
      return unsafe elements + place
    }
  }
}

/// Lists of arrivals, one for each of a few tables, which are filled side by side in the order of their places.
@safe
struct ArrivalLists: ~Copyable, @unchecked Sendable {
  /// A power of two.
  let listCount: Int
  /// Of one list.
  private var room = 0
  /// Of all lists.
  private var capacity = 0
  private var elements: UnsafeMutablePointer<Arrival>
  /// For each arrival that wants it the slot of its flow: apart, since other tables may read the arrivals.
  private var slots: UnsafeMutablePointer<Int32>
  /// Where the next arrival of each list goes.
  private let ends: UnsafeMutablePointer<Int>

  /// - Parameter count: a power of two.
  init(count: Int) {
    precondition(count > 0 && count & (count - 1) == 0)
    listCount = count
    unsafe elements = .allocate(capacity: 1)
    unsafe slots = .allocate(capacity: 1)
    unsafe ends = .allocate(capacity: count)
    unsafe ends.initialize(repeating: 0, count: count)
  }

  deinit {
    unsafe elements.deallocate()
    unsafe slots.deallocate()
    unsafe ends.deallocate()
  }

  /// Begins anew, with room for so many arrivals in each list.
  mutating func removeAll(reserving wanted: Int) {
    if wanted > room {
      unsafe elements.deallocate()
      unsafe slots.deallocate()
      unsafe elements = .allocate(capacity: wanted * listCount)
      unsafe slots = .allocate(capacity: wanted * listCount)
      unsafe slots.initialize(repeating: -1, count: wanted * listCount)
      room = wanted
      capacity = wanted * listCount
    }
    for list in 0..<listCount { unsafe ends[list] = list * room }
  }

  /// How many arrivals each list has.
  var counts: [8 of Int] {
    var counts = [8 of Int](repeating: 0)
    for list in 0..<listCount { counts[list] = count(of: list) }
    return counts
  }

  @inline(__always)
  func count(of list: Int) -> Int {
    precondition(list < listCount)
    return unsafe ends[list] - list * room
  }

  /// Appends an arrival to one of the lists, for which there must be room.
  ///
  /// - Parameter list: as many bits of it count as there are lists.
  @inline(__always)
  mutating func append(_ arrival: Arrival, to list: Int) {
    let list = list & (listCount &- 1)
    let end = unsafe ends[list]
    assert(end < (list + 1) * room)
    precondition(end < capacity)
    unsafe (elements + end).initialize(to: arrival)
    unsafe ends[list] = end &+ 1
  }

  mutating func appendToAll(_ arrival: Arrival) {
    for list in 0..<listCount { append(arrival, to: list) }
  }

  /// Changes the arrivals of a list from one on.
  @inline(__always)
  mutating func update(from index: Int, of list: Int, _ change: (inout Arrival) -> Void) {
    precondition(index >= 0)
    var next = unsafe elements + list * room + index
    let end = unsafe elements + list * room + count(of: list)
    while unsafe next < end {
      unsafe change(&next.pointee)
      unsafe next += 1
    }
  }

  /// Notes the slot of an arrival's flow, or −1. Several tables may do so at once, each in its list.
  func note(slot: Int, at index: Int, of list: Int) {
    precondition(index >= 0 && index < count(of: list))
    unsafe slots[list * room + index] = Int32(truncatingIfNeeded: slot)
  }

  /// What was noted last for the arrival at this index.
  func slot(at index: Int, of list: Int) -> Int {
    precondition(index >= 0 && index < count(of: list))
    return unsafe Int(slots[list * room + index])
  }

  subscript(list: Int) -> Span<Arrival> {
    @_lifetime(borrow self)
    borrowing get {
      let arrivals = unsafe Span(_unsafeStart: elements + list * room, count: count(of: list))
      return unsafe _overrideLifetime(arrivals, borrowing: self)
    }
  }

  /// The arrival of all lists that comes next in the order of their places, before one place.
  ///
  /// - Parameter heads: how many of each list have come.
  func next(before place: Int, after heads: inout [8 of Int]) -> Arrival? {
    var next: Arrival?
    for list in 0..<listCount where heads[list] < count(of: list) {
      let head = self[list][heads[list]]
      if head.place < min(place, next?.place ?? .max) { next = head }
    }
    guard let next else { return nil }
    for list in 0..<listCount
    where heads[list] < count(of: list) && self[list][heads[list]].place == next.place {
      heads[list] += 1
    }
    return next
  }
}

/// Words that are 0 at first, in memory that goes back to the system with them.
@safe
struct WordStore: ~Copyable, @unchecked Sendable {
  let count: Int
  private let words: UnsafeMutablePointer<UInt64>

  /// - Parameter count: a power of two.
  init(count: Int) {
    self.count = count
    let byteCount = count * MemoryLayout<UInt64>.stride
    let region = unsafe mapped(byteCount)
    // Words are looked at before they are written, and at random: each page would come twice.
    unsafe memory_region_fill(region, byteCount)
    unsafe words = region.bindMemory(to: UInt64.self, capacity: count)
  }

  deinit { unsafe munmap(words, count * MemoryLayout<UInt64>.stride) }

  /// Has a word fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ position: Int) {
    unsafe nemotop_prefetch(words + position & (count &- 1))
  }

  /// The word at a position, of which only so many bits count as the store has words.
  subscript(position: Int) -> UInt64 {
    @inline(__always)
    get { unsafe words[position & (count &- 1)] }
    @inline(__always)
    nonmutating set { unsafe words[position & (count &- 1)] = newValue }
  }
}

/// Zeroed memory, to be given back with munmap.
private func mapped(_ byteCount: Int) -> UnsafeMutableRawPointer {
  guard let region = unsafe memory_region_map(byteCount) else { failed(byteCount) }
  return unsafe region
}

/// Without memory nothing can be counted.
private func failed(_ byteCount: Int) -> Never { fatalError("no memory for \(byteCount) bytes") }
