import Foundation
package import Lab
package import Moves
import Shuttle

/// A guest that is a virtual machine, migrated live by its hypervisor between the servers' network namespaces.
///
/// It runs wholly in its memory: nothing is shared between the servers. On the server where it is not, a machine waits
/// to take it in.
package actor MachineGuest: StreamingGuest {
  package struct Configuration: Sendable {
    package var image: GuestImage
    /// Where sockets can lie; it is made, and removed in the end.
    package var folder: String

    package init(image: GuestImage, folder: String) {
      self.image = image
      self.folder = folder
    }
  }

  /// A machine with the console that it is heard by.
  private struct Host {
    var machine: VirtualMachine
    var console: GuestConsole
  }

  private static let bootLimit = Duration.seconds(60)
  /// Bounds that let a migration end soon on one machine: bytes a second, and how long the guest stands still.
  private static let bandwidth = 1_000_000_000
  private static let downtimeLimit = Duration.milliseconds(30)

  private let configuration: Configuration
  private let servers: GuestServers
  private var location = Server.xen1
  private var hosts: [Server: Host] = [:]
  /// The machine that is being made ready to take the guest in next.
  private var preparation: Task<Host, any Error>?
  private var isMigrating = false
  private var isReady = false
  private var hasEnded = false
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private var lastWords = ""
  private var failure: String?
  /// From the machine's start until the guest was up.
  private(set) var bootTime = Duration.zero

  private init(_ configuration: Configuration, at servers: GuestServers) {
    self.configuration = configuration
    self.servers = servers
  }

  /// Starts it on the first server, and waits until it is up.
  static func boot(
    _ configuration: Configuration, at servers: GuestServers
  ) async throws -> MachineGuest {
    let guest = MachineGuest(configuration, at: servers)
    do {
      try await guest.boot()
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
      if hasEnded { throw ended() }
      guard ContinuousClock.now - start < Self.bootLimit else {
        throw ExperimentError.guestFailed("it is not up after \(Self.bootLimit)")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    bootTime = ContinuousClock.now - start
  }

  /// Lets it send.
  func send(_ arguments: [String]) throws {
    do {
      try hosts[location]?.console.write("send " + arguments.joined(separator: " "))
    } catch {
      throw ExperimentError.guestFailed("its console is closed")
    }
  }

  /// Live, it never stands still longer than its hypervisor lets it.
  package func pause() {}
  package func resume() {}

  package func move(to server: Server) async throws -> MigrationFigures? {
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
    let places = Server.allCases.map { MigrationHost($0.rawValue, at: place(of: $0) + "/monitor") }
    let driver = QEMUDriver(
      guest: "guest", hosts: places, bandwidth: Self.bandwidth,
      downtimeLimit: Self.downtimeLimit, endsSource: true, limit: .seconds(60))
    let figures: MigrationFigures
    do throws(ShuttleError) {
      figures = try await driver.migrate(
        from: places[index(of: source)], to: places[index(of: server)])
    } catch {
      // Whoever waited to take it in may have seen half of it: another one will.
      if let waiting = hosts.removeValue(forKey: server) {
        self.preparation = prepare(server, afterEnding: waiting.machine)
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

  package func bind(to server: Server) async { await servers.arrived(at: server) }

  package func begin(_ fault: Fault, at server: Server) async throws {
    try await servers.begin(fault, at: server)
  }

  package func end(_ fault: Fault, at server: Server) async throws {
    try await servers.end(fault, at: server)
  }

  func waitForEnd() async {
    if hasEnded { return }
    await withCheckedContinuation { waiters.append($0) }
  }

  func end() async -> StreamEnd {
    let early = hasEnded ? ended() : nil
    if early == nil, isReady {
      try? hosts[location]?.console.write("stop")
      let deadline = ContinuousClock.now + .seconds(5)
      while !hasEnded, ContinuousClock.now < deadline { await pause(.milliseconds(5)) }
    }
    if let waiting = try? await preparation?.value { await waiting.machine.end() }
    preparation = nil
    for host in hosts.values { await host.machine.end() }
    hosts = [:]
    conclude()
    try? FileManager.default.removeItem(atPath: configuration.folder)
    return StreamEnd(summary: lastWords, failure: early)
  }

  // MARK: Its machines

  private func index(of server: Server) -> Int { Server.allCases.firstIndex(of: server) ?? 0 }

  private func place(of server: Server) -> String { "\(configuration.folder)/\(server)" }

  /// Makes a machine ready that waits for the guest, once the one that was there is gone.
  ///
  /// - Parameters:
  ///   - left: The one that has been asked to end.
  ///   - broken: One that has not.
  private func prepare(
    _ server: Server, after left: VirtualMachine? = nil, afterEnding broken: VirtualMachine? = nil
  ) -> Task<Host, any Error> {
    Task {
      await broken?.end()
      if let left {
        let limit = Task {
          try await Task.sleep(for: .seconds(2))
          left.process.terminate()
        }
        _ = await left.process.wait()
        limit.cancel()
      }
      return try await host(on: server, incoming: true)
    }
  }

  private func host(on server: Server, incoming isIncoming: Bool) async throws -> Host {
    let folder = place(of: server)
    let arguments = GuestMachine(image: configuration.image, monitor: folder + "/monitor")
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
    case .ended: conclude()
    case .failed(let reason):
      failure = reason
      conclude()
    case .done, .other: break
    }
  }

  /// A machine ended: the guest's end, unless it runs on another one.
  private func ended(_ machine: VirtualMachine) {
    guard !isMigrating, hosts[location]?.machine.process === machine.process else { return }
    failure = failure ?? machine.complaint ?? "QEMU ended"
    conclude()
  }

  private func conclude() {
    hasEnded = true
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  private func ended() -> ExperimentError {
    if let failure { return .guestFailed(failure) }
    return .guestFailed(
      lastWords.isEmpty ? "its sender ended too early" : "its sender ended too early: \(lastWords)")
  }

  /// Waits, also in a task that has been cancelled.
  private func pause(_ length: Duration) async {
    await Task { _ = try? await Task.sleep(for: length) }.value
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
