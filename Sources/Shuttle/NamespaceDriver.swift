package import Moves

/// Moves a network interface, which stands for the guest, between network namespaces, as the
/// laboratory does: the other end of its veth pair is in the namespace of the guest.
package struct NamespaceDriver: HostwiseDriver {
  /// The interface.
  let guest: String
  let hosts: [MigrationHost]
  /// The bridge that it becomes a port of in each namespace; nil for none.
  let bridge: String?
  let limit: Duration

  package init(guest: String, hosts: [MigrationHost], bridge: String? = nil, limit: Duration) {
    self.guest = guest
    self.hosts = hosts
    self.bridge = bridge
    self.limit = limit
  }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence {
    let links = try await listing(on: host).run(limit: limit)
    // `7: vif0@if8: <BROADCAST,…`
    let names = links.split(separator: "\n").compactMap { line in
      line.split(separator: " ").dropFirst().first?.dropLast().split(separator: "@").first
    }
    return names.contains { $0 == guest } ? .present : .absent
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    for command in commands(from: source, to: destination) {
      try await command.run(limit: limit)
    }
    if bridge != nil { try await waitUntilForwarding(from: source, to: destination) }
    return MigrationFigures()
  }

  /// A bridge forwards for a new port a moment after it was added, or seconds where it looks for loops (IEEE 802.1D):
  /// until then what the guest sends is lost.
  private func waitUntilForwarding(
    from source: MigrationHost, to host: MigrationHost
  ) async throws(ShuttleError) {
    let question = ip(host, ["-d", "-o", "link", "show", "dev", guest])
    let end = ContinuousClock.now + limit
    while !(try await question.run(limit: limit).contains("bridge_slave state forwarding ")) {
      guard ContinuousClock.now < end else {
        throw .migrationFailed(
          from: source.name, to: host.name, reason: "the bridge there does not forward for \(guest)"
        )
      }
      await pause(.milliseconds(5))
    }
  }

  package var inquiry: [String] { hosts.map { listing(on: $0).description } }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    commands(from: source, to: destination).map(\.description)
  }

  private func listing(on host: MigrationHost) -> Command {
    ip(host, ["-o", "link", "show"])
  }

  private func commands(
    from source: MigrationHost, to destination: MigrationHost
  ) -> [Command] {
    let master = bridge.map { ["master", $0] } ?? []
    return [
      ip(source, ["link", "set", "dev", guest, "netns", destination.place]),
      ip(destination, ["link", "set", "dev", guest] + master + ["up"]),
    ]
  }

  private func ip(_ host: MigrationHost, _ words: [String]) -> Command {
    Command(words: ["ip", "-n", host.place] + words)
  }
}
