import Foundation
package import Lab
import Mobility
package import Router
import Wire

/// The home agent and the servers' mobile routers (RFC 3963), each at work on a thread of its own in its node.
package actor NetworkMobility {
  package struct Configuration: Sendable, Hashable {
    /// Whether the routers notice the guest by themselves; else they are told where it is.
    package var isNoticing = false
    /// How much of what the guest sends is held until it is registered; nil where it is refused.
    package var holding: HeldPackets.Limits?

    package init() {}
  }

  package enum Event: Sendable, Hashable {
    /// The home agent answered the Update of this number.
    case answered(Server, sequence: UInt16, status: UInt8)
    /// So many packets that were held went on.
    case released(Server, Int)
    /// A router saw by itself that the guest came, and by what.
    case noticed(Server, by: MobileRouterService.Notice)
    case failed(Node, RouterError)
  }

  /// A service on its thread.
  private struct Running<Handle: Sendable>: Sendable {
    var handle: Handle
    var end: Task<Void, any Error>
  }

  private let configuration: Configuration
  private let laboratory: Laboratory
  private let tell: @Sendable (Event) -> Void
  private let homeAddress: IPAddress
  private let homeAgent: IPAddress
  private let prefix: BindingMessage.Prefix
  private let key: [UInt8]
  private var agent: Running<HomeAgentService.Handle>?
  private var routers: [Server: Running<MobileRouterService.Handle>] = [:]

  /// Sets all three to work; the guest is nowhere yet.
  package static func start(
    _ configuration: Configuration, in laboratory: Laboratory,
    telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> NetworkMobility {
    let mobility = NetworkMobility(configuration, in: laboratory, telling: tell)
    do {
      try await mobility.startHomeAgent()
      for server in Server.allCases { try await mobility.startRouter(of: server) }
      return mobility
    } catch {
      try? await mobility.stop()
      throw error
    }
  }

  private init(
    _ configuration: Configuration, in laboratory: Laboratory,
    telling tell: @escaping @Sendable (Event) -> Void
  ) {
    self.configuration = configuration
    self.laboratory = laboratory
    self.tell = tell
    homeAddress = Self.address(Topology.homeAddress)
    homeAgent = Self.address(Topology.homeAgentAddress)
    prefix = Self.prefix(Topology.mobileNetworkPrefix)
    key = (0..<20).map { _ in .random(in: .min ... .max) }
  }

  /// The topology's own addresses are written as they should be.
  private static func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
  }

  private static func prefix(_ text: String) -> BindingMessage.Prefix {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let length = UInt8(parts[1]) else {
      preconditionFailure("\(text) is no prefix")
    }
    return BindingMessage.Prefix(address: address(String(parts[0])), length: length)
  }

  package func startHomeAgent() async throws {
    guard agent == nil else { return }
    let configuration = HomeAgent.Configuration(
      address: homeAgent,
      mobileNodes: [
        HomeAgent.MobileNode(
          homeAddress: homeAddress, prefixes: [prefix], security: association(key))
      ])
    let tell = tell
    agent = try await Self.start(in: laboratory.namespace(of: .ha)) { ready in
      let service = try HomeAgentService(configuration, interface: Topology.externalInterface) {
        if case .failed(let error) = $0 { tell(.failed(.ha, error)) }
      }
      ready(service.handle)
      try service.run()
    }
  }

  /// Lets the home agent forget its bindings and end.
  package func stopHomeAgent() async throws {
    guard let agent else { return }
    self.agent = nil
    agent.handle.stop()
    try await agent.end.value
  }

  private func startRouter(of server: Server) async throws {
    var configuration = MobileRouterService.Configuration(
      careOfAddress: Self.address(server.careOfAddress), homeAgent: homeAgent,
      interface: Topology.externalInterface, bridge: Topology.guestBridge,
      guests: [guest(of: server, key: key)])
    configuration.holding = self.configuration.holding
    configuration.isWatching = self.configuration.isNoticing
    let tell = tell
    routers[server] = try await Self.start(
      in: laboratory.namespace(of: server.node)
    ) { [configuration] ready in
      let service = try MobileRouterService(configuration) { event in
        Event(event, of: server).map(tell)
      }
      ready(service.handle)
      try service.run()
    }
  }

  /// Ends all three; the nodes are as they were.
  package func stop() async throws {
    for router in routers.values { router.handle.stop() }
    agent?.handle.stop()
    let ends = routers.values.map(\.end) + [agent?.end].compactMap(\.self)
    routers = [:]
    agent = nil
    for end in ends { try await end.value }
  }

  /// Tells a server's router that the guest came.
  package func arrive(at server: Server) { routers[server]?.handle.arrive(homeAddress) }

  /// Tells a server's router that the guest went to another one.
  package func leave(_ server: Server) { routers[server]?.handle.leave(homeAddress) }

  /// Gives a server's router another key than the home agent's, or the right one, by which it registers at once.
  package func setKey(wrong isWrong: Bool, at server: Server) {
    let key = isWrong ? key.map { ~$0 } : key
    routers[server]?.handle.reload([guest(of: server, key: key)])
  }

  /// Waits until the guest is registered at a server.
  package func waitForRegistration(at server: Server, limit: Duration = .seconds(5)) async throws {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
      if case .registered? = routers[server]?.handle.states[homeAddress] { return }
      guard clock.now < end else { throw ExperimentError.notRegistered(server) }
      try await clock.sleep(for: .milliseconds(2))
    }
  }

  private func guest(of server: Server, key: [UInt8]) -> MobileRouterService.Guest {
    MobileRouterService.Guest(
      router: MobileRouter.Configuration(
        homeAddress: homeAddress,
        careOfAddress: Self.address(server.careOfAddress), homeAgent: homeAgent,
        prefixes: [prefix], security: association(key)),
      hardwareAddress: HardwareAddress(Topology.guestLinkLayerAddress))
  }

  private func association(_ key: [UInt8]) -> SecurityAssociation {
    // The first that is not reserved.
    SecurityAssociation(index: 256, key: key)
  }

  /// Runs a service on a thread of its own in a node, and gives its handle as soon as it is set up.
  private static func start<Handle: Sendable>(
    in namespace: NetworkNamespace,
    _ body: @escaping @Sendable ((Handle) -> Void) throws -> Void
  ) async throws -> Running<Handle> {
    let (handles, continuation) = AsyncStream.makeStream(of: Handle.self)
    let end = Task {
      defer { continuation.finish() }
      try await namespace.run { try body { continuation.yield($0) } }
    }
    // Whoever is cancelled meanwhile still gets the handle, by which the service is stopped.
    let first = await Task { await handles.first { _ in true } }.value
    if let first { return Running(handle: first, end: end) }
    try await end.value
    throw CancellationError()
  }
}

