import Capture
package import Observation
import Simulation
import Streams
import Wire

/// The same experiment without a network: the packets of every point are made in the process, and
/// come when they are due.
package struct SimulatedDemo: Sendable {
  package var schedule: Schedule
  package var seed: UInt64 = 1
  package var streams = 1
  package var packetsPerSecond: Int
  /// Bytes of UDP payload.
  package var payloadBytes: Int
  /// The probability of loss between server and home agent.
  package var loss = 0.0

  package init(schedule: Schedule, packetsPerSecond: Int, payloadBytes: Int) {
    self.schedule = schedule
    self.packetsPerSecond = packetsPerSecond
    self.payloadBytes = payloadBytes
  }

  /// Packets of a demo without end: a fifth of what a run can hold is made in a second or so.
  private static let endlessPackets = Scenario.packetCounts.upperBound / 5

  /// How many moves it makes: those of the schedule, or as many as a run of that many packets holds.
  package var moves: Int {
    if let moves = schedule.moves { return moves }
    let perMove = schedule.every / .seconds(1) * Double(packetsPerSecond) * Double(streams)
    return max(Int(Double(Self.endlessPackets) / max(perMove, 1)), 1)
  }

  /// The scenario from that moment on.
  func scenario(start: Timestamp) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.start = start
    scenario.streams = Scenario.Stream.row(
      streams, packetsPerSecond: packetsPerSecond, payloadBytes: payloadBytes)
    scenario.moves = Scenario.Move.pingPong(
      moves, every: schedule.every, among: 2, pause: schedule.pause)
    for index in scenario.moves.indices where schedule.bindingDelay > .zero {
      scenario.moves[index].bindingDelay = schedule.bindingDelay
    }
    for index in scenario.servers.indices { scenario.servers[index].path.loss = loss }
    scenario.duration = schedule.every * moves + schedule.pause + schedule.settling
    return scenario
  }

  /// Runs the experiment.
  ///
  /// - Returns: how many moves were made; fewer than planned where the task was cancelled.
  package func run(
    options: ObservationOptions, watchedBy watch: @escaping Watch
  ) async throws -> Int {
    let start = Timestamp.now + .milliseconds(300)
    let scenario = scenario(start: start)
    let run = try scenario.run()
    let packets = Dictionary(uniqueKeysWithValues: run.points.map { ($0.name, $0.packets) })
    let observation = try Observation(
      points: run.points.map { Point(name: $0.name) }, options: options
    ) { (point: Point) throws(CaptureError) in
      guard let packets = packets[point.name] else { throw .noSuchInterface(point.name) }
      return SimulatedInterface(packets)
    }
    return try await whileWatched(observation, by: watch) {
      try? await Task.sleep(for: start + scenario.duration - Timestamp.now)
      let elapsed = Timestamp.now - start
      return scenario.moves.count { $0.time + $0.pause <= elapsed }
    }
  }
}
