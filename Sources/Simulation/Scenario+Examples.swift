extension Scenario {
  /// A move whose anatomy can be worked out by hand: 10 ms between numbers, 20 ms through the old
  /// server and 25 ms through the new one, a pause of 300 ms, and four numbers that go out before
  /// the home agent has bound the new server. The receiver sees a gap of
  /// (4 + 1) · 10 + 300 + 0 + 5 = 355 ms.
  package static var unboundExample: Scenario {
    var scenario = Scenario()
    scenario.duration = .seconds(2)
    scenario.anchorDelay = .zero
    scenario.moves = [Move(time: .seconds(1), server: 1, pause: .milliseconds(300))]
    return scenario
  }

  /// The same move, but the new server holds what it cannot send yet and is bound 35 ms after its
  /// first number: none is lost, and the receiver sees a gap of 10 + 300 + 35 + 5 = 350 ms.
  package static var heldExample: Scenario {
    var scenario = unboundExample
    scenario.accessDelay = .zero
    for index in scenario.servers.indices {
      scenario.servers[index].crossing.delay = .zero
      scenario.servers[index].path.delay = .milliseconds(5 + 5 * index)
    }
    scenario.onward.delay = .milliseconds(15)
    scenario.moves[0].bindingDelay = .milliseconds(15)
    scenario.moves[0].holds = true
    return scenario
  }
}
