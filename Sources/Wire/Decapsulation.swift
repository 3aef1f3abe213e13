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
