package import Mobility
import Synchronization
package import Wire

/// The mobile router of a server at work: one machine for each guest that may come, and what those want is
/// done to the kernel and sent.
///
/// It is made and run on one thread, in whose network namespace it works; guests are announced, and it is
/// stopped, from any. By itself it notices a guest that comes by what it sends, and one that goes by the port of
/// the bridge that goes with it.
package final class MobileRouterService {
  package struct Configuration: Sendable, Hashable {
    package var careOfAddress: IPAddress
    package var homeAgent: IPAddress
    /// The external interface.
    package var interface: String
    /// Where guests are.
    package var bridge: String
    /// All that may come.
    package var guests: [Guest]
    /// How much of what guests send is held until they are bound; nil where it is refused.
    package var holding: HeldPackets.Limits?
    /// Whether guests are noticed on the bridge.
    package var isWatching: Bool
    /// By what packets are wrapped; nil for what the kernel has.
    package var tunnel: TunnelKind?

    package init(
      careOfAddress: IPAddress, homeAgent: IPAddress, interface: String, bridge: String,
      guests: [Guest], holding: HeldPackets.Limits? = nil, isWatching: Bool = true,
      tunnel: TunnelKind? = nil
    ) {
      self.careOfAddress = careOfAddress
      self.homeAgent = homeAgent
      self.interface = interface
      self.bridge = bridge
      self.guests = guests
      self.holding = holding
      self.isWatching = isWatching
      self.tunnel = tunnel
    }
  }

  package struct Guest: Sendable, Hashable {
    package var router: MobileRouter.Configuration
    /// By which it is known also before it says its address.
    package var hardwareAddress: HardwareAddress?

    package init(router: MobileRouter.Configuration, hardwareAddress: HardwareAddress? = nil) {
      self.router = router
      self.hardwareAddress = hardwareAddress
    }
  }

  /// How it was learned that a guest came or left.
  package enum Notice: Sendable, Hashable {
    /// By the handle.
    case word
    case sighting(GuestSighting.Sign)
    /// The bridge learned its address.
    case forwardingEntry
    /// A packet of its was held.
    case heldPacket
    /// The bridge's port that it was behind is gone, or nobody is at its other end.
    case portRemoved
  }

  /// What happens to a guest, for a log.
  package enum Event: Sendable, Hashable {
    case arrived(IPAddress, by: Notice)
    case left(IPAddress, by: Notice)
    case did(MobileRouter.Action, IPAddress)
    /// So many packets that were held have been sent.
    case released(Int, IPAddress)
    case failed(RouterError)
  }

  /// How it stands with a guest.
  package struct GuestStatus: Sendable, Hashable {
    package var state: MobileRouter.State
    /// The number of the Update that was sent last.
    package var sequence: UInt16?
    package var heldPackets: Int
    package var heldDrops: HeldPackets.Drops
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

    /// Lets it go on with other guests: those that it does not know any more leave; whoever is to be served in another
    /// way is registered anew.
    package func reload(_ guests: [Guest]) { order(.reload(guests)) }

    /// Lets it close all tunnels and leave the kernel as it was. The bindings stay, for the servers where the
    /// guests are.
    package func stop() { order(.stop) }

    /// By what packets are wrapped.
    package let tunnel: TunnelKind

    /// Of each guest, by its home address.
    package var statuses: [IPAddress: GuestStatus] { shared.statuses.withLock { $0 } }

    /// Of each guest, by its home address.
    package var states: [IPAddress: MobileRouter.State] { statuses.mapValues(\.state) }

    private func order(_ order: Order) {
      shared.orders.withLock { $0.append(order) }
      poller.wake()
    }
  }

  fileprivate enum Order {
    case arrive(IPAddress)
    case leave(IPAddress, deregistering: Bool)
    case reload([Guest])
    case stop
  }

  fileprivate final class Shared: Sendable {
    let orders = Mutex<[Order]>([])
    let statuses = Mutex<[IPAddress: GuestStatus]>([:])
  }

  /// A guest, and what is known of it here.
  private struct Served {
    var router: MobileRouter
    var hardwareAddress: HardwareAddress?
    var held: HeldPackets

    init(_ guest: Guest, holding: HeldPackets.Limits?) {
      router = MobileRouter(guest.router)
      hardwareAddress = guest.hardwareAddress
      held = HeldPackets(limits: holding ?? HeldPackets.Limits(packetCount: 0))
    }

    var prefixes: [BindingMessage.Prefix] { router.configuration.prefixes }
    /// Whether it may arrive.
    var isElsewhere: Bool { router.state == .away || router.state == .deregistering }
  }

  package let handle: Handle
  private let configuration: Configuration
  private let poller: Poller
  private let shared = Shared()
  private var guests: [IPAddress: Served]
  private let interfaces: OwnInterfaces
  private let socket: SignallingSocket
  private let plane: MobileRouterPlane
  private let events: NetworkEvents
  private let bridge: UInt32
  private let watch: GuestWatch?
  private let device: HoldingDevice?
  /// Behind which of the bridge's ports an address is, or was last where it is a guest's.
  private var ports: [HardwareAddress: UInt32] = [:]
  /// Whose traffic is a sign now.
  private var watched: [BindingMessage.Prefix] = []
  private let tell: (Event) -> Void

  /// - Parameter tell: Hears what happens, on the thread that it runs on.
  package init(
    _ configuration: Configuration, telling tell: @escaping (Event) -> Void
  ) throws(RouterError) {
    self.configuration = configuration
    guard let bridge = interfaceIndex(of: configuration.bridge) else {
      throw .noSuchInterface(configuration.bridge)
    }
    self.bridge = bridge
    interfaces = try OwnInterfaces(
      [configuration.interface, configuration.bridge], address: configuration.careOfAddress)
    poller = try Poller()
    socket = try SignallingSocket(interface: configuration.interface)
    events = try NetworkEvents()
    watch = configuration.isWatching ? try GuestWatch(bridge: configuration.bridge) : nil
    device = configuration.holding == nil ? nil : try HoldingDevice(name: "nemotop-hold")
    plane = try MobileRouterPlane(
      careOfAddress: configuration.careOfAddress, homeAgent: configuration.homeAgent,
      interface: configuration.interface, bridge: configuration.bridge,
      tunnel: configuration.tunnel)
    guests = [:]
    handle = Handle(poller: poller, shared: shared, tunnel: plane.tunnel)
    self.tell = tell
    serve(configuration.guests)
    share()
  }

  /// Works until it is stopped, or one of its interfaces is removed.
  package func run() throws(RouterError) {
    do throws(RouterError) { try work() } catch {
      try? plane.close()
      throw error
    }
    try plane.close()
  }

  private func work() throws(RouterError) {
    attempt { () throws(RouterError) in take(try NetworkEvents.current()) }
    while true {
      let orders = shared.orders.withLock { orders in
        defer { orders = [] }
        return orders
      }
      var isStopping = false
      for order in orders {
        if case .stop = order { isStopping = true } else { take(order) }
      }
      guard !isStopping else { return }
      try drain()
      for homeAddress in guests.keys { change(homeAddress) { $0.advance(to: .now) } }
      watchForArrivals()
      share()
      let descriptors = [
        socket.fileDescriptor, events.fileDescriptor, watch?.fileDescriptor, device?.fileDescriptor,
      ]
      let deadline = guests.values.compactMap(\.router.nextDeadline).min()
      poller.wait(
        for: descriptors.compactMap(\.self), timeout: deadline.map { $0 - timeSinceBoot() })
    }
  }
}

