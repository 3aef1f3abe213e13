/// The text form: dotted decimal for IPv4, RFC 5952 for IPv6 (lower case, the longest run of zero
/// groups as `::`, IPv4-mapped addresses with their last four bytes in dotted decimal).
extension IPAddress: LosslessStringConvertible {
  public var description: String { String(append(to:)) }

  /// Appends the text form.
  package func append(to text: inout [UInt8]) {
    if isIPv4 { return Self.append(dotted: UInt32(truncatingIfNeeded: low), to: &text) }
    if high == 0 && low >> 32 == 0xffff {
      text.append("::ffff:")
      return Self.append(dotted: UInt32(truncatingIfNeeded: low), to: &text)
    }
    let zeros = longestZeroRun
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        text.append("::")
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { text.append(ascii: ":") }
      text.append(hexadecimal: group(index))
      index += 1
    }
  }

  /// The address that the text names: IPv4 in dotted decimal without leading zeros, or any form of
  /// RFC 4291 section 2.2. Nil for any other text, a zone (`%eth0`) among them.
  public init?(_ text: String) {
    let bytes = text.utf8
    if !bytes.contains(UInt8(ascii: ":")) {
      guard let bits = Self.parseDotted(bytes[...]) else { return nil }
      self.init(ipv4: bits)
      return
    }
    var groups = [8 of UInt16](repeating: 0)
    var count = 0
    var gap: Int?
    var rest = bytes[...]
    if rest.starts(with: "::".utf8) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let part = rest.prefix { $0 != UInt8(ascii: ":") }
      rest = rest[part.endIndex...]
      if rest.isEmpty && part.contains(UInt8(ascii: ".")) {
        guard count <= 6, let bits = Self.parseDotted(part) else { return nil }
        groups[count] = UInt16(truncatingIfNeeded: bits >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: bits)
        count += 2
        break
      }
      guard count < 8, let group = Self.parseGroup(part) else { return nil }
      groups[count] = group
      count += 1
      if rest.isEmpty { break }
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = count
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    // `::` stands for at least one group.
    guard gap == nil ? count == 8 : count < 8 else { return nil }
    var halves: (high: UInt64, low: UInt64) = (0, 0)
    for index in 0..<count {
      let place = index < gap ?? 8 ? index : index + 8 - count
      let bits = UInt64(groups[index]) << UInt64((3 - place % 4) * 16)
      if place < 4 { halves.high |= bits } else { halves.low |= bits }
    }
    self.init(high: halves.high, low: halves.low)
  }

  /// One of the eight groups of 16 bits.
  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64((3 - index % 4) * 16))
  }

  /// The first of the longest runs of at least two zero groups; empty where there is none.
  private var longestZeroRun: Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(longest.count, 1) {
        longest = start..<index + 1
      }
    }
    return longest
  }

  private static func append(dotted bits: UInt32, to text: inout [UInt8]) {
    for shift: UInt32 in [24, 16, 8, 0] {
      text.append(decimal: UInt64(bits >> shift & 0xff))
      if shift > 0 { text.append(ascii: ".") }
    }
  }

  private static func parseDotted(_ text: Substring.UTF8View) -> UInt32? {
    var bits: UInt32 = 0
    var count = 0
    for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard count < 4, 1...3 ~= part.count, part.count == 1 || part.first != UInt8(ascii: "0")
      else { return nil }
      var value: UInt32 = 0
      for byte in part {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
      }
      guard value <= 255 else { return nil }
      bits = bits << 8 | value
      count += 1
    }
    return count == 4 ? bits : nil
  }

  private static func parseGroup(_ text: Substring.UTF8View) -> UInt16? {
    guard 1...4 ~= text.count else { return nil }
    var value: UInt16 = 0
    for byte in text {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
