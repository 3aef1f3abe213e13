/// The Secure Hash Algorithm (RFC 3174), which RFC 4285 asks for. It is here since a library of
/// cryptography would be many times the size of all else, for twelve bytes a message.
enum SHA1 {
  static let blockSize = 64

  static func hash(_ message: [UInt8]) -> [UInt8] {
    var words: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    let whole = padded(message)
    for start in stride(from: 0, to: whole.count, by: blockSize) {
      add(whole[start..<start + blockSize], to: &words)
    }
    return words.flatMap { word in
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  /// HMAC with this hash (RFC 2104).
  static func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > blockSize ? hash(key) : key
    block += repeatElement(0, count: blockSize - block.count)
    return hash(block.map { $0 ^ 0x5c } + hash(block.map { $0 ^ 0x36 } + message))
  }

  /// The message with a one bit, zeros, and its length in bits, as whole blocks (section 4).
  private static func padded(_ message: [UInt8]) -> [UInt8] {
    var bytes = message + [0x80]
    bytes += repeatElement(0, count: (56 - bytes.count) & 63)
    let bits = UInt64(message.count) * 8
    return bytes
      + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
  }

  /// Takes one block in (section 6.1).
  private static func add(_ block: ArraySlice<UInt8>, to hash: inout [UInt32]) {
    var schedule = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
      block[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<80 {
      let word =
        schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16]
      schedule.append(rotate(word, by: 1))
    }
    var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
    for (index, word) in schedule.enumerated() {
      let mixed: UInt32
      let constant: UInt32
      switch index {
      case ..<20: (mixed, constant) = (b & c | ~b & d, 0x5a82_7999)
      case ..<40: (mixed, constant) = (b ^ c ^ d, 0x6ed9_eba1)
      case ..<60: (mixed, constant) = (b & c | b & d | c & d, 0x8f1b_bcdc)
      default: (mixed, constant) = (b ^ c ^ d, 0xca62_c1d6)
      }
      let next = rotate(a, by: 5) &+ mixed &+ e &+ word &+ constant
      (a, b, c, d, e) = (next, a, rotate(b, by: 30), c, d)
    }
    for (index, word) in [a, b, c, d, e].enumerated() { hash[index] &+= word }
  }

  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