extension NetworkMobility.Event {
  /// Nil for what is no news to a user.
  fileprivate init?(_ event: MobileRouterService.Event, of server: Server) {
    switch event {
    case .arrived(_, by: .word), .left, .did(.send, _), .did(.openTunnel, _), .did(.closeTunnel, _),
      .did(.expired, _), .did(.superseded, _), .did(.ignored, _):
      return nil
    case .arrived(_, let notice): self = .noticed(server, by: notice)
    case .did(.acknowledged(let message), _), .did(.rejected(let message), _):
      self = .answered(server, sequence: message.sequence, status: message.status ?? 128)
    case .released(let count, _): self = .released(server, count)
    case .failed(let error): self = .failed(server.node, error)
    }
  }
}

/// The text of the mark that stands for it.
extension NetworkMobility.Event: CustomStringConvertible {
  package var description: String {
    switch self {
    case .answered(let server, let sequence, let status):
      let meaning = BindingStatus(rawValue: status).map { " (\($0))" } ?? ""
      return "\(server): Binding Update \(sequence), status \(status)\(meaning)"
    case .released(let server, let count):
      return "\(server): \(count) held \(count == 1 ? "packet" : "packets") sent"
    case .noticed(let server, let notice): return "\(server): guest noticed by \(notice.words)"
    case .failed(let node, let error): return "\(node): \(error)"
    }
  }
}

extension MobileRouterService.Notice {
  fileprivate var words: String {
    switch self {
    case .word: "being told"
    case .sighting(.announcement(let announcement)):
      switch announcement.form {
      case .reverseARP: "the hypervisor's announcement (RARP)"
      case .requestARP, .replyARP: "its announcement (ARP)"
      case .neighborAdvertisement: "its announcement (Neighbor Advertisement)"
      }
    case .sighting(.neighborDiscovery): "its Neighbor Discovery"
    case .sighting(.listenerReport): "its listener report"
    case .sighting(.traffic), .heldPacket: "its first packet"
    case .forwardingEntry: "the bridge, which learned its address"
    case .portRemoved: "the end of its port"
    }
  }
}
