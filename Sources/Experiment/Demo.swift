package import Lab
package import Observation
import Streams

/// The whole experiment on this machine: the network, the stream, and the guest that moves.
///
/// It must run in a world of its own (`PrivateWorld.enter()`), or as root.
package struct Demo: Sendable {
  /// What happens in it.
  package enum Event: Sendable, Equatable {
    /// The network stands, with tunnels of this kind.
    case networkUp(Tunnel)
    /// The guest sends.
    case sending
    case shuttle(ShuttleEvent)
    /// The sender ended as it should, and said this.
    case sent(summary: String)
    /// What the network was told to drop was dropped.
    case dropped(DroppedPackets)
  }

  /// The sender's absolute path and its arguments, without the destination.
  package var sender: [String]
  /// The port that the guest sends to.
  package var port: UInt16
  package var schedule: Schedule
  package var world: World
  /// What the network drops, where it is to drop anything.
  package var impairments: Impairments?

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
  /// Each move's beginning and end become marks of the user's.
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
    let laboratory = try await Laboratory.up(in: world)
    do {
      if let tunnel = laboratory.tunnel { tell(.networkUp(tunnel)) }
      if let impairments { try await laboratory.impair(impairments) }
      let sink = try await laboratory.namespace(of: .cn).openSink(port: port)
      defer { withExtendedLifetime(sink) {} }
      let observation = try Observation(sources: Self.sources(in: laboratory), options: options)
      let count = try await whileWatched(observation, by: watch) {
        try await stream(in: laboratory) { event in
          if case .shuttle(let move) = event { observation.mark(move.description) }
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
    Topology.points.map { point in
      Source(
        point: Point(name: point.name),
        kind: .interface(
          point.interface, namespace: laboratory.namespace(of: point.node).path))
    }
  }

  /// Lets the guest send and moves it, until the schedule, the sender or the task ends.
  private func stream(
    in laboratory: Laboratory, telling tell: @escaping @Sendable (Event) -> Void
  ) async throws -> Int {
    if Task.isCancelled { return 0 }
    let sender = try await Sender.start(
      sender + [destination], in: laboratory.namespace(of: .guest))
    tell(.sending)
    let shuttle = Task {
      try await schedule.run(
        LaboratoryGuest(laboratory: laboratory, sender: sender.process), from: .xen1,
        clock: ContinuousClock()
      ) { tell(.shuttle($0)) }
    }
    let watch = Task {
      _ = await sender.process.wait()
      shuttle.cancel()
    }
    let result = await withTaskCancellationHandler {
      await shuttle.result
    } onCancel: {
      shuttle.cancel()
    }
    let early = sender.process.ending
    let summary = await sender.end()
    await watch.value
    if let early { throw ExperimentError.senderEnded(early, saying: summary) }
    tell(.sent(summary: summary))
    return try result.get()
  }
}

/// The guest of a laboratory is the program that sends in it.
private struct LaboratoryGuest: MovableGuest {
  let laboratory: Laboratory
  let sender: ChildProcess

  func pause() { sender.pause() }

  func resume() { sender.resume() }

  func move(to server: Server) async throws { try await laboratory.move(to: server) }

  func bind(to server: Server) async throws { try await laboratory.bind(to: server) }

  func block(_ isBlocking: Bool, at server: Server) async throws {
    try await laboratory.block(isBlocking, at: server)
  }
}
