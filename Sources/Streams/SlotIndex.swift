import Wire

/// Finds the elements of a dense array by their keys: an open-addressing table of hashes and slots,
/// which knows neither keys nor elements.
///
/// Each word holds 32 bits of a hash and the element's slot plus one, or 0 where it is free. Nothing
/// is ever removed. The table is at most half full; a small one, so that nearly every search ends where
/// it begins, an eighth.
struct SlotIndex: ~Copyable {
  private static let fewWords = 1 << 14

  private var words = WordStore(count: 512)
  private var count = 0

  /// The slot of an element whose key has this hash and which `matches` says is the one.
  @inline(__always)
  func slot(of hash: UInt32, where matches: (Int) -> Bool) -> Int? {
    var position = Int(hash)
    while true {
      let word = words[position]
      if word == 0 { return nil }
      if Self.hash(in: word) == hash {
        let slot = Self.slot(in: word)
        if matches(slot) { return slot }
      }
      position &+= 1
    }
  }

  /// The slot of the first element at which a search looks; −1 where there is none.
  @inline(__always)
  func firstSlot(of hash: UInt32) -> Int { Self.slot(in: words[Int(hash)]) }

  /// The slot of an element whose key has this hash, which is most likely the one; −1 where there is
  /// none.
  @inline(__always)
  func likelySlot(of hash: UInt32) -> Int {
    let word = words[Int(hash)]
    guard word == 0 || Self.hash(in: word) == hash else {
      return laterSlot(of: hash)
    }
    return Self.slot(in: word)
  }

  @inline(never)
  private func laterSlot(of hash: UInt32) -> Int { slot(of: hash) { _ in true } ?? -1 }

  /// Has the word that a search meets first fetched into the cache while other work is done.
  @inline(__always)
  func prefetch(_ hash: UInt32) { words.prefetch(Int(hash)) }

  /// Adds an element that is not there yet.
  mutating func insert(_ hash: UInt32, slot: Int) {
    if (words.count > Self.fewWords ? 2 : 8) * (count + 1) > words.count { grow() }
    count += 1
    Self.place(UInt64(hash) << 32 | UInt64(UInt32(slot + 1)), in: words)
  }

  private mutating func grow() {
    let larger = WordStore(count: 2 * words.count)
    for position in 0..<words.count where words[position] != 0 {
      Self.place(words[position], in: larger)
    }
    words = larger
  }

  @inline(__always)
  private static func hash(in word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word >> 32) }

  /// −1 in a word that is free.
  @inline(__always)
  private static func slot(in word: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: word)) &- 1 }

  private static func place(_ word: UInt64, in words: borrowing WordStore) {
    var position = Int(word >> 32)
    while words[position] != 0 { position += 1 }
    words[position] = word
  }
}

/// A hash of a few words, keyed so that nobody can choose traffic whose keys collide.
struct KeyedHash: Sendable {
  private var state: UInt64

  init(key: UInt64) {
    state = key
  }

  /// Multiplies to 128 bits and folds the halves into one another.
  mutating func add(_ word: UInt64) {
    let product = (state ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    state = product.high ^ product.low &+ 0xd6e8_feb8_6659_fd93
  }

  mutating func add(_ address: IPAddress) {
    add(address.high)
    add(address.low)
  }

  var value: UInt32 { UInt32(truncatingIfNeeded: state ^ state >> 32) }
}
