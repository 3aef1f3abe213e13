package import Lab
package import Observation
import Streams

/// The whole experiment on this machine: the network, the stream, and the guest that moves.
///
/// It must run in a world of its own (`PrivateWorld.enter()`), or as root.
package struct Demo: Sendable {
  /// What happens in it.
  package enum Event: Sendable, Equatable {
    /// What home agent and mobile routers tell.
    case mobility(NetworkMobility.Event)
    /// The guest, a virtual machine, was up after so long.
    case booted(Duration)
    /// The guest sends.
    case sending
    case shuttle(ShuttleEvent)
    /// The sender ended as it should, and said this.
    case sent(summary: String)
    /// What the network was told to drop was dropped.
    case dropped(DroppedPackets)
  }

  /// A guest that is more than a network namespace.
  package struct Machine: Sendable {
    /// What it runs from.
    package enum Image: Sendable {
      case qemu(GuestImage)
      /// A guest of one of Xen's kinds.
      case xen(XenImage, GuestKind)
    }

    package var image: Image
    /// Where sockets can lie; it is made, and removed in the end.
    package var folder: String

    package init(image: Image, folder: String) {
      self.image = image
      self.folder = folder
    }

    var kind: GuestKind {
      switch image {
      case .qemu: .qemu
      case .xen(_, let kind): kind
      }
    }
  }

  /// The sender's absolute path and its arguments, without the destination; of a virtual machine's sender the arguments
  /// alone.
  package var sender: [String]
  /// The port that the guest sends to.
  package var port: UInt16
  package var schedule: Schedule
  package var world: World
  /// What the network drops, where it is to drop anything.
  package var impairments: Impairments?
  /// How the guest reaches the world, and how home agent and mobile routers see to that where they do.
  package var attachment = Attachment.nemo
  package var mobility = NetworkMobility.Configuration()
  /// The virtual machine that the guest is; nil where it is a network namespace.
  package var machine: Machine?
  /// What the servers' links are like; nil for the kernel's own.
  package var serverLinks: LinkCharacteristics?

  package init(sender: [String], port: UInt16 = 5004, schedule: Schedule, world: World = .own) {
    self.sender = sender
    self.port = port
    self.schedule = schedule
    self.world = world
  }

  /// Where the guest sends to.
  package var destination: String { "[\(Topology.correspondentAddress)]:\(port)" }

  /// Runs the experiment from the making of its network to its removal, observed at all its points.
  ///
  /// Each move's beginning and end, and what the home agent answers, become marks of the user's.
  ///
  /// - Parameters:
  ///   - watch: looks at the observation, which begins before anything is sent.
  ///   - tell: hears what happens, as it happens.
  /// - Returns: how many moves were made; fewer than planned where the task was cancelled or the
  ///   watch ended.
  package func run(
    options: ObservationOptions, watchedBy watch: @escaping Watch,
    telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> Int {
    let laboratory = try await Laboratory.up(
      Topology(guest: machine?.kind ?? .namespace), in: world, attachment: attachment,
      isTunnelled: false, serverLinks: serverLinks)
    do {
      if let impairments { try await laboratory.impair(impairments) }
      let sink = try await laboratory.namespace(of: .cn).openSink(port: port)
      defer { withExtendedLifetime(sink) {} }
      let observation = try Observation(sources: Self.sources(in: laboratory), options: options)
      let count = try await whileWatched(observation, by: watch) {
        try await move(in: laboratory) { event in
          if let text = event.markText { observation.mark(text) }
          tell(event)
        }
      }
      if impairments != nil { tell(.dropped(try await laboratory.droppedPackets())) }
      try await laboratory.down()
      return count
    } catch {
      try? await laboratory.down()
      throw error
    }
  }

  /// All points of the experiment, where they are.
  private static func sources(in laboratory: Laboratory) -> [Source] {
    laboratory.topology.points.map { point in
      Source(
        point: Point(name: point.name),
        kind: .interface(
          point.interface, namespace: laboratory.namespace(of: point.node).path))
    }
  }

  /// Lets home agent and mobile routers see to the guest, and ends them with it.
  private func move(
    in laboratory: Laboratory, telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> Int {
    guard attachment == .nemo else {
      return try await stream(in: laboratory, served: nil, telling: tell)
    }
    let mobility = try await NetworkMobility.start(self.mobility, in: laboratory) {
      tell(.mobility($0))
    }
    do {
      await mobility.arrive(at: .xen1)
      if !Task.isCancelled { try await mobility.waitForRegistration(at: .xen1) }
      let count = try await stream(in: laboratory, served: mobility, telling: tell)
      try await mobility.stop()
      return count
    } catch {
      try? await mobility.stop()
      // Cancelled before it began.
      if error is CancellationError { return 0 }
      throw error
    }
  }

  /// Lets the guest send and moves it, until the schedule, the sender or the task ends.
  private func stream(
    in laboratory: Laboratory, served mobility: NetworkMobility?,
    telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> Int {
    if Task.isCancelled { return 0 }
    let servers = GuestServers(
      laboratory: laboratory, mobility: mobility, isTold: !self.mobility.isNoticing)
    let sending = sender + [destination]
    guard let machine else {
      return try await move(try await NamespaceGuest.start(sending, at: servers), telling: tell)
    }
    switch machine.image {
    case .qemu(let image):
      let guest = try await MachineGuest.boot(
        from: image, in: machine.folder, sending: sending, at: servers)
      tell(.booted(await guest.bootTime))
      return try await move(guest, telling: tell)
    case .xen(let image, let kind):
      let guest = try await XenGuest.boot(
        from: image, as: kind, in: machine.folder, sending: sending, at: servers)
      tell(.booted(await guest.bootTime))
      return try await move(guest, telling: tell)
    }
  }

  /// Moves a guest that sends, until the schedule, the sender or the task ends, and ends it.
  private func move(
    _ guest: some StreamingGuest, telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> Int {
    tell(.sending)
    let shuttle = Task {
      try await schedule.run(guest, from: .xen1, clock: ContinuousClock()) { tell(.shuttle($0)) }
    }
    let watch = Task {
      await guest.waitForEnd()
      shuttle.cancel()
    }
    let result = await withTaskCancellationHandler {
      await shuttle.result
    } onCancel: {
      shuttle.cancel()
    }
    let end = await guest.end()
    await watch.value
    if let failure = end.failure { throw failure }
    tell(.sent(summary: end.summary))
    return try result.get()
  }
}

extension Demo.Event {
  /// What an observation is to be marked with.
  fileprivate var markText: String? {
    switch self {
    case .shuttle(let event): event.description
    case .mobility(let event): event.description
    case .booted(let time): "guest up after \(Int(time / .milliseconds(1))) ms"
    case .sending, .sent, .dropped: nil
    }
  }
}
