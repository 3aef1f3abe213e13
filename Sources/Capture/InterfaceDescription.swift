import CLinux

/// What the kernel says of an interface of the calling thread's network namespace.
struct InterfaceDescription {
  var index: UInt32
  /// The name that it has besides its other ones (altnames).
  var systemName: String
  /// How it was made, such as `vlan`; empty for most.
  var kind = ""
  /// The interface whose frames it takes some of; 0 for none.
  var parent: UInt32 = 0
  /// The interface that it is a part of, such as a bond; 0 for none.
  var master: UInt32 = 0
  /// How many packets passed it since it was made.
  var packets: UInt64 = 0
}

extension InterfaceDescription {
  /// By any of its names; nil where there is none.
  init?(named name: String) {
    var description = interface_description()
    guard unsafe interface_describe(name, 0, &description) == 0 else { return nil }
    self.init(description)
  }

  init?(index: UInt32) {
    var description = interface_description()
    guard unsafe interface_describe(nil, index, &description) == 0 else { return nil }
    self.init(description)
  }

  private init(_ description: interface_description) {
    var description = description
    self.init(
      index: description.index,
      systemName: unsafe withUnsafeBytes(of: &description.name) { unsafe String(name: $0) },
      kind: unsafe withUnsafeBytes(of: &description.kind) { unsafe String(name: $0) },
      parent: description.parent, master: description.master, packets: description.packets)
  }

  /// Whether packets of this interface and of another are the same ones: those of a bond and its parts,
  /// of a VLAN and its parent, of one interface by two of its names. The ports of a bridge are places
  /// of their own, and so is what a guest's tap lies on.
  ///
  /// - Parameter find: gives the interface of an index.
  func sharesPackets(
    with other: InterfaceDescription, find: (UInt32) -> InterfaceDescription?
  ) -> Bool {
    isOver(other, find) || other.isOver(self, find)
  }

  /// Whether one of those that carry its frames is the other one, or has it as a part.
  private func isOver(
    _ other: InterfaceDescription, _ find: (UInt32) -> InterfaceDescription?
  ) -> Bool {
    let carriers = chain {
      ["vlan", "macvlan", "ipvlan"].contains($0.kind) ? find($0.parent) : nil
    }
    let wholes = other.chain { part in
      find(part.master).flatMap { ["bond", "team"].contains($0.kind) ? $0 : nil }
    }
    return carriers.contains { wholes.contains($0) }
  }

  /// The numbers of this interface and of those that follow from it. They are nested no deeper than the
  /// kernel allows.
  private func chain(_ next: (InterfaceDescription) -> InterfaceDescription?) -> [UInt32] {
    var chain = [self]
    while chain.count < 9, let following = next(chain[chain.count - 1]) { chain.append(following) }
    return chain.map(\.index)
  }
}

extension String {
  fileprivate init(name bytes: UnsafeRawBufferPointer) {
    unsafe self.init(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Whether packets of two interfaces of the calling thread's network namespace are the same ones, so
/// that they would count twice.
package func sharePackets(_ name: String, _ other: String) -> Bool {
  guard let one = InterfaceDescription(named: name), let two = InterfaceDescription(named: other)
  else { return false }
  return one.sharesPackets(with: two) { $0 == 0 ? nil : InterfaceDescription(index: $0) }
}
