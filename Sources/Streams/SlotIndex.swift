import Wire

/// Finds the elements of a dense array by their keys: an open-addressing table of hashes and slots,
/// which knows neither keys nor elements.
///
/// Each word holds 32 bits of a hash and the element's slot plus one, or 0 where it is free. Nothing
/// is ever removed, and the table is at most half full.
struct SlotIndex: Sendable {
  private var words = [UInt64](repeating: 0, count: 64)
  private var count = 0

  /// The slot of an element whose key has this hash and which `matches` says is the one.
  @inline(__always)
  func slot(of hash: UInt32, where matches: (Int) -> Bool) -> Int? {
    let mask = words.count - 1
    var position = Int(hash) & mask
    while true {
      let word = words[position]
      if word == 0 { return nil }
      if UInt32(truncatingIfNeeded: word >> 32) == hash {
        let slot = Int(UInt32(truncatingIfNeeded: word)) - 1
        if matches(slot) { return slot }
      }
      position = (position + 1) & mask
    }
  }

  /// Adds an element that is not there yet.
  mutating func insert(_ hash: UInt32, slot: Int) {
    if 2 * (count + 1) > words.count { grow() }
    count += 1
    place(UInt64(hash) << 32 | UInt64(UInt32(slot + 1)))
  }

  private mutating func grow() {
    let old = words
    words = [UInt64](repeating: 0, count: 2 * old.count)
    for word in old where word != 0 { place(word) }
  }

  private mutating func place(_ word: UInt64) {
    let mask = words.count - 1
    var position = Int(word >> 32) & mask
    while words[position] != 0 { position = (position + 1) & mask }
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
