package import Mobility
import Synchronization
package import Wire

/// The mobile router of a server at work: one machine for each guest that may come, and what those want is
/// done to the kernel and sent.
///
/// It is made and run on one thread, in whose network namespace it works; guests are announced, and it is
/// stopped, from any.
package final class MobileRouterService {
  /// What happens to a guest, for a log.
  package enum Event: Sendable, Hashable {
    case arrived(IPAddress)
    case left(IPAddress)
    case did(MobileRouter.Action, IPAddress)
    case failed(RouterError)
  }

  /// What others may do to it while it runs.
  package struct Handle: Sendable {
    fileprivate let poller: Poller
    fileprivate let shared: Shared

    /// A guest came, by its home address; one that is not known is passed over.
    package func arrive(_ homeAddress: IPAddress) { order(.arrive(homeAddress)) }

    /// A guest left; `deregistering` where it is gone for good.
    package func leave(_ homeAddress: IPAddress, deregistering: Bool = false) {
      order(.leave(homeAddress, deregistering: deregistering))
    }

    /// Lets it close all tunnels and leave the kernel as it was. The bindings stay, for the servers where the
    /// guests are.
    package func stop() { order(.stop) }

    /// Of each guest.
    package var states: [IPAddress: MobileRouter.State] { shared.states.withLock { $0 } }

    private func order(_ order: Order) {
      shared.orders.withLock { $0.append(order) }
      poller.wake()
    }
  }

  fileprivate enum Order {
    case arrive(IPAddress)
    case leave(IPAddress, deregistering: Bool)
    case stop
  }

  fileprivate final class Shared: Sendable {
    let orders = Mutex<[Order]>([])
    let states = Mutex<[IPAddress: MobileRouter.State]>([:])
  }

  package let handle: Handle
  private let poller: Poller
  private let shared = Shared()
  private var guests: [IPAddress: MobileRouter]
  private let socket: SignallingSocket
  private let plane: MobileRouterPlane
  private let tell: (Event) -> Void

  /// - Parameters:
  ///   - guests: All that may come, with one care-of address and one home agent.
  ///   - interface: The external interface.
  ///   - bridge: Where guests are.
  ///   - tell: Hears what happens, on the thread that it runs on.
  package init(
    _ guests: [MobileRouter.Configuration], careOfAddress: IPAddress, homeAgent: IPAddress,
    interface: String, bridge: String, telling tell: @escaping (Event) -> Void
  ) throws(RouterError) {
    poller = try Poller()
    socket = try SignallingSocket(interface: interface)
    plane = try MobileRouterPlane(
      careOfAddress: careOfAddress, homeAgent: homeAgent, interface: interface, bridge: bridge)
    self.guests = Dictionary(
      guests.map { ($0.homeAddress, MobileRouter($0)) }, uniquingKeysWith: { first, _ in first })
    handle = Handle(poller: poller, shared: shared)
    self.tell = tell
  }

  /// Works until it is stopped.
  package func run() throws(RouterError) {
    var isStopping = false
    while !isStopping {
      for order in shared.orders.withLock({ orders in
        defer { orders = [] }
        return orders
      }) {
        if case .stop = order { isStopping = true } else { take(order) }
      }
      drain()
      for homeAddress in guests.keys { change(homeAddress) { $0.advance(to: .now) } }
      shared.states.withLock { $0 = guests.mapValues(\.state) }
      guard !isStopping else { break }
      let deadline = guests.values.compactMap(\.nextDeadline).min()
      poller.wait(for: socket.fileDescriptor, timeout: deadline.map { $0 - timeSinceBoot() })
    }
    try plane.close()
  }

  /// Takes what has come. An interface that goes down is an error once, and may come back.
  private func drain() {
    attempt { () throws(RouterError) in
      while let arrival = try socket.receive() {
        guard let homeAddress = arrival.message.homeAddress else { continue }
        change(homeAddress) { $0.receive(arrival.message, at: .now) }
      }
    }
  }

  private func take(_ order: Order) {
    switch order {
    case .arrive(let homeAddress):
      guard let guest = guests[homeAddress] else { return }
      // The Update goes first: what the kernel needs to know can be told while it is under way.
      change(homeAddress) { $0.arrive(at: .now) }
      attempt { () throws(RouterError) in try plane.attach(guest.configuration.prefixes) }
      tell(.arrived(homeAddress))
    case .leave(let homeAddress, let isDeregistering):
      guard let guest = guests[homeAddress] else { return }
      change(homeAddress) { $0.leave(deregistering: isDeregistering, at: .now) }
      attempt { () throws(RouterError) in try plane.detach(guest.configuration.prefixes) }
      tell(.left(homeAddress))
    case .stop: break
    }
  }

  /// Lets a guest's machine go on, and does what it wants.
  private func change(
    _ homeAddress: IPAddress, _ step: (inout MobileRouter) -> [MobileRouter.Action]
  ) {
    guard var guest = guests[homeAddress] else { return }
    let actions = step(&guest)
    guests[homeAddress] = guest
    let prefixes = guest.configuration.prefixes
    for action in actions {
      attempt { () throws(RouterError) in
        switch action {
        case .send(let message): try socket.send(message)
        case .openTunnel: try plane.openTunnel(prefixes)
        case .closeTunnel: try plane.closeTunnel(prefixes)
        case .acknowledged, .rejected, .expired, .superseded, .ignored: break
        }
      }
      tell(.did(action, homeAddress))
    }
  }

  private func attempt(_ work: () throws(RouterError) -> Void) {
    do throws(RouterError) { try work() } catch { tell(.failed(error)) }
  }
}
