/// Tunnels in UDP that are entered only where that is asked for: their ports are also used by others,
/// and what they carry might be taken for something that it is not.
package struct Decapsulation: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// RFC 8926.
  package static let geneve = Decapsulation(rawValue: 1)
  /// RFC 4380.
  package static let teredo = Decapsulation(rawValue: 2)
}

extension Decapsulation: CustomStringConvertible, LosslessStringConvertible {
  private static let names: [(tunnel: Decapsulation, name: String)] = [
    (.geneve, "geneve"), (.teredo, "teredo"),
  ]

  /// The tunnels' names with commas between them, such as `geneve,teredo`.
  package var description: String {
    Self.names.filter { contains($0.tunnel) }.map(\.name).joined(separator: ",")
  }

  /// Nil where one of the names is of no tunnel.
  package init?(_ text: String) {
    self = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let known = Self.names.first(where: { $0.name == name }) else { return nil }
      insert(known.tunnel)
    }
  }
}
