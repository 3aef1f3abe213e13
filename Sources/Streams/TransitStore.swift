import Sequences

/// The transits of an interval in nanoseconds, a list for each place of the table's figures.
///
/// Lists that grow side by side lie side by side: they take blocks from one store, in the order in which they need
/// them. Arrays of their own would lie at distances that a cache maps to a few of its sets.
///
/// Whose list it is keeps the cursor: where the next transit goes.
struct TransitStore: ~Copyable {
  /// A line of the cache.
  struct Block: BitwiseCopyable {
    static let count: UInt32 = 13

    /// The first transit.
    var base: Int64 = 0
    /// The list's next block plus one; 0 where there was none yet.
    var next: UInt32 = 0
    /// The lower halves of the transits, of which each is within 31 bits of the one before it. So one
    /// is appended without a look at the block, where the one before it is known.
    var words = [13 of UInt32](repeating: 0)

    /// The transit at a place, after the one before it, or the base.
    @inline(__always)
    func transit(at place: Int, after last: Int64) -> Int64 {
      last &+ Int64(Int32(bitPattern: words[place] &- UInt32(truncatingIfNeeded: last)))
    }

    /// The last one of so many transits.
    func last(of count: Int) -> Int64 {
      var last = base
      for place in 0..<count { last = transit(at: place, after: last) }
      return last
    }
  }

  /// The number of a block, and a place in it.
  struct Cursor: BitwiseCopyable {
    private(set) var rawValue: UInt32
    /// Before the first block.
    static let none = Cursor(rawValue: .max & ~15 | Block.count)

    init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    fileprivate init(block: UInt32) {
      rawValue = block << 4
    }

    @inline(__always)
    fileprivate var block: Int { Int(rawValue >> 4) }
    @inline(__always)
    fileprivate var place: UInt32 { rawValue & 15 }
    fileprivate var isNone: Bool { rawValue == Self.none.rawValue }

    @inline(__always)
    fileprivate mutating func goOn() { rawValue &+= 1 }
    fileprivate mutating func end() { rawValue = rawValue & ~15 | Block.count }
  }

  struct List: BitwiseCopyable {
    /// Of its blocks, plus one; 0 where it has none.
    var first: UInt32 = 0
    /// How many transits the blocks before the cursor's hold.
    var filled: UInt32 = 0
    /// Among the thinned lists, plus one; 0 where all transits are in blocks.
    var thinned: UInt32 = 0
    /// The interval that it is of.
    var interval: UInt32 = 0
  }

  private static var mostBlocks: Int { 1 << 27 }

  private var lists = GrowingStore<List>()
  private var blocks = GrowingStore<Block>()
  /// Those from here on are of no list.
  private var freeBlock = 0
  private var thinned: [ThinnedList] = []
  private var interval: UInt32 = 0

  /// Adds a list.
  mutating func add() { _ = lists.append(List()) }

  /// Begins another interval, in which each list is to be begun before it is used.
  mutating func beginInterval() {
    interval &+= 1
    freeBlock = 0
    thinned.removeAll()
  }

  /// Begins a list, anew if it had begun in this interval.
  mutating func begin(at place: Int) -> Cursor {
    let former = lists[place]
    lists[place] = List()
    lists[place].interval = interval
    if former.interval == interval { lists[place].first = former.first }
    return .none
  }

  /// How many transits of a list are kept.
  func count(at place: Int, upTo cursor: Cursor) -> Int {
    let list = lists[place]
    if list.thinned != 0 { return thinned[Int(list.thinned) - 1].values.count }
    return cursor.isNone ? 0 : Int(list.filled + cursor.place)
  }

  /// Appends a transit.
  mutating func append(_ transit: Int64, at place: Int, _ cursor: inout Cursor) {
    guard cursor.place < Block.count else { return appendFurther(transit, at: place, &cursor) }
    let last = blocks[cursor.block].last(of: Int(cursor.place))
    append(transit, after: last, at: place, &cursor)
  }

  /// Appends a transit to a list that has some, of which this was the last.
  @inline(__always)
  mutating func append(
    _ transit: Int64, after last: Int64, at place: Int, _ cursor: inout Cursor
  ) {
    let step = transit &- last
    guard cursor.place < Block.count, step == Int64(Int32(truncatingIfNeeded: step)) else {
      return appendFurther(transit, at: place, &cursor)
    }
    blocks[cursor.block].words[Int(cursor.place)] = UInt32(truncatingIfNeeded: transit)
    cursor.goOn()
  }

