import Wire

extension Truth {
  /// The moves as the stream of this index met them.
  static func moves(
    of stream: Int, _ scenario: Scenario, _ passage: Simulation.Passage
  ) -> [Move] {
    guard !scenario.moves.isEmpty else { return [] }
    let departures = passage.departures[stream]
    let first = FirstSightings(of: stream, scenario, passage)
    // The numbers of one stay are consecutive.
    var numbers = Array(repeating: 0..<0, count: passage.itinerary.stays.count)
    for (index, time) in departures.enumerated() {
      let stay = passage.itinerary.stay(at: time)
      numbers[stay] = (numbers[stay].isEmpty ? index : numbers[stay].lowerBound)..<index + 1
    }
    return scenario.moves.indices.map { index in
      let move = scenario.moves[index]
      let stay = passage.itinerary.stays[index + 1]
      let old = scenario.servers[passage.itinerary.stays[index].server]
      let new = scenario.servers[stay.server]
      let before = numbers[index].last { first.external[$0] != nil }
      let after = numbers[index + 1].first { first.external[$0] != nil }
      let a = numbers[index].last { first.arrival[$0] != nil }
      let b = numbers[index + 1].first { first.arrival[$0] != nil }
      let registration = passage.registrations[index + 1]
      let acknowledged = registration.acknowledgementReceived - scenario.start
      var report = Move(
        time: scenario.start + move.time, from: old.name, to: new.name, paused: move.pause,
        pathChange: new.path.delay - old.path.delay, fates: [:],
        beforeAcknowledgement: numbers[index + 1].count {
          first.external[$0].map { $0 < acknowledged.wholeNanoseconds } ?? false
        }, registration: registration)
      let number = { (index: Int) in scenario.streams[stream].firstNumber + Int64(index) }
      let moment = { (index: Int) in
        first.external[index].map { scenario.start + .nanoseconds($0) }
      }
      report.lastNumber = before.map(number)
      report.lastBefore = before.flatMap(moment)
      report.firstNumber = after.map(number)
      report.firstAfter = after.flatMap(moment)
      report.lastDelivered = a.map(number)
      report.firstDelivered = b.map(number)
      if let a, let b, let last = first.arrival[a], let next = first.arrival[b] {
        report.receiverGap = .nanoseconds(next - last)
        for fate in passage.fates[stream][a + 1..<b] { report.fates[fate, default: 0] += 1 }
      }
      if let b, let after, let left = first.external[b], let start = first.external[after] {
        report.held = first.held(b, by: new, departure: departures[b], scenario)
        report.unboundTime = .nanoseconds(left - start)
      }
      return report
    }
  }

  /// When the first copy of each number of a stream passed; nil where none did.
  private struct FirstSightings {
    var external: [Int64?]
    var arrival: [Int64?]

    init(of stream: Int, _ scenario: Scenario, _ passage: Simulation.Passage) {
      let none = [Int64?](repeating: nil, count: passage.departures[stream].count)
      external = none
      arrival = none
      for server in scenario.servers.indices {
        for sighting in passage.sightings[.external(server)] ?? []
        where !sighting.isSignalling && sighting.stream == stream {
          let index = Int(sighting.index)
          external[index] = external[index] ?? sighting.time
        }
      }
      for sighting in passage.sightings[.correspondent] ?? [] where sighting.stream == stream {
        arrival[Int(sighting.index)] = arrival[Int(sighting.index)] ?? sighting.time
      }
    }

    /// How long a number waited at its server beyond the way through it.
    func held(
      _ index: Int, by server: Scenario.Server, departure: Int64, _ scenario: Scenario
    ) -> Duration {
      let way = scenario.accessDelay + server.crossing.delay
      return .nanoseconds((external[index] ?? departure) - departure) - way
    }
  }
}
