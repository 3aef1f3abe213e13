import Simulation

extension Scenario {
  /// Everything at once: three streams, three servers, and all that can go wrong.
  static func hostile(seed: UInt64) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.duration = .seconds(12)
    scenario.streams = [
      Stream(port: 5004, packetsPerSecond: 250, payloadBytes: 40),
      Stream(port: 5006, packetsPerSecond: 100, payloadBytes: 1412, firstNumber: 65_500),
      Stream(port: 5008, packetsPerSecond: 30, payloadBytes: 333, phase: .milliseconds(7)),
    ]
    scenario.servers = Server.row(3)
    scenario.servers[2].path.delay = .milliseconds(80)
    scenario.moves = [
      Move(time: .seconds(2), server: 1, pause: .milliseconds(200), unseen: 3),
      Move(time: .seconds(4), server: 2, pause: .zero, holds: true),
      Move(time: .seconds(6), server: 0, pause: .milliseconds(5), bindingDelay: .zero),
      Move(time: .seconds(8), server: 1, pause: .seconds(1), bindingDelay: .milliseconds(90)),
    ]
    scenario.pauses = [Pause(time: .milliseconds(5100), length: .milliseconds(150))]
    scenario.pacingJitter = .milliseconds(1)
    for index in scenario.servers.indices {
      scenario.servers[index].crossing.loss = 0.01
      scenario.servers[index].crossing.duplication = 0.01
      scenario.servers[index].path.loss = 0.03
      scenario.servers[index].path.lossBurst = 3
      scenario.servers[index].path.duplication = 0.02
      scenario.servers[index].path.reordering = 0.02
      scenario.servers[index].path.variation = .milliseconds(2)
    }
    scenario.onward.loss = 0.01
    scenario.onward.duplication = 0.01
    scenario.onward.reordering = 0.01
    scenario.clockOffsets = ["xen2": .milliseconds(-40), "cn": .seconds(3), "guest": .seconds(-9)]
    return scenario
  }
}
