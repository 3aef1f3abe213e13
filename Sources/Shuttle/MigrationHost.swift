/// A host that a guest can run on, as the user writes it: `NAME[=PLACE[,INBOUND]]`.
///
/// What a place is depends on the driver: the name that ssh knows the host by, a libvirt URI, the
/// socket of a QEMU, a network namespace.
package struct MigrationHost: Hashable, Sendable {
  package let name: String
  /// Where the host is reached; its name where none is given.
  package let place: String
  /// Where guests that come from other hosts are sent; nil where none is given.
  package let inbound: String?

  package init(_ name: String, at place: String? = nil, inbound: String? = nil) {
    self.name = name
    self.place = place ?? name
    self.inbound = inbound
  }

  /// The host that the text names; nil where a part of it is empty.
  package init?(parsing text: String) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let places = sides.dropFirst().first?.split(
      separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard !sides[0].isEmpty, places?.allSatisfy({ !$0.isEmpty }) ?? true else { return nil }
    self.init(
      String(sides[0]), at: places.map { String($0[0]) },
      inbound: places?.dropFirst().first.map(String.init))
  }
}

extension MigrationHost: CustomStringConvertible {
  package var description: String { name }
}
