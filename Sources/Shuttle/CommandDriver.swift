package import Moves

/// Moves a guest by whatever command does it, and finds it by another one, which prints the name of the
/// host that has it, or nothing.
package struct CommandDriver: MigrationDriver {
  let guest: String
  let hosts: [MigrationHost]
  let migration: ShellTemplate
  let location: ShellTemplate
  let limit: Duration

  /// - Parameters:
  ///   - migration: a line for the shell, with `{guest}`, `{from}` and `{to}`, or the variables
  ///     `NEMOTOP_GUEST`, `NEMOTOP_FROM` and `NEMOTOP_TO`.
  ///   - location: one with `{guest}`.
  package init(
    guest: String, hosts: [MigrationHost], migration: String, location: String, limit: Duration
  ) {
    self.guest = guest
    self.hosts = hosts
    self.migration = ShellTemplate(migration)
    self.location = ShellTemplate(location)
    self.limit = limit
  }

  package func whereabouts() async throws(ShuttleError) -> Whereabouts {
    let command = location.command(guest: guest)
    let lines = try await command.run(limit: limit).split(separator: "\n")
    guard let name = lines.first else { return .nowhere }
    guard let host = hosts.first(where: { $0.name == name }) else {
      throw .commandFailed(command: command.description, reason: "it names no host: \(name)")
    }
    return .on(host)
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    try await migration.command(guest: guest, from: source, to: destination).run(limit: limit)
    return MigrationFigures()
  }

  package var inquiry: [String] { [location.command(guest: guest).description] }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    [migration.command(guest: guest, from: source, to: destination).description]
  }
}
