import CLinux
import Glibc
import Sequences

/// Elements that are never given back, by the slots in which they lie: the module's one file with
/// pointers in it.
///
/// They lie in chunks that never move, so that the store grows without a copy and an element costs
/// its own bytes and no more.
@safe
struct ChunkStore<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private static var chunkShift: Int { 14 }
  private static var chunkCount: Int { 1 << chunkShift }

  /// Of their addresses.
  private var chunks = PlainList<UInt>()
  private(set) var count = 0

  init() {}

  deinit {
    for chunk in 0..<chunks.count {
      unsafe UnsafeMutableRawPointer(bitPattern: chunks[chunk])?.deallocate()
    }
  }

  /// Adds an element.
  ///
  /// - Returns: its slot.
  mutating func append(_ element: Element) -> Int {
    if count & (Self.chunkCount - 1) == 0 { addChunk() }
    let slot = count
    count += 1
    unsafe address(of: slot).initialize(to: element)
    return slot
  }

  private mutating func addChunk() {
    let byteCount = Self.chunkCount * MemoryLayout<Element>.stride
    let hugePage = 1 << 21
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: byteCount >= hugePage ? hugePage : 64)
    // Where there are many, they are reached through fewer entries of the page table.
    if chunks.count > 0 { unsafe madvise(bytes, byteCount, MADV_HUGEPAGE) }
    unsafe bytes.bindMemory(to: Element.self, capacity: Self.chunkCount)
    chunks.append(UInt(bitPattern: bytes))
  }

  /// The element in a slot, which must be one that `append` gave.
  subscript(slot: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      unsafe UnsafePointer(address(of: slot))
    }
    @inline(__always)
    unsafeMutableAddress {
      unsafe address(of: slot)
    }
  }

  /// Has the element fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ slot: Int) {
    guard slot < count else { return }
    let address = unsafe UnsafeRawPointer(address(of: slot))
    for offset in stride(from: 0, to: MemoryLayout<Element>.stride, by: 64) {
      unsafe nemotop_prefetch(address + offset)
    }
  }

  @inline(__always)
  private func address(of slot: Int) -> UnsafeMutablePointer<Element> {
    precondition(slot < count)
    let chunk = unsafe UnsafeMutablePointer<Element>(
      bitPattern: chunks[slot >> Self.chunkShift])
    return unsafe chunk.unsafelyUnwrapped + slot & (Self.chunkCount - 1)
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

extension PlainList<UInt32> {
  /// Makes this the list of the places of some elements, without a branch that would be guessed wrong
  /// every second time.
  ///
  /// - Parameter one: 1 for an element that is chosen, else 0.
  @inline(__always)
  mutating func fill<Other>(
    chosenFrom others: borrowing PlainList<Other>, by one: (borrowing Other) -> UInt8
  ) {
    reserve(others.count &+ 1)
    var next = 0
    for place in 0..<others.count {
      unsafe elements[next] = UInt32(truncatingIfNeeded: place)
      next &+= Int(one(others[place]) & 1)
    }
    count = next
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
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let bytes = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe bytes != MAP_FAILED
    else { fatalError("no memory for \(byteCount) bytes") }
    if byteCount >= 1 << 21 { unsafe madvise(bytes, byteCount, MADV_HUGEPAGE) }
    unsafe words = bytes.bindMemory(to: UInt64.self, capacity: count)
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

/// The transits of an interval, a list for each place of the table's figures.
///
/// All are kept up to `capacity`; beyond, every second, fourth, … one, and the ends of all.
@safe
struct TransitStore: ~Copyable, @unchecked Sendable {
  @safe
  private struct List: BitwiseCopyable {
    var values: UnsafeMutablePointer<Int64>?
    var count: Int32 = 0
    /// So many are appended without a further look.
    var limit: Int32 = 0
    var room: Int32 = 0
    var stride: Int32 = 1
    var untilNext: Int32 = 0
    /// Of those that are not kept, and of all that came before them.
    var lowest = Int64.max
    var highest = Int64.min
  }

  private static var capacity: Int32 { 4096 }
  private static var leastRoom: Int32 { 16 }

  private var lists = ChunkStore<List>()

  init() {}

  deinit {
    for place in 0..<(lists.count) { unsafe lists[place].values?.deallocate() }
  }

  /// Adds a list.
  ///
  /// - Returns: its place.
  mutating func add() -> Int { lists.append(List()) }

  /// How many are kept.
  func count(at place: Int) -> Int { Int(lists[place].count) }

  /// Begins a list anew, and keeps the room that it has.
  mutating func removeAll(at place: Int) {
    lists[place].count = 0
    lists[place].limit = lists[place].room
    lists[place].stride = 1
    lists[place].untilNext = 0
    lists[place].lowest = .max
    lists[place].highest = .min
  }

  /// Appends a transit, in nanoseconds.
  @inline(__always)
  mutating func append(_ transit: Int64, at place: Int) {
    let count = lists[place].count
    if count < lists[place].limit, let values = unsafe lists[place].values {
      unsafe values[Int(count)] = transit
      lists[place].count = count &+ 1
    } else {
      appendFurther(transit, at: place)
    }
  }

  /// Has the place of the next transit fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(at place: Int) {
    if let values = unsafe lists[place].values {
      unsafe nemotop_prefetch(values + Int(lists[place].count))
    }
  }

  private mutating func appendFurther(_ transit: Int64, at place: Int) {
    var list = lists[place]
    if list.count == list.room, list.room < Self.capacity {
      Self.grow(&list)
      unsafe list.values?[Int(list.count)] = transit
      list.count += 1
    } else {
      if list.stride == 1 { Self.thin(&list) }
      list.lowest = min(list.lowest, transit)
      list.highest = max(list.highest, transit)
      if list.untilNext > 0 {
        list.untilNext -= 1
      } else {
        if list.count == Self.capacity { Self.thin(&list) }
        unsafe list.values?[Int(list.count)] = transit
        list.count += 1
        list.untilNext = list.stride - 1
      }
    }
    lists[place] = list
  }

  private static func grow(_ list: inout List) {
    let room = max(2 * list.room, leastRoom)
    let values = UnsafeMutablePointer<Int64>.allocate(capacity: Int(room))
    if let former = unsafe list.values {
      unsafe values.update(from: former, count: Int(list.count))
      unsafe former.deallocate()
    }
    unsafe list.values = unsafe values
    list.room = room
    list.limit = room
  }

  /// Keeps every second one.
  private static func thin(_ list: inout List) {
    guard let values = unsafe list.values else { return }
    for index in 0..<(Int(list.count)) {
      list.lowest = unsafe min(list.lowest, values[index])
      list.highest = unsafe max(list.highest, values[index])
    }
    list.count = (list.count + 1) / 2
    for index in 0..<(Int(list.count)) { unsafe values[index] = unsafe values[2 * index] }
    list.stride *= 2
    list.limit = 0
  }

  /// What the list came to; nil where it is empty.
  func sample(at place: Int) -> DelaySample? {
    let list = lists[place]
    let kept = unsafe UnsafeBufferPointer(start: list.values, count: Int(list.count))
    return unsafe DelaySample(
      of: Array(kept), weight: Int(list.stride), lowest: list.lowest, highest: list.highest)
  }
}
