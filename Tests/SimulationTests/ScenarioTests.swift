import Simulation
import Testing
import Wire

@Suite struct ScenarioTests {
  private func error(_ change: (inout Scenario) -> Void) -> ScenarioError? {
    var scenario = Scenario()
    change(&scenario)
    do {
      _ = try scenario.run()
      return nil
    } catch {
      return error
    }
  }

  @Test func `the default is the demonstration`() throws {
    let run = try Scenario().run()
    #expect(
      run.points.map(\.name) == ["guest", "xen1", "xen1.vif", "xen2", "xen2.vif", "ha", "cn"])
    let stream = run.truth.streams[0]
    #expect(stream.moves.map(\.to) == ["xen2", "xen1", "xen2", "xen1"])
    #expect(stream.moves.map(\.time) == [3, 6, 9, 12].map { Scenario().start + .seconds($0) })
    #expect(stream.moves.allSatisfy { $0.paused == .milliseconds(200) })
    // 15 s of 100 a second, less four pauses of 200 ms.
    #expect(stream.fates.count == 1420)
  }

  @Test func `streams in a row share the spacing and differ in their ports`() {
    let streams = Scenario.Stream.row(4, packetsPerSecond: 100)
    #expect(streams.map(\.port) == [5004, 5006, 5008, 5010])
    #expect(streams.map(\.phase) == [0, 2500, 5000, 7500].map { .microseconds($0) })
  }

  @Test func `what contradicts itself is refused`() {
    let counts = Scenario.streamCounts
    #expect(error { $0.streams = [] } == .streamCount(0, allowed: counts))
    #expect(error { $0.servers = [] } == .serverCount(0, allowed: Scenario.serverCounts))
    #expect(
      error { $0.streams[0].packetsPerSecond = 0 } == .rate(0, allowed: Scenario.rates))
    #expect(error { $0.streams[0].payloadBytes = 39 } == .size(39, allowed: 40...1412))
    #expect(error { $0.streams[0].payloadBytes = 1413 } == .size(1413, allowed: 40...1412))
    #expect(error { $0.onward.loss = 1.5 } == .probability(1.5))
    #expect(error { $0.servers[1].path.duplication = -0.1 } == .probability(-0.1))
    #expect(error { $0.onward.lossBurst = 0.5 } == .lossBurst(0.5))
    #expect(
      error { $0.moves[0].pause = .seconds(-1) }
        == .duration(.seconds(-1), allowed: Scenario.times))
    #expect(error { $0.pacingJitter = .milliseconds(10) } == .pacingJitter(.milliseconds(10)))
    #expect(error { $0.moves[1].time = .milliseconds(3200) } == .overlap(at: .milliseconds(3200)))
    #expect(
      error { $0.pauses = [.init(time: .milliseconds(3100), length: .seconds(1))] }
        == .overlap(at: .milliseconds(3100)))
    #expect(error { $0.moves[0].server = 0 } == .destination(at: .seconds(3)))
    #expect(error { $0.moves[0].server = 2 } == .destination(at: .seconds(3)))
    #expect(error { $0.clockOffsets["xen3"] = .zero } == .unknownPoint("xen3"))
    #expect(
      error { $0.duration = .seconds(30_000) }
        == .packetCount(3_000_000, allowed: Scenario.packetCounts))
  }

  @Test func `what is allowed at the edge runs`() {
    #expect(error { $0.streams[0].payloadBytes = 40 } == nil)
    #expect(error { $0.streams[0].payloadBytes = 1412 } == nil)
    #expect(error { $0.duration = .zero } == nil)
    #expect(error { $0.onward.loss = 1 } == nil)
    #expect(error { $0.pacingJitter = .nanoseconds(9_999_999) } == nil)
    #expect(error { $0.moves[1].time = .milliseconds(3235) } == nil)
  }
}
