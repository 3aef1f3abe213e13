package import Lab
package import Moves

/// When a guest is moved, and how long it stands still then.
package struct Schedule: Sendable, Equatable {
  /// How often it is moved; nil without end.
  package var moves: Int?
  /// The time from one move's beginning to the next's, and before the first.
  package var every: Duration
  /// How long the guest stands still; longer where the move itself takes longer.
  package var pause: Duration
  /// The time after the last move, in which it becomes final.
  package var settling: Duration
  /// From the guest's going on to its new server's learning of it; below zero: from the
  /// binding to the guest's stopping. Zero: it is bound while the guest stands still.
  package var bindingDelay = Duration.zero
  /// Whether the guest goes on while it is moved, and stands still as long as its hypervisor lets it.
  package var isLive = false
  /// What goes wrong at each move.
  package var faults: [Fault] = []

  package init(moves: Int? = nil, every: Duration, pause: Duration, settling: Duration) {
    self.moves = moves
    self.every = every
    self.pause = pause
    self.settling = settling
  }
}

/// A guest that can be moved.
package protocol MovableGuest: Sendable {
  /// Stops it where it stands, and lets it go on.
  func pause() async
  func resume() async
  /// Takes it to a server; what its hypervisor tells of that, if anything.
  func move(to server: Server) async throws -> MigrationFigures?
  /// Sees that its packets find their way through a server.
  func bind(to server: Server) async throws
  /// Lets something go wrong on its way to a server, and mends it.
  func begin(_ fault: Fault, at server: Server) async throws
  func end(_ fault: Fault, at server: Server) async throws
}

/// What becomes of a guest that moves.
package enum ShuttleEvent: Sendable, Equatable {
  /// The move of this number, counted from 1, begins: the guest stands still.
  case moving(number: Int, from: Server, to: Server)
  /// The move of this number begins, while the guest goes on.
  case migrating(number: Int, from: Server, to: Server)
  /// The guest was moved, and this is what its hypervisor tells.
  case migrated(number: Int, to: Server, MigrationFigures)
  /// The move could not be made, and the guest is where it was.
  case failed(number: Int, on: Server, isCalledOff: Bool)
  /// The guest goes on where it went.
  case moved(number: Int, from: Server, to: Server)
  /// The new server was told of the guest, where that is not done while the guest stands still.
  case bound(number: Int, to: Server)
  /// What went wrong with a move to a server is mended.
  case mended(number: Int, Fault, at: Server)
}

/// The text of the mark that stands for it.
extension ShuttleEvent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .moving(let number, let from, let to): "move \(number): \(from) > \(to), paused"
    case .moved(let number, _, let to): "move \(number): on \(to), resumed"
    case .migrating(let number, let from, let to): "move \(number): \(from) > \(to), begins"
    case .migrated(let number, let to, let figures): "move \(number): on \(to) \(figures)"
    case .failed(let number, let server, let isCalledOff):
      "move \(number): \(isCalledOff ? "called off" : "failed"), still on \(server)"
    case .bound(let number, let to): "move \(number): \(to) told"
    case .mended(let number, let fault, let server):
      switch fault {
      case .homeAgentDown: "move \(number): home agent up again"
      case .wrongKey: "move \(number): \(server) has the right key"
      default: "move \(number): \(server) passes packets"
      }
    }
  }
}

extension Schedule {
  /// Moves a guest to and fro, from the server where it is, until the schedule or the task ends.
  ///
  /// The moves' beginnings keep to the clock, whatever the moves before took. However it ends, the
  /// guest does not stay paused.
  ///
  /// - Returns: how many moves were made; fewer than planned where the task was cancelled.
  package func run<Time: Clock>(
    _ guest: some MovableGuest, from start: Server, clock: Time,
    telling tell: (ShuttleEvent) -> Void
  ) async throws -> Int where Time.Duration == Duration {
    func wait(until moment: Time.Instant) async -> Bool {
      (try? await clock.sleep(until: moment, tolerance: .zero)) != nil
    }
    // What is late comes in the order of its lateness; where no fault is named, it is the binding.
    let late = (faults.map { ($0.duration ?? .zero, Optional($0)) } + [(bindingDelay, nil)])
      .filter { $0.0 > .zero }.sorted { $0.0 < $1.0 }
    var server = start
    var next = clock.now
    var made = 0
    while made < moves ?? .max {
      next = max(next.advanced(by: every), clock.now)
      let goal = server.other
      if bindingDelay < .zero {
        guard await wait(until: next.advanced(by: bindingDelay)) else { return made }
        try await guest.bind(to: goal)
        tell(.bound(number: made + 1, to: goal))
      }
      guard await wait(until: next) else { return made }
      if !isLive { await guest.pause() }
      tell(
        isLive
          ? .migrating(number: made + 1, from: server, to: goal)
          : .moving(number: made + 1, from: server, to: goal))
      let figures: MigrationFigures?
      do {
        for fault in faults { try await guest.begin(fault, at: goal) }
        figures = try await guest.move(to: goal)
        if bindingDelay == .zero { try await guest.bind(to: goal) }
      } catch {
        if !isLive { await guest.resume() }
        let isCalledOff = error is CancellationError
        tell(.failed(number: made + 1, on: server, isCalledOff: isCalledOff))
        if isCalledOff { return made }
        throw error
      }
      if !isLive { _ = await wait(until: next.advanced(by: pause)) }
      let resumed = clock.now
      if !isLive { await guest.resume() }
      made += 1
      tell(
        isLive
          ? .migrated(number: made, to: goal, figures ?? MigrationFigures())
          : .moved(number: made, from: server, to: goal))
      for (delay, fault) in late {
        _ = await wait(until: resumed.advanced(by: delay))
        if let fault {
          try await guest.end(fault, at: goal)
          tell(.mended(number: made, fault, at: goal))
        } else {
          try await guest.bind(to: goal)
          tell(.bound(number: made, to: goal))
        }
      }
      server = server.other
    }
    _ = await wait(until: clock.now.advanced(by: settling))
    return made
  }
}