  /// Has the block of a cursor fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ cursor: Cursor) {
    if cursor.block < blocks.count { blocks.prefetch(cursor.block) }
  }

  @inline(never)
  private mutating func appendFurther(_ transit: Int64, at place: Int, _ cursor: inout Cursor) {
    if lists[place].thinned == 0 {
      if cursor.place == Block.count, goOn(from: transit, at: place, &cursor) { return }
      thinned.append(ThinnedList(values(of: lists[place], upTo: cursor)))
      lists[place].thinned = UInt32(thinned.count)
      // What is appended comes here.
      cursor.end()
    }
    thinned[Int(lists[place].thinned) - 1].append(transit)
  }

  /// Goes on to the list's next block, which begins with a transit; false where it may have no more.
  private mutating func goOn(
    from transit: Int64, at place: Int, _ cursor: inout Cursor
  ) -> Bool {
    let isFirst = cursor.isNone
    var next = lists[place].first
    if !isFirst {
      guard lists[place].filled + 2 * Block.count <= ThinnedList.capacity else { return false }
      next = blocks[cursor.block].next
    }
    if next == 0 {
      guard let added = addBlock() else { return false }
      next = added + 1
      if isFirst { lists[place].first = next } else { blocks[cursor.block].next = next }
    }
    if !isFirst { lists[place].filled += Block.count }
    cursor = Cursor(block: next - 1)
    blocks[cursor.block].base = transit
    blocks[cursor.block].words[0] = UInt32(truncatingIfNeeded: transit)
    cursor.goOn()
    return true
  }

  private mutating func addBlock() -> UInt32? {
    guard freeBlock < Self.mostBlocks else { return nil }
    let block = freeBlock
    freeBlock += 1
    if block == blocks.count {
      _ = blocks.append(Block())
    } else {
      blocks[block].next = 0
    }
    return UInt32(block)
  }

  private func values(of list: List, upTo cursor: Cursor) -> [Int64] {
    guard !cursor.isNone else { return [] }
    return [Int64](capacity: Int(list.filled + cursor.place)) { values in
      var number = Int(list.first) - 1
      while true {
        let block = blocks[number]
        let isLast = number == cursor.block
        if !isLast { blocks.prefetch(Int(block.next) - 1) }
        var value = block.base
        for place in 0..<Int(isLast ? cursor.place : Block.count) {
          value = block.transit(at: place, after: value)
          values.append(value)
        }
        if isLast { return }
        number = Int(block.next) - 1
      }
    }
  }

  /// What the list came to; nil where it is empty.
  func sample(at place: Int, upTo cursor: Cursor) -> DelaySample? {
    let list = lists[place]
    if list.thinned != 0 { return thinned[Int(list.thinned) - 1].sample }
    return DelaySample(of: values(of: list, upTo: cursor))
  }
}

/// Transits of which all are kept up to `capacity`; beyond, every second, fourth, … one, and the ends of all.
private struct ThinnedList {
  static let capacity = 4096

  private(set) var values: [Int64]
  private var stride = 1
  private var untilNext = 0
  /// Of those that are not kept, and of all that came before them.
  private var lowest = Int64.max
  private var highest = Int64.min

  /// - Parameter values: no more than the capacity.
  init(_ values: [Int64]) {
    self.values = values
    self.values.reserveCapacity(Self.capacity)
  }

  mutating func append(_ transit: Int64) {
    if stride == 1 {
      guard values.count == Self.capacity else { return values.append(transit) }
      thin()
    }
    lowest = min(lowest, transit)
    highest = max(highest, transit)
    if untilNext > 0 {
      untilNext -= 1
    } else {
      if values.count == Self.capacity { thin() }
      values.append(transit)
      untilNext = stride - 1
    }
  }

  /// Keeps every second one.
  private mutating func thin() {
    for value in values {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    let kept = (values.count + 1) / 2
    for index in 0..<kept { values[index] = values[2 * index] }
    values.removeLast(values.count - kept)
    stride *= 2
  }

  var sample: DelaySample? {
    DelaySample(of: values, weight: stride, lowest: lowest, highest: highest)
  }
}
