import Moves
import Observation
import Simulation
import Testing
import Wire

@testable import Experiment

struct SimulatedDemoTests {
  private let short = Schedule(
    moves: 1, every: .milliseconds(300), pause: .milliseconds(60), settling: .milliseconds(200))

  @Test func `the scenario is the demo's schedule`() {
    var demo = SimulatedDemo(schedule: short, packetsPerSecond: 200, payloadBytes: 400)
    demo.streams = 3
    let scenario = demo.scenario(start: Timestamp(nanoseconds: 7))
    #expect(scenario.start.nanoseconds == 7)
    #expect(scenario.duration == .milliseconds(560))
    #expect(scenario.moves.map(\.time) == [.milliseconds(300)])
    #expect(scenario.moves.map(\.pause) == [.milliseconds(60)])
    #expect(scenario.streams.map(\.packetsPerSecond) == [200, 200, 200])
    #expect(scenario.streams.map(\.payloadBytes) == [400, 400, 400])
  }

  @Test(arguments: [1, 500, 100_000])
  func `a demo without end is a run that can be held`(rate: Int) throws {
    let endless = Schedule(every: .seconds(10), pause: .milliseconds(200), settling: .seconds(2))
    let demo = SimulatedDemo(schedule: endless, packetsPerSecond: rate, payloadBytes: 40)
    let scenario = demo.scenario(start: Timestamp(nanoseconds: 0))
    let packets = scenario.duration / .seconds(1) * Double(rate)
    #expect(packets <= Double(Scenario.packetCounts.upperBound))
    #expect(scenario.moves.count >= 1)
  }

  @Test func `each point counts what the run holds for it`() async throws {
    let demo = SimulatedDemo(schedule: short, packetsPerSecond: 100, payloadBytes: 200)
    let whole = try demo.scenario(start: Timestamp(nanoseconds: 0)).run()
    let sent = try #require(whole.points.first { $0.name == "guest" }).packets.count
    let ear = Ear()
    let made = try await demo.run(options: ObservationOptions(), watchedBy: ear.watch)
    #expect(made == 1)
    #expect(ear.packets(at: "guest") == sent)
    #expect(ear.packets(at: "xen1.vif") + ear.packets(at: "xen2.vif") == sent)
    #expect(ear.packets(at: "xen1") > 0)
    #expect(ear.packets(at: "xen2") > 0)
  }

  @Test func `a watch that ends ends the demo`() async throws {
    let endless = Schedule(every: .seconds(60), pause: .zero, settling: .zero)
    let demo = SimulatedDemo(schedule: endless, packetsPerSecond: 10, payloadBytes: 40)
    let made = try await demo.run(options: ObservationOptions(), watchedBy: { _ in })
    #expect(made == 0)
  }
}
