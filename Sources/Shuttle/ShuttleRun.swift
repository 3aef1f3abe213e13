import Foundation
import Moves
import Wire

/// Moves a guest from host to host until its moves are made, or something fails.
///
/// What it is about to do is in the state file before it is done, and what was done is in it right
/// after, so that a shuttle that was broken off in whatever way goes on when it is started anew: it
/// asks the driver where the guest is, and never takes a migration for not begun.
package struct ShuttleRun: Sendable {
  package var guest: String
  package var itinerary: Itinerary
  package var driver: any MigrationDriver
  package var hooks = MoveHooks()
  /// The moves that are to be made, those of earlier runs among them; nil for no end.
  package var moves: Int?
  /// How long a migration under way, and each hook, may take.
  package var limit: Duration

  package init(
    guest: String, itinerary: Itinerary, driver: any MigrationDriver, moves: Int? = nil,
    limit: Duration
  ) {
    self.guest = guest
    self.itinerary = itinerary
    self.driver = driver
    self.moves = moves
    self.limit = limit
  }

  /// Runs until the moves are made or the task is cancelled.
  ///
  /// - Parameters:
  ///   - file: where the state is kept; nil for nowhere.
  ///   - earlier: how far earlier runs came; nil where there were none.
  /// - Returns: how many moves were made, those of earlier runs among them.
  package func run(
    from earlier: ShuttleState?, keptIn file: StateFile?,
    telling tell: (MigrationEvent) async -> Void
  ) async throws(ShuttleError) -> Int {
    var state = earlier ?? ShuttleState(guest: guest, seed: itinerary.seed)
    let itinerary = itinerary.seeded(state.seed)
    var last = state.lastBegun ?? Date()
    do throws(ShuttleError) {
      let host = try await settledHost()
      let finding = state.settle(on: host)
      try file?.write(state)
      await tell(.found(guest: guest, on: host, finding))
      var source = host
      while state.moves < moves ?? .max {
        let number = state.moves + 1
        let destination = itinerary.host(after: source)
        let time = max(last + itinerary.interval(before: number).seconds, Date())
        await tell(.waiting(number: number, to: destination, until: time))
        guard await wait(until: time) else { break }
        state.begin(from: source, to: destination, at: time)
        last = time
        try file?.write(state)
        try await move(from: source, to: destination, &state, keptIn: file, telling: tell)
        source = destination
      }
    } catch .cancelled {}
    await tell(.ended(made: state.moves))
    return state.moves
  }

  /// Makes one move, which the state has as begun.
  private func move(
    from source: MigrationHost, to destination: MigrationHost, _ state: inout ShuttleState,
    keptIn file: StateFile?, telling tell: (MigrationEvent) async -> Void
  ) async throws(ShuttleError) {
    let number = state.moves + 1
    await tell(.begins(number: number, from: source, to: destination))
    let start = ContinuousClock.now
    let figures: MigrationFigures
    do throws(ShuttleError) {
      try await hooks.preparation(of: guest, from: source, to: destination)?.run(limit: limit)
      figures = try await driver.migrate(from: source, to: destination)
      let found = try await settledAnyhow()
      guard found == destination else {
        throw .notArrived(expected: destination.name, found: found.name)
      }
    } catch {
      let found = try? await settledAnyhow()
      if let found {
        _ = state.settle(on: found)
        try file?.write(state)
      }
      if error == .cancelled, let found {
        await tell(.calledOff(number: number, on: found))
        throw .cancelled
      }
      throw .moveFailed(number: number, cause: error, guestOn: found?.name)
    }
    let took = ContinuousClock.now - start
    _ = state.settle(on: destination)
    try file?.write(state)
    await tell(.arrived(number: number, on: destination, took: took, figures))
    try await hooks.conclusion(of: guest, from: source, to: destination)?.run(limit: limit)
  }

  /// Where the guest is, found out also in a task that has been cancelled.
  private func settledAnyhow() async throws(ShuttleError) -> MigrationHost {
    let work = Task { () async -> Result<MigrationHost, ShuttleError> in
      do throws(ShuttleError) {
        return .success(try await settledHost())
      } catch {
        return .failure(error)
      }
    }
    return try await work.value.get()
  }

  /// The host where the guest is, once no migration is under way.
  private func settledHost() async throws(ShuttleError) -> MigrationHost {
    let deadline = ContinuousClock.now + limit
    var hasLookedTwice = false
    while true {
      switch try await driver.whereabouts() {
      case .on(let host): return host
      case .nowhere:
        // It may have gone from one host to another while they were asked.
        guard !hasLookedTwice else { throw .nowhere(guest: guest) }
        hasLookedTwice = true
      case .migrating:
        guard ContinuousClock.now < deadline else {
          throw .stillMigrating(guest: guest, limit: limit)
        }
      }
      guard await wait(until: Date() + 0.5) else { throw .cancelled }
    }
  }

  /// Waits; false where the task was cancelled.
  private func wait(until time: Date) async -> Bool {
    let length = max(time.timeIntervalSinceNow, 0)
    return (try? await Task.sleep(for: .seconds(length), tolerance: .zero)) != nil
  }
}

extension Duration {
  fileprivate var seconds: TimeInterval { self / .seconds(1) }
}
