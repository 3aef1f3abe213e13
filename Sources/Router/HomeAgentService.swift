package import Mobility
import Synchronization
import Wire

/// A home agent at work: what its machine wants is done to the kernel, and answered on the wire.
///
/// It is made and run on one thread, in whose network namespace it works; it is stopped from any.
package final class HomeAgentService {
  /// What happens, for a log.
  package enum Event: Sendable, Hashable {
    case did(HomeAgent.Action)
    case failed(RouterError)
  }

  /// What others may do to it while it runs.
  package struct Handle: Sendable {
    fileprivate let poller: Poller
    fileprivate let state: Shared

    /// Lets it end all bindings and leave the kernel as it was.
    package func stop() { order(.stop) }

    /// Lets it go on with another configuration: what that does not permit any more ends. The address is the one
    /// that it began with.
    package func reload(_ configuration: HomeAgent.Configuration) { order(.reload(configuration)) }

    /// By what packets are wrapped.
    package let tunnel: TunnelKind

    /// The binding cache.
    package var bindings: [Binding] { state.bindings.withLock { $0 } }

    private func order(_ order: Order) {
      state.orders.withLock { $0.append(order) }
      poller.wake()
    }
  }

  fileprivate enum Order {
    case reload(HomeAgent.Configuration)
    case stop
  }

  fileprivate final class Shared: Sendable {
    let orders = Mutex<[Order]>([])
    let bindings = Mutex<[Binding]>([])
  }

  package let handle: Handle
  private let poller: Poller
  private let shared = Shared()
  private var agent: HomeAgent
  private let interfaces: OwnInterfaces
  private let socket: SignallingSocket
  private let events: NetworkEvents
  private let plane: HomeAgentPlane
  private let tell: (Event) -> Void

  /// - Parameters:
  ///   - interface: Where messages and tunnels come in and go out.
  ///   - tunnel: By what packets are wrapped; nil for what the kernel has.
  ///   - tell: Hears what happens, on the thread that it runs on.
  package init(
    _ configuration: HomeAgent.Configuration, interface: String, tunnel: TunnelKind? = nil,
    telling tell: @escaping (Event) -> Void
  ) throws(RouterError) {
    interfaces = try OwnInterfaces([interface], address: configuration.address)
    poller = try Poller()
    socket = try SignallingSocket(interface: interface)
    events = try NetworkEvents()
    plane = try HomeAgentPlane(
      address: configuration.address, interface: interface,
      prefixes: configuration.mobileNodes.flatMap(\.prefixes), tunnel: tunnel)
    agent = HomeAgent(configuration)
    handle = Handle(poller: poller, state: shared, tunnel: plane.tunnel)
    self.tell = tell
  }

  /// Works until it is stopped, or its interface is removed.
  package func run() throws(RouterError) {
    do throws(RouterError) { try work() } catch {
      try? end()
      throw error
    }
    try end()
  }

  private func work() throws(RouterError) {
    while takeOrders() {
      drain()
      let changes = networkChanges()
      try interfaces.check(after: changes)
      let hasLostTunnels = plane.hasLostTunnels(after: changes)
      if hasLostTunnels || changes.contains(where: \.mayTakeRoutes) { restore() }
      perform(agent.advance(to: .now), for: nil)
      shared.bindings.withLock { $0 = agent.bindings }
      poller.wait(
        for: [socket.fileDescriptor, events.fileDescriptor],
        timeout: agent.nextDeadline.map { $0 - timeSinceBoot() })
    }
  }

  /// Leaves the kernel as it was.
  private func end() throws(RouterError) {
    perform(agent.shutDown(), for: nil)
    shared.bindings.withLock { $0 = [] }
    try plane.close()
  }

  /// - Returns: Whether it is to go on.
  private func takeOrders() -> Bool {
    let orders = shared.orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
    for order in orders {
      switch order {
      case .stop: return false
      case .reload(let configuration):
        perform(agent.reload(configuration), for: nil)
        do throws(RouterError) {
          try plane.serve(configuration.mobileNodes.flatMap(\.prefixes))
        } catch { tell(.failed(error)) }
      }
    }
    return true
  }

  /// Takes what has come. An interface that goes down is an error once, and may come back.
  private func drain() {
    do throws(RouterError) {
      while let arrival = try socket.receive() {
        perform(agent.receive(arrival.message, at: .now), for: arrival.message)
      }
    } catch { tell(.failed(error)) }
  }

  /// Links and addresses that came and went; with some of them the kernel takes routes away and does not give them
  /// back.
  private func networkChanges() -> [NetworkEvent] {
    do throws(RouterError) { return try events.receive() } catch {
      tell(.failed(error))
      return []
    }
  }

  private func restore() {
    do throws(RouterError) { try plane.restore(agent.bindings) } catch { tell(.failed(error)) }
  }

  /// - Parameter message: What the actions answer.
  private func perform(_ actions: [HomeAgent.Action], for message: BindingMessage?) {
    for action in actions {
      do throws(RouterError) {
        try perform(action)
        tell(.did(action))
      } catch {
        tell(.failed(error))
        // What follows would say that it is done.
        if case .bind = action, let message {
          return perform(agent.forwardingFailed(for: message, at: .now), for: nil)
        }
      }
    }
  }

  private func perform(_ action: HomeAgent.Action) throws(RouterError) {
    switch action {
    case .send(let message): try socket.send(message)
    case .bind(let binding, let old):
      let isSame = old?.careOfAddress == binding.careOfAddress && old?.prefixes == binding.prefixes
      guard !isSame else { return }
      try plane.bind(binding.prefixes, to: binding.careOfAddress, replacing: old?.careOfAddress)
      guard let old else { return }
      try plane.unbind(
        old.prefixes.filter { !binding.prefixes.contains($0) }, from: old.careOfAddress)
    case .unbind(let binding, _):
      try plane.unbind(binding.prefixes, from: binding.careOfAddress)
    case .ignored: break
    }
  }
}
