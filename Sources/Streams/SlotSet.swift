/// A set of slots of a dense array, a bit each, which is walked in ascending order.
struct SlotSet: ~Copyable {
  private var words = PlainList<UInt64>()
  private(set) var isEmpty = true

  /// Makes room for the slots below.
  mutating func reserve(_ count: Int) {
    while words.count << 6 < count { words.append(0) }
  }

  /// Adds a slot that there is room for; true where it was not in the set.
  @discardableResult
  @inline(__always)
  mutating func insert(_ slot: Int) -> Bool {
    let bit = UInt64(1) << UInt64(truncatingIfNeeded: slot & 63)
    let word = words[slot >> 6]
    words[slot >> 6] = word | bit
    isEmpty = false
    return word & bit == 0
  }

  mutating func remove(_ slot: Int) {
    words[slot >> 6] &= ~(1 << UInt64(slot & 63))
  }

  @inline(__always)
  func contains(_ slot: Int) -> Bool {
    words[slot >> 6] & 1 << UInt64(truncatingIfNeeded: slot & 63) != 0
  }

  mutating func removeAll() {
    guard !isEmpty else { return }
    for index in 0..<words.count { words[index] = 0 }
    isEmpty = true
  }

  /// How many words of 64 slots there are, and which of them are in the set.
  var wordCount: Int { words.count }

  func forEach(_ body: (Int) -> Void) {
    for index in 0..<words.count {
      var word = words[index]
      while word != 0 {
        body(index << 6 | word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }

  /// The bits of the word's 64 slots.
  func bits(ofWord index: Int) -> UInt64 { words[index] }
}
