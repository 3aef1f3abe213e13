/// A move as it would be made.
package struct PlannedMove: Hashable, Sendable {
  package var number: Int
  package var from: MigrationHost
  package var to: MigrationHost
  /// From the start of the shuttle, had it begun with this plan's first move.
  package var time: Duration
  /// What would be run, hooks among it, in its order.
  package var commands: [String]
}

extension ShuttleRun {
  /// The first moves, made from a state by nobody.
  ///
  /// - Parameters:
  ///   - earlier: how far earlier runs came; nil for a guest on the first host.
  ///   - count: the most moves that are told.
  package func plan(from earlier: ShuttleState?, count: Int) -> [PlannedMove] {
    let itinerary = earlier.map { self.itinerary.seeded($0.seed) } ?? itinerary
    let hosts = itinerary.hosts
    let made = earlier?.moves ?? 0
    var source = hosts.first { $0.name == earlier?.host } ?? hosts[0]
    var time = Duration.zero
    var planned: [PlannedMove] = []
    while planned.count < min(count, (moves ?? .max) - made) {
      let number = made + planned.count + 1
      let destination = itinerary.host(after: source)
      time += itinerary.interval(before: number)
      let commands =
        [hooks.preparation(of: guest, from: source, to: destination)?.description].compactMap(
          \.self)
        + driver.plan(from: source, to: destination)
        + [hooks.conclusion(of: guest, from: source, to: destination)?.description]
        .compactMap(\.self)
      planned.append(
        PlannedMove(
          number: number, from: source, to: destination, time: time, commands: commands))
      source = destination
    }
    return planned
  }
}
