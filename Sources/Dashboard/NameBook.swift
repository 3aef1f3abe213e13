package import Wire

/// Names that stand in the place of addresses: those of a file of one's own, and those that are
/// looked up.
package struct NameBook: Sendable {
  enum Mode: Equatable, Sendable {
    case addresses
    /// Those of the file alone: nobody is asked.
    case own
    /// Those of the file, else those that are looked up.
    case all
  }

  /// Names looked up that are kept.
  static let limit = 4_096

  private let own: [IPAddress: String]
  private var found: [IPAddress: String] = [:]
  private(set) var mode: Mode

  /// Addresses at first, or names where there is a file with some.
  package init(own: [IPAddress: String] = [:]) {
    self.own = own
    mode = own.isEmpty ? .addresses : .own
  }

  /// The name to show for an address; nil where the address itself is to be shown.
  func name(of address: IPAddress) -> String? {
    switch mode {
    case .addresses: nil
    case .own: own[address]
    case .all: own[address] ?? found[address]
    }
  }

  /// Whether the address is to be looked up.
  func wants(_ address: IPAddress) -> Bool {
    mode == .all && own[address] == nil && found[address] == nil
  }

  mutating func learn(_ names: [IPAddress: String]) {
    if found.count + names.count > Self.limit { found = [:] }
    found.merge(names.prefix(Self.limit).map { ($0.key, $0.value) }) { _, new in new }
  }

  /// Goes on to the next mode: from the names of the file, to all names, to addresses.
  mutating func goOn() {
    switch mode {
    case .addresses: mode = own.isEmpty ? .all : .own
    case .own: mode = .all
    case .all: mode = .addresses
    }
  }

  /// What is shown now.
  var notice: String {
    switch mode {
    case .addresses: "addresses"
    case .own: "names of your file, else addresses"
    case .all:
      own.isEmpty ? "names found (DNS), else addresses" : "names of your file, else found (DNS)"
    }
  }
}
