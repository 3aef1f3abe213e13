import Mobility
import Router
import Synchronization
import Wire

/// A mobile router that runs.
package final class MobileRouterDaemon: Daemon {
  package static let name = "mobile-router"

  private let thread: ServiceThread<MobileRouterService.Handle>
  private let configuration: Mutex<MobileRouterConfiguration>
  private let log: EventLog

  private init(
    _ thread: ServiceThread<MobileRouterService.Handle>,
    _ configuration: MobileRouterConfiguration, _ log: EventLog
  ) {
    self.thread = thread
    self.configuration = Mutex(configuration)
    self.log = log
  }

  package static func start(
    _ configuration: MobileRouterConfiguration, _ log: EventLog
  ) async throws -> MobileRouterDaemon {
    let thread = try await ServiceThread<MobileRouterService.Handle>.start {
      (ready) throws(RouterError) in
      let service = try MobileRouterService(configuration.router) { log.append(LogRecord($0)) }
      ready(service.handle)
      try service.run()
    }
    return MobileRouterDaemon(thread, configuration, log)
  }

  package func reload(_ configuration: MobileRouterConfiguration) {
    self.configuration.withLock { $0 = configuration }
    thread.handle.reload(configuration.router.guests)
  }

  package func answer(_ request: ControlRequest) -> ControlAnswer {
    if request.request == .status { return ControlAnswer(status: status) }
    let guests = configuration.withLock { $0.router.guests }
    let homeAddress = request.homeAddress.flatMap(IPAddress.init)
    let hardwareAddress = request.hardwareAddress.flatMap { HardwareAddress($0) }
    let named = guests.first { guest in
      guest.router.homeAddress == homeAddress
        || hardwareAddress != nil && guest.hardwareAddress == hardwareAddress
    }
    guard let address = named?.router.homeAddress else {
      return ControlAnswer(
        error: request.hardwareAddress.map {
          "no guest has the hardware-address \($0): add it to the configuration"
        }
          ?? "no guest has the home address \(request.homeAddress ?? "-"): see 'nemotop "
          + "mobile-router status'")
    }
    if request.request == .arrive {
      thread.handle.arrive(address)
    } else {
      thread.handle.leave(address, deregistering: request.forGood ?? false)
    }
    return ControlAnswer()
  }

  package func stop() { thread.handle.stop() }

  package func end() async throws { try await thread.end() }

  private var status: DaemonStatus {
    let router = configuration.withLock { $0.router }
    let now = elapsedTime()
    let guests = thread.handle.statuses.sorted { $0.key < $1.key }.map { address, status in
      let drops = status.heldDrops
      var guest = DaemonStatus.Guest(
        homeAddress: address.description, state: "", sequence: status.sequence,
        heldPackets: status.heldPackets,
        heldDropped: drops.crowdedOut + drops.expired + drops.tooLong + drops.discarded)
      switch status.state {
      case .away: guest.state = "away"
      case .registering: guest.state = "registering"
      case .registered(let until):
        guest.state = "registered"
        guest.remaining = seconds(until - now)
      case .rejected(let code):
        guest.state = "rejected"
        guest.status = code
      case .deregistering: guest.state = "deregistering"
      }
      return guest
    }
    return DaemonStatus(
      daemon: Self.name, address: router.careOfAddress.description,
      homeAgent: router.homeAgent.description, tunnel: thread.handle.tunnel.rawValue,
      guestCount: router.guests.count, guests: guests, logDropped: log.dropCount)
  }
}

func seconds(_ duration: Duration) -> Double { max(duration / .seconds(1), 0) }
