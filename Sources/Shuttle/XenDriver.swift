package import Moves
import Wire

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
  /// Runs a line in a host's shell, and gives what it wrote; nil for ssh.
  private let shell: Shell?

  package typealias Shell =
    @Sendable (_ host: MigrationHost, _ line: String) async throws(ShuttleError) -> String

  package init(
    guest: String, hosts: [MigrationHost], sshOptions: [String] = [], limit: Duration,
    shell: Shell? = nil
  ) {
    self.guest = guest
    self.hosts = hosts
    self.sshOptions = sshOptions
    self.limit = limit
    self.shell = shell
  }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence {
    let list = try await run(Self.listing, on: host)
    let names = list.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: " ").first
    }
    if names.contains("\(guest)--incoming") { return .migrating }
    return names.contains { $0 == guest } ? .present : .absent
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    _ = try await run(migration(to: destination), on: source)
    return MigrationFigures()
  }

  package var inquiry: [String] { hosts.map { ssh($0, Self.listing).description } }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    [ssh(source, migration(to: destination)).description]
  }

  private static let listing = ["xl", "list"]

  private func migration(to destination: MigrationHost) -> [String] {
    ["xl", "migrate", guest, destination.inbound ?? destination.place]
  }

  private func run(_ words: [String], on host: MigrationHost) async throws(ShuttleError) -> String {
    guard let shell else { return try await ssh(host, words).run(limit: limit) }
    return try await shell(host, Self.line(words))
  }

  /// The shell of the other side takes the words apart again.
  private static func line(_ words: [String]) -> String {
    words.map(\.shellQuoted).joined(separator: " ")
  }

  private func ssh(_ host: MigrationHost, _ words: [String]) -> Command {
    Command(
      words: ["ssh", "-o", "BatchMode=yes"] + sshOptions + ["--", host.place, Self.line(words)])
  }
}
