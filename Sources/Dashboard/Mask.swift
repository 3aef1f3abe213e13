import Moves
import Streams
import Wire

/// Numbers in the place of addresses, for a screen that others see. Nothing of an address is left:
/// its prefix says whose network it is, and its end may be that of a machine.
struct Mask: Sendable {
  /// Addresses that have a number at the most; then the oldest are forgotten, and get new ones.
  static let limit = 65_536

  var isOn = false
  private var numbers: [IPAddress: Int] = [:]
  private var last = 0

  /// Gives numbers to those that have none yet, in this order.
  mutating func number(_ addresses: some Sequence<IPAddress>) {
    for address in addresses where numbers[address] == nil {
      if numbers.count >= Self.limit { numbers = [:] }
      last += 1
      numbers[address] = last
    }
  }

  /// What stands for an address.
  func word(for address: IPAddress) -> String {
    numbers[address].map { "host-\($0)" } ?? "host"
  }

  /// A text without the addresses in it, those of hardware among them.
  func cover(_ text: String) -> String {
    Self.replace(in: text) { word(for: $0) }
  }

  /// The IP addresses in a text, in their order.
  static func addresses(in text: String) -> [IPAddress] {
    var found: [IPAddress] = []
    _ = replace(in: text) {
      found.append($0)
      return ""
    }
    return found
  }

  private static func replace(in text: String, with word: (IPAddress) -> String) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      let run = rest.prefix { isOfAddress($0) == isOfAddress(first) }
      rest = rest[run.endIndex...]
      result += isOfAddress(first) ? replacement(for: run, with: word) : String(run)
    }
    return result
  }

  private static func isOfAddress(_ character: Character) -> Bool {
    character.isASCII && (character.isHexDigit || character == ":" || character == ".")
  }

  /// A run may be an address, one with a colon and a port behind it, or with a mark of punctuation.
  private static func replacement(
    for run: Substring, with word: (IPAddress) -> String
  ) -> String {
    if let address = IPAddress(String(run)) { return word(address) }
    let groups = run.split(separator: ":", omittingEmptySubsequences: false)
    if groups.count == 6, groups.allSatisfy({ $0.count == 2 && !$0.contains(".") }) { return "mac" }
    if let colon = run.lastIndex(of: ":"), let address = IPAddress(String(run[..<colon])) {
      return word(address) + run[colon...]
    }
    if run.last == ".", let address = IPAddress(String(run.dropLast())) {
      return word(address) + "."
    }
    return String(run)
  }
}

extension View {
  /// The newest marks, more than a screen has rows, whose addresses get numbers.
  private static let markedMarks = 300

  /// Gives a number to every address that may be drawn: those of the table in its order first.
  mutating func numberAddresses() {
    guard mask.isOn else { return }
    let hidden = history.streams.count > order.count ? history.streams.keys.sorted() : []
    mask.number((order + hidden).lazy.flatMap { [$0.source, $0.destination] })
    let newestLegs = order.compactMap { history.streams[$0]?.newestLeg }
    let selectedLegs = history.points.flatMap { selectedStream?.points[$0.name]?.legs ?? [] }
    for leg in newestLegs + selectedLegs {
      mask.number(leg.levels.flatMap { [$0.source, $0.destination] })
    }
    for mark in history.marks.suffix(Self.markedMarks) {
      mask.number(mark.detail.compactMap(\.value.text).flatMap(Mask.addresses))
    }
  }

  /// What stands for an address that is told as a text.
  func host(text: String) -> String { IPAddress(text).map(host) ?? shown(text) }

  /// A text as it may be shown.
  func shown(_ text: String) -> String { mask.isOn ? mask.cover(text) : text }
}
