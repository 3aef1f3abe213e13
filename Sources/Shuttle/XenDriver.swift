package import Moves

/// Moves a Xen guest with `xl`, run on the hosts over ssh. Its migrations are always live.
///
/// While xl migrates a guest, it is `GUEST--incoming` at the destination, and at the end
/// `GUEST--migratedaway` at the source (xen.git, tools/xl/xl_migrate.c).
package struct XenDriver: HostwiseDriver {
  let guest: String
  let hosts: [MigrationHost]
  /// What ssh gets before the host.
  let sshOptions: [String]
  let limit: Duration

  package init(
    guest: String, hosts: [MigrationHost], sshOptions: [String] = [], limit: Duration
  ) {
    self.guest = guest
    self.hosts = hosts
    self.sshOptions = sshOptions
    self.limit = limit
  }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence {
    let list = try await listing(on: host).run(limit: limit)
    let names = list.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: " ").first
    }
    if names.contains("\(guest)--incoming") { return .migrating }
    return names.contains { $0 == guest } ? .present : .absent
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    try await migration(from: source, to: destination).run(limit: limit)
    return MigrationFigures()
  }

  package var inquiry: [String] { hosts.map { listing(on: $0).description } }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    [migration(from: source, to: destination).description]
  }

  private func listing(on host: MigrationHost) -> Command {
    ssh(host, ["xl", "list"])
  }

  private func migration(from source: MigrationHost, to destination: MigrationHost) -> Command {
    ssh(source, ["xl", "migrate", guest, destination.inbound ?? destination.place])
  }

  /// The shell of the other side takes the words apart again.
  private func ssh(_ host: MigrationHost, _ words: [String]) -> Command {
    Command(
      words: ["ssh", "-o", "BatchMode=yes"] + sshOptions + ["--", host.place]
        + [words.map(\.shellQuoted).joined(separator: " ")])
  }
}
