import Streams
package import Wire

/// Names in the place of addresses.
extension DashboardModel {
  /// Streams on each side of the chosen one whose ends are looked up.
  private static let reach = 100
  /// Hosts whose names are looked up, the busiest.
  private static let hosts = 50

  /// The addresses that are in sight, and whose names are to be looked up.
  package var unnamed: [IPAddress] {
    guard view.names.mode == .all, !view.mask.isOn else { return [] }
    let chosen = view.selected.flatMap { view.order.firstIndex(of: $0) } ?? 0
    let near = view.order.dropFirst(max(chosen - Self.reach, 0)).prefix(2 * Self.reach)
    var addresses = (view.order.prefix(view.pinned.count) + near).flatMap {
      [$0.source, $0.destination]
    }
    if shows(.hosts) || shows(.talkers) {
      addresses += HostFigures.all(in: view.history).prefix(Self.hosts).map(\.address)
    }
    var seen: Set<IPAddress> = []
    return addresses.filter { view.names.wants($0) && seen.insert($0).inserted }
  }

  /// Takes names that were looked up.
  package mutating func learn(_ names: [IPAddress: String]) {
    view.names.learn(names)
    needsArranging = true
  }
}

extension View {
  /// What stands for an address: its number where it is masked, its name where that is shown and
  /// known.
  func host(_ address: IPAddress) -> String {
    mask.isOn ? mask.word(for: address) : names.name(of: address) ?? address.description
  }

  /// The same with the address in full behind its name.
  func hostInFull(_ address: IPAddress) -> String {
    guard !mask.isOn, let name = names.name(of: address) else { return host(address) }
    return "\(name) \(address)"
  }
}