extension MobileRouterService {
  private func share() {
    let now = timeSinceBoot()
    for homeAddress in guests.keys { guests[homeAddress]?.held.expire(at: now) }
    let statuses = guests.mapValues { guest in
      GuestStatus(
        state: guest.router.state, sequence: guest.router.sequence, heldPackets: guest.held.count,
        heldDrops: guest.held.drops)
    }
    shared.statuses.withLock { $0 = statuses }
  }

  /// Takes these guests in the place of those that it had.
  private func serve(_ wanted: [Guest]) {
    let wereHere = guests.filter { !$0.value.isElsewhere }.keys
    for (homeAddress, guest) in guests
    where !wanted.contains(where: { $0.router == guest.router.configuration }) {
      depart(homeAddress, by: .word)
      unhold(guest)
      guests[homeAddress] = nil
    }
    for guest in wanted {
      let homeAddress = guest.router.homeAddress
      if guests[homeAddress] != nil {
        guests[homeAddress]?.hardwareAddress = guest.hardwareAddress
        continue
      }
      let served = Served(guest, holding: configuration.holding)
      guests[homeAddress] = served
      hold(served)
      // It is still where it was.
      if wereHere.contains(homeAddress) { arrive(homeAddress, by: .word) }
    }
  }

  private func take(_ order: Order) {
    switch order {
    case .arrive(let homeAddress): arrive(homeAddress, by: .word)
    case .leave(let homeAddress, let isDeregistering):
      depart(homeAddress, deregistering: isDeregistering, by: .word)
    case .reload(let guests): serve(guests)
    case .stop: break
    }
  }

