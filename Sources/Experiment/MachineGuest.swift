import Foundation
import Lab
import Moves
import Shuttle

/// A guest that is a virtual machine, migrated live by its hypervisor between the servers' network namespaces.
///
/// It runs wholly in its memory: nothing is shared between the servers. On the server where it is not, a machine waits
/// to take it in.
actor MachineGuest: StreamingGuest {
  /// A machine with the console that it is heard by.
  private struct Host {
    var machine: VirtualMachine
    var console: GuestConsole
  }

  private static let bootLimit = Duration.seconds(60)
  /// Bounds that let a migration end soon on one machine: bytes a second, and how long the guest stands still.
  private static let bandwidth = 1_000_000_000
  private static let downtimeLimit = Duration.milliseconds(30)

  private let image: GuestImage
  /// Where sockets can lie; it is made, and removed in the end.
  private let folder: String
  let servers: GuestServers
  private var location = Server.xen1
  private var hosts: [Server: Host] = [:]
  /// The machine that is being made ready to take the guest in next.
  private var preparation: Task<Host, any Error>?
  private var isMigrating = false
  private var isReady = false
  private let conclusion = Latch()
  private var lastWords = ""
  private var failure: String?
  /// From the machine's start until the guest was up.
  private(set) var bootTime = Duration.zero

  private init(from image: GuestImage, in folder: String, at servers: GuestServers) {
    self.image = image
    self.folder = folder
    self.servers = servers
  }

  /// Starts it on the first server, waits until it is up, and lets it send.
  static func boot(
    from image: GuestImage, in folder: String, sending arguments: [String],
    at servers: GuestServers
  ) async throws -> MachineGuest {
    let guest = MachineGuest(from: image, in: folder, at: servers)
    do {
      try await guest.boot()
      try await guest.send(arguments)
      return guest
    } catch {
      _ = await guest.end()
      throw error
    }
  }

  private func boot() async throws {
    let start = ContinuousClock.now
    hosts[location] = try await host(on: location, incoming: false)
    preparation = prepare(location.other)
    while !isReady {
      if conclusion.isOpen { throw ended() }
      guard ContinuousClock.now - start < Self.bootLimit else {
        throw ExperimentError.guestFailed("it is not up after \(Self.bootLimit)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    bootTime = ContinuousClock.now - start
  }

  private func send(_ arguments: [String]) throws {
    do {
      try hosts[location]?.console.write("send " + arguments.joined(separator: " "))
    } catch {
      throw ExperimentError.guestFailed("its console is closed")
    }
  }

  /// Live, it never stands still longer than its hypervisor lets it.
  func pause() {}
  func resume() {}

  func move(to server: Server) async throws -> MigrationFigures? {
    guard server != location, let old = hosts[location], let preparation else { return nil }
    let source = location
    do {
      hosts[server] = try await preparation.value
    } catch {
      self.preparation = prepare(server)
      throw ExperimentError.migrationFailed(
        from: source, to: server, reason: "no machine waits there for the guest")
    }
    self.preparation = nil
    isMigrating = true
    defer { isMigrating = false }
    let driver = QEMUDriver(
      guest: "guest", hosts: Server.allCases.map(migrationHost), bandwidth: Self.bandwidth,
      downtimeLimit: Self.downtimeLimit, endsSource: true, limit: .seconds(60))
    let figures: MigrationFigures
    do throws(ShuttleError) {
      figures = try await driver.migrate(from: migrationHost(source), to: migrationHost(server))
    } catch {
      // Whoever waited to take it in may have seen half of it: another one will.
      if let waiting = hosts.removeValue(forKey: server) {
        waiting.machine.process.terminate()
        self.preparation = prepare(server, after: waiting.machine)
      }
      if error == .cancelled { throw CancellationError() }
      throw ExperimentError.migrationFailed(
        from: source, to: server, reason: error.cause)
    }
    location = server
    hosts[source] = nil
    await servers.laboratory.moved(to: server)
    await servers.left(source)
    self.preparation = prepare(source, after: old.machine)
    return figures
  }

  func waitForEnd() async { await conclusion.wait() }

  func end() async -> StreamEnd {
    let early = conclusion.isOpen ? ended() : nil
    if early == nil, isReady {
      try? hosts[location]?.console.write("stop")
      let deadline = ContinuousClock.now + .seconds(5)
      while !conclusion.isOpen, ContinuousClock.now < deadline {
        await Shuttle.pause(.milliseconds(5))
      }
    }
    if let waiting = try? await preparation?.value { await waiting.machine.end() }
    preparation = nil
    for host in hosts.values { await host.machine.end() }
    hosts = [:]
    conclusion.open()
    try? FileManager.default.removeItem(atPath: self.folder)
    return StreamEnd(summary: lastWords, failure: early)
  }

  // MARK: Its machines

  private func place(of server: Server) -> String { "\(folder)/\(server)" }

  private func monitor(on server: Server) -> String { place(of: server) + "/monitor" }

  private func migrationHost(_ server: Server) -> MigrationHost {
    MigrationHost(server.rawValue, at: monitor(on: server))
  }

  /// Makes a machine ready that waits for the guest, once the one that was there is gone.
  ///
  /// - Parameter old: It has been asked to end.
  private func prepare(
    _ server: Server, after old: VirtualMachine? = nil
  ) -> Task<Host, any Error> {
    Task {
      if let old {
        let limit = Task {
          try await Task.sleep(for: .seconds(2))
          old.process.terminate()
        }
        _ = await old.process.wait()
        limit.cancel()
      }
      return try await host(on: server, incoming: true)
    }
  }

  private func host(on server: Server, incoming isIncoming: Bool) async throws -> Host {
    let folder = place(of: server)
    let arguments = GuestMachine(image: image, monitor: monitor(on: server))
      .arguments(incoming: isIncoming)
    let machine = try await VirtualMachine.start(
      arguments, in: folder, servers.laboratory.namespace(of: server.node))
    Task {
      _ = await machine.process.wait()
      ended(machine)
    }
    let console = try await GuestConsole.open(of: machine) { [weak self] in await self?.take($0) }
    return Host(machine: machine, console: console)
  }

  private func take(_ line: GuestConsole.Line) {
    switch line {
    case .ready: isReady = true
    case .said(let text): lastWords = text
    case .ended: conclusion.open()
    case .failed(let reason):
      failure = reason
      conclusion.open()
    case .done, .other: break
    }
  }

  /// A machine ended: the guest's end, unless it runs on another one.
  private func ended(_ machine: VirtualMachine) {
    guard !isMigrating, hosts[location]?.machine.process === machine.process else { return }
    failure = failure ?? machine.complaint ?? "QEMU ended"
    conclusion.open()
  }

  private func ended() -> ExperimentError {
    if let failure { return .guestFailed(failure) }
    return .guestFailed(
      lastWords.isEmpty ? "its sender ended too early" : "its sender ended too early: \(lastWords)")
  }

}

extension ShuttleError {
  /// Why a migration failed, in few words.
  var cause: String {
    switch self {
    case .commandFailed(let command, let reason): "\(command): \(reason)"
    case .tooSlow(_, let limit): "it takes longer than \(limit)"
    case .unreachable(let host, let reason): "\(host) cannot be asked: \(reason)"
    case .migrationFailed(_, _, let reason): reason
    case .notReady(let host, let reason): "\(host) takes no guest in: \(reason)"
    default: "\(self)"
    }
  }
}
