import Foundation
import Lab
import Moves
import Shuttle

/// A guest of Xen that `xl` takes from one Xen host to another, live or saved in a file, each host a machine of QEMU's in
/// a server's network namespace, whose bridge goes on within it.
actor XenGuest: StreamingGuest {
  private struct Host {
    var machine: VirtualMachine
    var shell: HostShell
  }

  private static let bootLimit = Duration.seconds(180)
  private static let migrationLimit = Duration.seconds(300)

  private let image: XenImage
  private let kind: GuestKind
  /// Where sockets can lie; it is made, and removed in the end.
  private let folder: String
  let servers: GuestServers
  private var location = Server.xen1
  private var hosts: [Server: Host] = [:]
  private var failure: String?
  private let conclusion = Latch()
  /// From the hosts' start until the guest was up.
  private(set) var bootTime = Duration.zero

  private init(
    from image: XenImage, as kind: GuestKind, in folder: String, at servers: GuestServers
  ) {
    self.image = image
    self.kind = kind
    self.folder = folder
    self.servers = servers
  }

  /// Starts both hosts, and on the first of them the guest, which sends as soon as it is up.
  static func boot(
    from image: XenImage, as kind: GuestKind, in folder: String, sending arguments: [String],
    at servers: GuestServers
  ) async throws -> XenGuest {
    let guest = XenGuest(from: image, as: kind, in: folder, at: servers)
    do {
      try await guest.boot(sending: arguments)
      return guest
    } catch {
      _ = await guest.end()
      throw error
    }
  }

  private func boot(sending arguments: [String]) async throws {
    let start = ContinuousClock.now
    let deadline = start + Self.bootLimit
    // The second connects to the first.
    for server in Server.allCases {
      hosts[server] = try await host(on: server, sending: arguments)
    }
    do {
      for host in hosts.values {
        while try await !host.shell.checkReadiness() { try await wait(until: deadline) }
      }
      _ = try await hosts[location]?.shell.run(XenHost.creation)
      while try await hosts[location]?.shell.run(XenHost.hearing).contains("ready") != true {
        try await wait(until: deadline)
      }
    } catch let error as ShuttleError {
      if error == .cancelled { throw CancellationError() }
      throw ExperimentError.guestFailed(error.cause)
    }
    bootTime = ContinuousClock.now - start
  }

  private func wait(until deadline: ContinuousClock.Instant) async throws {
    guard ContinuousClock.now < deadline else {
      throw ExperimentError.guestFailed("it is not up after \(Self.bootLimit)")
    }
    try await Task.sleep(for: .milliseconds(100))
  }

  func pause() {}
  func resume() {}

  func move(to server: Server) async throws -> MigrationFigures? {
    guard server != location else { return nil }
    let source = location
    let shells = hosts.mapValues(\.shell)
    let places = Server.allCases.map { MigrationHost($0.rawValue) }
    let driver = XenDriver(
      guest: XenHost.guest, hosts: places, limit: Self.migrationLimit,
      savingIn: kind == .xenSaved ? XenHost.savingFolder : nil
    ) {
      host, line throws(ShuttleError) in
      guard let shell = Server(rawValue: host.place).flatMap({ shells[$0] }) else {
        throw .unreachable(host: host.name, reason: "there is no such host")
      }
      return try await shell.run(line)
    }
    let start = ContinuousClock.now
    do throws(ShuttleError) {
      _ = try await driver.migrate(
        from: MigrationHost(source.rawValue), to: MigrationHost(server.rawValue))
      let found = try await driver.whereabouts()
      guard found == .on(MigrationHost(server.rawValue)) else {
        throw .migrationFailed(
          from: source.rawValue, to: server.rawValue, reason: "it is not there afterwards")
      }
    } catch {
      if error == .cancelled { throw CancellationError() }
      throw ExperimentError.migrationFailed(from: source, to: server, reason: error.cause)
    }
    location = server
    await servers.laboratory.moved(to: server)
    // The bridge's port is the host's, which stays: its toolstack tells.
    await servers.mobility?.leave(source)
    return MigrationFigures(total: ContinuousClock.now - start)
  }

  func waitForEnd() async { await conclusion.wait() }

  func end() async -> StreamEnd {
    let early = failure.map { ExperimentError.guestFailed($0) }
    conclusion.open()
    for host in hosts.values {
      await host.machine.end()
      await host.shell.end("it was ended")
    }
    hosts = [:]
    try? FileManager.default.removeItem(atPath: self.folder)
    return StreamEnd(summary: "", failure: early)
  }

  private func host(on server: Server, sending sent: [String]) async throws -> Host {
    let folder = "\(self.folder)/\(server)"
    let arguments = XenHost(
      image: image, kind: kind, server: server, link: self.folder + "/link",
      sending: sent
    ).arguments
    let machine = try await VirtualMachine.start(
      arguments, in: folder, servers.laboratory.namespace(of: server.node))
    let shell = HostShell(of: server.rawValue)
    Task {
      _ = await machine.process.wait()
      await shell.end("QEMU ended")
      ended(server, saying: machine.complaint)
    }
    let console = try await GuestConsole.open(of: machine) { await shell.take($0) }
    await shell.attach(console)
    return Host(machine: machine, shell: shell)
  }

  private func ended(_ server: Server, saying complaint: String?) {
    guard !conclusion.isOpen else { return }
    failure = failure ?? "the Xen host \(server) ended: \(complaint ?? "QEMU said nothing")"
    conclusion.open()
  }

}