  private func arrive(_ homeAddress: IPAddress, by notice: Notice) {
    guard let guest = guests[homeAddress], guest.isElsewhere else { return }
    // The Update goes first: what the kernel needs to know can be told while it is under way.
    change(homeAddress) { $0.arrive(at: .now) }
    attempt { () throws(RouterError) in try plane.attach(guest.prefixes) }
    tell(.arrived(homeAddress, by: notice))
  }

  private func depart(
    _ homeAddress: IPAddress, deregistering: Bool = false, by notice: Notice
  ) {
    guard let guest = guests[homeAddress], !guest.isElsewhere else { return }
    change(homeAddress) { $0.leave(deregistering: deregistering, at: .now) }
    attempt { () throws(RouterError) in try plane.detach(guest.prefixes) }
    guests[homeAddress]?.held.discard()
    tell(.left(homeAddress, by: notice))
  }

  /// Lets a guest's machine go on, and does what it wants.
  private func change(
    _ homeAddress: IPAddress, _ step: (inout MobileRouter) -> [MobileRouter.Action]
  ) {
    guard var guest = guests[homeAddress] else { return }
    let actions = step(&guest.router)
    guests[homeAddress] = guest
    for action in actions {
      attempt { () throws(RouterError) in
        switch action {
        case .send(let message): try socket.send(message)
        case .openTunnel:
          // In the order in which they came: what is held goes before the kernel wraps anything, and what came
          // meanwhile right after.
          var released = release(homeAddress)
          defer { if released > 0 { tell(.released(released, homeAddress)) } }
          try plane.openTunnel(guest.prefixes)
          released += release(homeAddress)
        case .closeTunnel:
          try plane.closeTunnel(guest.prefixes)
          hold(guest)
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

/// What comes in.
extension MobileRouterService {
  /// Takes what has come. An interface that goes down is an error once, and may come back.
  private func drain() throws(RouterError) {
    attempt { () throws(RouterError) in
      while let arrival = try socket.receive() {
        guard let homeAddress = arrival.message.homeAddress else { continue }
        change(homeAddress) { $0.receive(arrival.message, at: .now) }
      }
    }
    var changes: [NetworkEvent] = []
    attempt { () throws(RouterError) in changes = try events.receive() }
    try interfaces.check(after: changes)
    take(changes)
    attempt { () throws(RouterError) in
      while let sighting = try watch?.receive() { take(sighting) }
    }
    readHeld()
    // What came too late to be held: the tunnel is open.
    for (homeAddress, guest) in guests where guest.router.isTunnelOpen && guest.held.count > 0 {
      tell(.released(sendHeld(of: homeAddress), homeAddress))
    }
  }

  private func take(_ sighting: GuestSighting) {
    let match = guests.first { _, guest in
      guest.hardwareAddress == sighting.hardwareAddress
        || sighting.address.map { address in guest.prefixes.contains { $0.contains(address) } }
          ?? false
    }
    guard let (homeAddress, guest) = match else { return }
    if guest.hardwareAddress == nil {
      guests[homeAddress]?.hardwareAddress = sighting.hardwareAddress
    }
    arrive(homeAddress, by: .sighting(sighting.sign))
  }

  private func take(_ changes: [NetworkEvent]) {
    var isToRestore = plane.hasLostTunnels(after: changes)
    for change in changes {
      if change.mayTakeRoutes { isToRestore = true }
      guard configuration.isWatching else { continue }
      switch change {
      case .forwardingEntry(let hardwareAddress, let port, isNew: true):
        ports[hardwareAddress] = port
        for (homeAddress, guest) in guests where guest.hardwareAddress == hardwareAddress {
          arrive(homeAddress, by: .forwardingEntry)
        }
      case .forwardingEntry(let hardwareAddress, _, isNew: false):
        // A guest that says nothing for minutes is still there, and a port's entries go before it does.
        if !guests.values.contains(where: { $0.hardwareAddress == hardwareAddress }) {
          ports[hardwareAddress] = nil
        }
      case .neighbor(let address, let hardwareAddress?, interface: bridge, _):
        for (homeAddress, guest) in guests
        where guest.hardwareAddress == nil
          && guest.prefixes.contains(where: { $0.contains(address) })
        {
          guests[homeAddress]?.hardwareAddress = hardwareAddress
        }
      case .link(let link) where !link.hasCarrier, .port(let link) where !link.hasCarrier,
        .portRemoved(let link), .linkRemoved(let link):
        depart(from: link)
      default: break
      }
    }
    if isToRestore { restore() }
  }

  /// Nobody is behind a port of the bridge any more.
  private func depart(from port: NetworkEvent.Link) {
    let gone = ports.filter { $0.value == port.index }.keys
    for (homeAddress, guest) in guests {
      if let address = guest.hardwareAddress, gone.contains(address) {
        depart(homeAddress, by: .portRemoved)
      }
    }
    for address in gone { ports[address] = nil }
  }

  /// The kernel takes routes away with an address or a link, and does not give them back.
  private func restore() {
    attempt { () throws(RouterError) in try plane.restore() }
    for guest in guests.values {
      attempt { () throws(RouterError) in
        if !guest.isElsewhere { try plane.attach(guest.prefixes) }
        if guest.router.isTunnelOpen { try plane.openTunnel(guest.prefixes) } else { hold(guest) }
      }
    }
  }

  /// A stream wakes nobody once its guest is known to be here, and by which hardware address it is seen to leave.
  private func watchForArrivals() {
    guard let watch else { return }
    let wanted = guests.keys.sorted().compactMap { guests[$0] }
      .filter { $0.isElsewhere || $0.hardwareAddress == nil }.flatMap(\.prefixes)
    guard wanted != watched else { return }
    attempt { () throws(RouterError) in try watch.watchTraffic(of: wanted) }
    watched = wanted
  }
}

/// What is held until there is a tunnel for it.
extension MobileRouterService {
  private func hold(_ guest: Served) {
    guard let device else { return }
    attempt { () throws(RouterError) in try plane.hold(guest.prefixes, by: device.interface) }
  }

  private func unhold(_ guest: Served) {
    guard device != nil else { return }
    attempt { () throws(RouterError) in try plane.closeTunnel(guest.prefixes) }
  }

  private func readHeld() {
    guard let device else { return }
    attempt { () throws(RouterError) in
      while let packet = try device.read() {
        guard let source = IPv6Header(parsing: packet.rawSpan)?.source,
          let homeAddress = guests.first(where: { _, guest in
            guest.prefixes.contains { $0.contains(source) }
          })?.key
        else { continue }
        guests[homeAddress]?.held.hold(packet, at: timeSinceBoot())
        if configuration.isWatching { arrive(homeAddress, by: .heldPacket) }
      }
    }
  }

  /// Sends what is held, and what came meanwhile.
  ///
  /// - Returns: How many packets those were.
  private func release(_ homeAddress: IPAddress) -> Int {
    guard device != nil else { return 0 }
    let count = sendHeld(of: homeAddress)
    readHeld()
    return count + sendHeld(of: homeAddress)
  }

  private func sendHeld(of homeAddress: IPAddress) -> Int {
    let packets = guests[homeAddress]?.held.release(at: timeSinceBoot()) ?? []
    for packet in packets {
      guard
        let wrapped = encapsulate(
          packet, from: configuration.careOfAddress, to: configuration.homeAgent)
      else { continue }
      attempt { () throws(RouterError) in
        try socket.send(packet: wrapped, to: configuration.homeAgent)
      }
    }
    return packets.count
  }
}
