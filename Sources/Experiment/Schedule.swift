package import Lab

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
  /// Takes it to a server while it stands still, and sees that its packets find their way.
  func move(to server: Server) async throws
}

/// What becomes of a guest that moves.
package enum ShuttleEvent: Sendable, Equatable {
  /// The move of this number, counted from 1, begins: the guest stands still.
  case moving(number: Int, from: Server, to: Server)
  /// The guest goes on where it went.
  case moved(number: Int, from: Server, to: Server)
}

/// The text of the mark that stands for it.
extension ShuttleEvent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .moving(let number, let from, let to): "move \(number): \(from) > \(to), paused"
    case .moved(let number, _, let to): "move \(number): on \(to), resumed"
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
    var server = start
    var next = clock.now
    var made = 0
    while made < moves ?? .max {
      next = max(next.advanced(by: every), clock.now)
      guard await wait(until: next) else { return made }
      await guest.pause()
      tell(.moving(number: made + 1, from: server, to: server.other))
      do {
        try await guest.move(to: server.other)
      } catch {
        await guest.resume()
        throw error
      }
      _ = await wait(until: next.advanced(by: pause))
      await guest.resume()
      made += 1
      tell(.moved(number: made, from: server, to: server.other))
      server = server.other
    }
    _ = await wait(until: clock.now.advanced(by: settling))
    return made
  }
}
