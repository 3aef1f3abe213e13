package import Moves
import Wire

/// Moves a Xen guest with `xl`, run on the hosts over ssh: by `xl migrate`, which is always live, or by `xl save` and
/// `xl restore`, which stop the guest for as long as its memory is under way, and work where a hypervisor cannot
/// migrate the guest live.
///
/// While xl migrates a guest, it is `GUEST--incoming` at the destination, and at the end
/// `GUEST--migratedaway` at the source (xen.git, tools/xl/xl_migrate.c).
package struct XenDriver: HostwiseDriver {
  let guest: String
  let hosts: [MigrationHost]
  /// What ssh gets before the host.
  let sshOptions: [String]
  let limit: Duration
  /// Where a saved guest lies on its hosts; nil where it is migrated live.
  let folder: String?
  /// Runs a line in a host's shell, and gives what it wrote; nil for ssh.
  private let shell: Shell?

  package typealias Shell =
    @Sendable (_ host: MigrationHost, _ line: String) async throws(ShuttleError) -> String

  package init(
    guest: String, hosts: [MigrationHost], sshOptions: [String] = [], limit: Duration,
    savingIn folder: String? = nil, shell: Shell? = nil
  ) {
    self.guest = guest
    self.hosts = hosts
    self.sshOptions = sshOptions
    self.limit = limit
    self.folder = folder
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
    if let folder {
      try await carry(Saved(guest: guest, in: folder), from: source, to: destination)
    } else {
      _ = try await run(migration(to: destination), on: source)
    }
    return MigrationFigures()
  }

  package var inquiry: [String] { hosts.map { ssh($0, Self.listing).description } }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    guard let folder else { return [ssh(source, migration(to: destination)).description] }
    let saved = Saved(guest: guest, in: folder)
    return [
      ssh(source, saved.saving), ssh(source, saved.sending(to: destination)),
      ssh(destination, saved.restoring), ssh(source, saved.removing),
      ssh(destination, saved.removing),
    ].map(\.description)
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

/// A guest that lies in a file.
private struct Saved {
  let guest: String
  let path: String

  init(guest: String, in folder: String) {
    self.guest = guest
    path = "\(folder)/\(guest).nemotop-saved"
  }

  /// The guest runs no more once it is saved; where it cannot be, it goes on.
  var saving: [String] { ["xl", "save", guest, path] }
  var restoring: [String] { ["xl", "restore", path] }
  var removing: [String] { ["rm", "-f", "--", path] }

  /// As `xl migrate` does, from one host to the other by ssh.
  func sending(to host: MigrationHost) -> [String] {
    let receiving = "cat >\(path.shellQuoted)"
    let place = (host.inbound ?? host.place).shellQuoted
    return [
      "sh", "-c",
      "ssh -o BatchMode=yes -- \(place) \(receiving.shellQuoted) <\(path.shellQuoted)",
    ]
  }
}

extension XenDriver {
  /// Takes the guest to another host in a file. Where that fails the guest goes on at its source, unless it may be
  /// running at the destination.
  private func carry(
    _ saved: Saved, from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) {
    _ = try await run(saved.saving, on: source)
    do throws(ShuttleError) {
      _ = try await run(saved.sending(to: destination), on: source)
      _ = try await run(saved.restoring, on: destination)
    } catch {
      guard case .absent? = try? await presence(on: destination) else {
        throw .migrationFailed(
          from: source.name, to: destination.name,
          reason:
            "\(error.summary); whether the guest runs there is not known, it is also saved in "
            + "\(saved.path) on \(source.name)")
      }
      do throws(ShuttleError) { _ = try await run(saved.restoring, on: source) } catch let second {
        throw .migrationFailed(
          from: source.name, to: destination.name,
          reason:
            "\(error.summary); nor can it be restored on \(source.name): \(second.summary); it "
            + "is saved there in \(saved.path)")
      }
      await discard(saved, on: [source, destination])
      throw error
    }
    await discard(saved, on: [source, destination])
  }

  /// A file that stays is in nobody's way but its own: the next one takes its place.
  private func discard(_ saved: Saved, on hosts: [MigrationHost]) async {
    for host in hosts { _ = try? await run(saved.removing, on: host) }
  }
}

extension ShuttleError {
  /// What a command that failed had to say.
  fileprivate var summary: String {
    switch self {
    case .commandFailed(let command, let reason): "\(command): \(reason)"
    case .tooSlow(let command, let limit): "\(command): took longer than \(limit)"
    case .unreachable(let host, let reason): "\(host) cannot be asked: \(reason)"
    default: "\(self)"
    }
  }
}
