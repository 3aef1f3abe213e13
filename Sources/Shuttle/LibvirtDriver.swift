package import Moves

/// Moves a guest of libvirt with `virsh`; a host's place is its connection URI, its inbound place the
/// migration URI.
package struct LibvirtDriver: HostwiseDriver {
  let guest: String
  let hosts: [MigrationHost]
  let isLive: Bool
  let limit: Duration

  package init(guest: String, hosts: [MigrationHost], isLive: Bool = true, limit: Duration) {
    self.guest = guest
    self.hosts = hosts
    self.isLive = isLive
    self.limit = limit
  }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence {
    let names = try await listing(on: host).run(limit: limit)
    guard names.split(separator: "\n").contains(where: { $0 == guest }) else { return .absent }
    let job = try? await job(on: host).run(limit: limit)
    // `Job type:         Unbounded` while it migrates, `None` where nothing is done.
    let type = job?.split(separator: "\n").first { $0.hasPrefix("Job type:") }?
      .split(separator: " ").last
    return ["None", "Completed", nil].contains(type) ? .present : .migrating
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    try await migration(from: source, to: destination).run(limit: limit)
    return MigrationFigures()
  }

  package var inquiry: [String] {
    hosts.flatMap { [listing(on: $0).description, job(on: $0).description] }
  }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    [migration(from: source, to: destination).description]
  }

  private func listing(on host: MigrationHost) -> Command {
    virsh(host, ["list", "--name"])
  }

  private func job(on host: MigrationHost) -> Command {
    virsh(host, ["domjobinfo", "--domain", guest])
  }

  private func migration(from source: MigrationHost, to destination: MigrationHost) -> Command {
    let inbound = destination.inbound.map { ["--migrateuri", $0] } ?? []
    return virsh(
      source,
      ["migrate"] + (isLive ? ["--live"] : [])
        + ["--domain", guest, "--desturi", destination.place] + inbound)
  }

  private func virsh(_ host: MigrationHost, _ words: [String]) -> Command {
    Command(words: ["virsh", "-c", host.place] + words)
  }
}
