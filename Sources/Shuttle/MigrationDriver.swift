package import Moves

/// Where a guest is.
package enum Whereabouts: Hashable, Sendable {
  case on(MigrationHost)
  /// A migration is under way, whoever began it.
  case migrating
  case nowhere
}

/// A way to migrate one guest between hosts.
package protocol MigrationDriver: Sendable {
  /// Asks the hosts where the guest is. It throws where a host cannot be asked, or two have it.
  func whereabouts() async throws(ShuttleError) -> Whereabouts

  /// Takes the guest from the host where it is to another one.
  ///
  /// In a task that is cancelled it either goes on to the migration's end, or calls the migration off
  /// and throws `cancelled` with the guest where it was. However it ends, the guest is running as
  /// before, or the error says that it is not.
  func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures

  /// The commands that ask where the guest is.
  var inquiry: [String] { get }

  /// The commands of a migration, in their order.
  func plan(from source: MigrationHost, to destination: MigrationHost) -> [String]
}

/// What a host says of the guest.
enum Presence: Sendable {
  case absent
  case present
  /// The host sends it elsewhere, or takes it in, just now.
  case migrating
}

/// A driver that asks one host after the other.
protocol HostwiseDriver: MigrationDriver {
  var hosts: [MigrationHost] { get }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence
}

extension HostwiseDriver {
  package func whereabouts() async throws(ShuttleError) -> Whereabouts {
    var present: [MigrationHost] = []
    var isMigrating = false
    for host in hosts {
      switch try await presence(on: host) {
      case .absent: break
      case .present: present.append(host)
      case .migrating: isMigrating = true
      }
    }
    if isMigrating { return .migrating }
    guard present.count < 2 else { throw .onSeveralHosts(present.map(\.name)) }
    return present.first.map(Whereabouts.on) ?? .nowhere
  }
}
