package import Moves
import Wire

/// Moves a guest of QEMU by the QEMU Machine Protocol: a host's place is the socket of its QEMU's
/// monitor, its inbound place the URI that it waits for guests at (`-incoming`).
package struct QEMUDriver: HostwiseDriver {
  let guest: String
  let hosts: [MigrationHost]
  /// The most bytes a second that a migration sends; nil for QEMU's own bound.
  let bandwidth: Int?
  /// How long the guest may stand still; nil for QEMU's own bound.
  let downtimeLimit: Duration?
  /// Whether a QEMU ends once its guest runs elsewhere.
  let endsSource: Bool
  let limit: Duration

  package init(
    guest: String, hosts: [MigrationHost], bandwidth: Int? = nil, downtimeLimit: Duration? = nil,
    endsSource: Bool = false, limit: Duration
  ) {
    self.guest = guest
    self.hosts = hosts
    self.bandwidth = bandwidth
    self.downtimeLimit = downtimeLimit
    self.endsSource = endsSource
    self.limit = limit
  }

  func presence(on host: MigrationHost) async throws(ShuttleError) -> Presence {
    guard let monitor = try await connection(to: host) else { return .absent }
    let status = try await monitor.status().status
    if status == "inmigrate" { return .absent }
    if try await monitor.progress().isActive { return .migrating }
    return ["postmigrate", "finish-migrate", "shutdown"].contains(status) ? .absent : .present
  }

  package func migrate(
    from source: MigrationHost, to destination: MigrationHost
  ) async throws(ShuttleError) -> MigrationFigures {
    let (sender, receiver) = (try await monitor(of: source), try await monitor(of: destination))
    let waiting = try await receiver.status().status
    guard waiting == "inmigrate" else {
      throw .notReady(
        host: destination.name, reason: "its QEMU waits for no guest, it is \(waiting)")
    }
    let wasRunning = try await sender.status().running
    try await begin(from: sender, to: receiver, at: destination)
    let deadline = ContinuousClock.now + limit
    let progress = try await end(of: sender, deadline: deadline)
    guard progress.status == "completed" else {
      try await recover(sender, running: wasRunning)
      if progress.status == "cancelled", Task.isCancelled { throw .cancelled }
      if progress.status == "cancelled", ContinuousClock.now > deadline {
        throw .tooSlow(command: "\(source): migrate", limit: limit)
      }
      throw .migrationFailed(
        from: source.name, to: destination.name,
        reason: progress.reason ?? "QEMU says \(progress.status ?? "nothing")")
    }
    try await arrive(receiver, on: destination, running: wasRunning)
    // It may hang up before it answers.
    if endsSource { try? await sender.execute("quit") }
    return progress.figures
  }

  package var inquiry: [String] {
    hosts.map { "\($0.place.shellQuoted): query-status, query-migrate" }
  }

  package func plan(from source: MigrationHost, to destination: MigrationHost) -> [String] {
    let (sender, receiver) = (source.place.shellQuoted, destination.place.shellQuoted)
    var plan = ["\(receiver): query-status, migrate-incoming \(uri(of: destination))"]
    if bandwidth != nil || downtimeLimit != nil {
      let bounds = [
        bandwidth.map { "max-bandwidth \($0)" },
        downtimeLimit.map { "downtime-limit \(Int($0 / .milliseconds(1)))" },
      ]
      plan.append(
        "\(sender): migrate-set-parameters \(bounds.compactMap(\.self).joined(separator: " "))")
    }
    plan.append("\(sender): migrate \(uri(of: destination)), query-migrate")
    plan.append("\(receiver): query-status")
    if endsSource { plan.append("\(sender): quit") }
    return plan
  }

  /// The URI that the destination waits at; beside its monitor's socket where none is given.
  private func uri(of destination: MigrationHost) -> String {
    destination.inbound ?? "unix:\(destination.place).migrate"
  }

  /// A monitor answers within 10 s, or the limit where that is shorter.
  private func connection(to host: MigrationHost) async throws(ShuttleError) -> QMPConnection? {
    try await QMPConnection(to: host, patience: min(limit, .seconds(10)))
  }

  private func monitor(of host: MigrationHost) async throws(ShuttleError) -> QMPConnection {
    guard let connection = try await connection(to: host) else {
      throw .unreachable(host: host.name, reason: "\(host.place): no QEMU listens there")
    }
    return connection
  }

  private func begin(
    from sender: QMPConnection, to receiver: QMPConnection, at destination: MigrationHost
  ) async throws(ShuttleError) {
    let place = QMP.Place(uri: uri(of: destination))
    // Only a QEMU with `-incoming defer` does not listen yet; every other one refuses.
    do throws(ShuttleError) {
      let _: QMP.Nothing = try await receiver.execute("migrate-incoming", place)
    } catch .commandFailed {}
    if bandwidth != nil || downtimeLimit != nil {
      let _: QMP.Nothing = try await sender.execute(
        "migrate-set-parameters",
        QMP.Parameters(
          bandwidth: bandwidth, downtimeLimit: downtimeLimit.map { Int($0 / .milliseconds(1)) }))
    }
    let _: QMP.Nothing = try await sender.execute("migrate", place)
  }

  /// Waits for the migration's end, and calls it off where the task is cancelled or it takes too long.
  private func end(
    of sender: QMPConnection, deadline: ContinuousClock.Instant
  ) async throws(ShuttleError) -> QMP.Progress {
    var isCalledOff = false
    while true {
      let progress = try await sender.progress()
      if progress.isOver { return progress }
      let now = ContinuousClock.now
      if !isCalledOff, Task.isCancelled || now > deadline {
        isCalledOff = true
        try await sender.execute("migrate_cancel")
      }
      guard now < deadline + .seconds(30) else {
        throw .stillMigrating(guest: guest, limit: limit)
      }
      await pause(.milliseconds(50))
    }
  }

  /// Sees that the guest goes on where it was.
  private func recover(
    _ sender: QMPConnection, running wasRunning: Bool
  ) async throws(ShuttleError) {
    guard wasRunning, try await !sender.status().running else { return }
    try await sender.execute("cont")
  }

  /// Sees that the guest goes on where it came to.
  private func arrive(
    _ receiver: QMPConnection, on destination: MigrationHost, running wasRunning: Bool
  ) async throws(ShuttleError) {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      let status = try await receiver.status()
      if status.status != "inmigrate" {
        if wasRunning, !status.running { try await receiver.execute("cont") }
        return
      }
      guard ContinuousClock.now < deadline else {
        throw .notReady(host: destination.name, reason: "the guest that came does not start there")
      }
      await pause(.milliseconds(20))
    }
  }
}
