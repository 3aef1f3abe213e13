import Wire

/// The interfaces of this host that a service works with, in the network namespace of the thread that made it: one
/// that was removed does not come back, though another may have its name.
struct OwnInterfaces: Sendable {
  private let interfaces: [(name: String, index: UInt32)]

  /// - Parameters:
  ///   - names: those that must be there.
  ///   - address: one that the host must have, on whichever interface.
  init(_ names: [String], address: IPAddress) throws(RouterError) {
    var interfaces: [(name: String, index: UInt32)] = []
    for name in names {
      guard let index = interfaceIndex(of: name) else { throw .noSuchInterface(name) }
      interfaces.append((name, index))
    }
    self.interfaces = interfaces
    let isHere = try NetworkEvents.current().contains { event in
      if case .address(address, _) = event { true } else { false }
    }
    guard isHere else { throw .noSuchAddress(address) }
  }

  /// Throws where one of them was removed, by what the kernel told since.
  func check(after events: [NetworkEvent]) throws(RouterError) {
    let isAffected = events.contains { event in
      switch event {
      case .linkRemoved(let link): interfaces.contains { $0.index == link.index }
      case .overrun: true
      default: false
      }
    }
    guard isAffected else { return }
    if let gone = interfaces.first(where: { !isInterface($0.index) }) {
      throw .interfaceRemoved(gone.name)
    }
  }
}
