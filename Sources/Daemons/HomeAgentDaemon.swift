import Mobility
import Router
import Synchronization
import Wire

/// A home agent that runs.
package final class HomeAgentDaemon: Daemon {
  package static let name = "home-agent"

  private let thread: ServiceThread<HomeAgentService.Handle>
  private let configuration: Mutex<HomeAgentConfiguration>
  private let log: EventLog

  private init(
    _ thread: ServiceThread<HomeAgentService.Handle>, _ configuration: HomeAgentConfiguration,
    _ log: EventLog
  ) {
    self.thread = thread
    self.configuration = Mutex(configuration)
    self.log = log
  }

  package static func start(
    _ configuration: HomeAgentConfiguration, _ log: EventLog
  ) async throws -> HomeAgentDaemon {
    let thread = try await ServiceThread<HomeAgentService.Handle>.start {
      (ready) throws(RouterError) in
      let service = try HomeAgentService(
        configuration.agent, interface: configuration.interface, tunnel: configuration.tunnel
      ) { log.append(LogRecord($0)) }
      ready(service.handle)
      try service.run()
    }
    return HomeAgentDaemon(thread, configuration, log)
  }

  package func reload(_ configuration: HomeAgentConfiguration) {
    self.configuration.withLock { $0 = configuration }
    thread.handle.reload(configuration.agent)
  }

  package func answer(_ request: ControlRequest) -> ControlAnswer {
    guard request.request == .status else {
      return ControlAnswer(error: "a home agent is not told of guests: ask its mobile router")
    }
    let configuration = configuration.withLock { $0 }
    let now = elapsedTime()
    let guests = thread.handle.bindings.map { binding in
      DaemonStatus.Guest(
        homeAddress: binding.homeAddress.description, state: "bound",
        careOfAddress: binding.careOfAddress.description,
        prefixes: binding.prefixes.map(\.description), sequence: binding.sequence,
        remaining: seconds(binding.expiry - now))
    }
    return ControlAnswer(
      status: DaemonStatus(
        daemon: Self.name, address: configuration.agent.address.description,
        tunnel: thread.handle.tunnel.rawValue, guestCount: configuration.guestCount, guests: guests,
        logDropped: log.dropCount))
  }

  package func stop() { thread.handle.stop() }

  package func end() async throws { try await thread.end() }
}
