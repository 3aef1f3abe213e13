import Streams
import Wire

/// Which streams the table shows: terms joined by `and`, `or` and `not`, with parentheses.
///
/// `addr TEXT` or `addr PREFIX/LENGTH`, `port N`, `point NAME`, `payload KIND`, `lost>N` (also `>=`, `<`, `<=`, `=`), or a
/// word that stands in what the table says of the stream. Terms side by side are joined by `and`.
indirect enum Filter: Equatable, Sendable {
  enum Comparison: String, Sendable, CaseIterable {
    case atLeast = ">="
    case atMost = "<="
    case more = ">"
    case less = "<"
    case equal = "="
  }

  case address(String)
  /// The first bits of an address.
  case prefix(IPAddress, length: Int)
  case port(UInt16)
  case point(String)
  case payload(String)
  case lost(Comparison, Int)
  case text(String)
  case not(Filter)
  case and(Filter, Filter)
  case or(Filter, Filter)

  /// What is wrong with a filter, in a few words.
  struct Problem: Error, Equatable {
    var text: String
  }

  /// Nil for a text without any word: it lets everything through.
  static func parse(_ text: String) throws(Problem) -> Filter? {
    var parser = FilterParser(text)
    return try parser.parse()
  }

  /// - Parameter naming: What the table shows in the place of an address.
  func matches(
    _ key: StreamKey, _ stream: StreamHistory, naming: (IPAddress) -> String = \.description
  ) -> Bool {
    switch self {
    case .address(let text):
      return [key.source, key.destination].contains {
        $0.description.contains(text) || naming($0).lowercased().contains(text)
      }
    case .prefix(let prefix, let length):
      return [key.source, key.destination].contains { $0.isWithin(prefix, length: length) }
    case .port(let port): return key.sourcePort == port || key.destinationPort == port
    case .point(let name): return stream.points.keys.contains { $0.lowercased() == name }
    case .payload(let kind): return stream.payload.rawValue.lowercased() == kind
    case .lost(let comparison, let number):
      guard let lost = stream.lost else { return false }
      switch comparison {
      case .atLeast: return lost >= number
      case .atMost: return lost <= number
      case .more: return lost > number
      case .less: return lost < number
      case .equal: return lost == number
      }
    case .text(let word): return stream.says(word, of: key, naming: naming)
    case .not(let filter): return !filter.matches(key, stream, naming: naming)
    case .and(let left, let right):
      return left.matches(key, stream, naming: naming) && right.matches(key, stream, naming: naming)
    case .or(let left, let right):
      return left.matches(key, stream, naming: naming) || right.matches(key, stream, naming: naming)
    }
  }
}

/// Reads a filter from the left to the right; `and` binds closer than `or`, `not` closest.
private struct FilterParser {
  private var words: [String]
  private var depth = 0

  init(_ text: String) {
    let spaced = text.lowercased()
      .reduce(into: "") { $0 += "()".contains($1) ? " \($1) " : String($1) }
    words = spaced.split(separator: " ").map(String.init).reversed()
  }

  mutating func parse() throws(Filter.Problem) -> Filter? {
    guard !words.isEmpty else { return nil }
    let filter = try alternatives()
    if let word = words.last { throw Filter.Problem(text: "\(word) without its (") }
    return filter
  }

  private mutating func alternatives() throws(Filter.Problem) -> Filter {
    var filter = try conjunction()
    while words.last == "or" {
      words.removeLast()
      filter = .or(filter, try conjunction())
    }
    return filter
  }

  private mutating func conjunction() throws(Filter.Problem) -> Filter {
    var filter = try term()
    while let word = words.last, word != "or", word != ")" {
      if word == "and" { words.removeLast() }
      filter = .and(filter, try term())
    }
    return filter
  }

  private mutating func term() throws(Filter.Problem) -> Filter {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { throw Filter.Problem(text: "too deep") }
    let word = try next("a term")
    switch word {
    case "not": return .not(try term())
    case "(":
      let filter = try alternatives()
      guard words.popLast() == ")" else { throw Filter.Problem(text: ") is missing") }
      return filter
    case ")", "and", "or": throw Filter.Problem(text: "a term is missing before \(word)")
    case "addr":
      let text = try next("an address, a part of one or a prefix after addr")
      return text.contains("/") ? try prefix(text) : .address(text)
    case "point": return .point(try next("a name after point"))
    case "payload": return .payload(try next("a kind after payload"))
    case "port":
      let text = try next("a number after port")
      guard let port = UInt16(text) else {
        throw Filter.Problem(text: "port \(text): expected 0 to 65535")
      }
      return .port(port)
    default: break
    }
    let known = Filter.Comparison.allCases.map(\.rawValue)
    if word == "lost", let sign = words.last, known.contains(where: sign.hasPrefix) {
      // With blanks around the sign.
      words.removeLast()
      words.append("lost\(sign)\(known.contains(sign) ? words.popLast() ?? "" : "")")
      return try term()
    }
    for comparison in Filter.Comparison.allCases where word.hasPrefix("lost\(comparison.rawValue)")
    {
      let text = word.dropFirst(4 + comparison.rawValue.count)
      guard let number = Int(text) else {
        throw Filter.Problem(text: "lost\(comparison.rawValue)\(text): expected a number")
      }
      return .lost(comparison, number)
    }
    if let sign = word.firstIndex(where: { "<>=".contains($0) }), sign > word.startIndex {
      throw Filter.Problem(text: "\(word[..<sign]) has no number to compare: lost has")
    }
    return .text(word)
  }

  private func prefix(_ text: String) throws(Filter.Problem) -> Filter {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
      (0...(address.isIPv4 ? 32 : 128)).contains(length)
    else {
      throw Filter.Problem(text: "addr \(text): expected a prefix, such as 2001:db8::/32")
    }
    return .prefix(address, length: length)
  }

  private mutating func next(_ expected: String) throws(Filter.Problem) -> String {
    guard let word = words.popLast() else { throw Filter.Problem(text: "expected \(expected)") }
    return word
  }
}

extension IPAddress {
  /// Whether its first bits are those of a prefix.
  fileprivate func isWithin(_ prefix: IPAddress, length: Int) -> Bool {
    guard isIPv4 == prefix.isIPv4 else { return false }
    let skipped = isIPv4 ? 32 : 0
    let first = min(length, 64)
    let (highMask, lowMask) =
      isIPv4 ? (0, mask(length + skipped)) : (mask(first), mask(length - first))
    return (high ^ prefix.high) & highMask == 0 && (low ^ prefix.low) & lowMask == 0
  }

  /// The first bits of 64; for IPv4, whose address is the last 32, none of the others count.
  private func mask(_ bits: Int) -> UInt64 {
    let all = bits == 0 ? 0 : ~UInt64(0) << UInt64(64 - bits)
    return isIPv4 ? all & 0xFFFF_FFFF : all
  }
}
