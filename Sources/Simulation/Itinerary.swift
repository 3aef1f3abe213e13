import Wire

/// Where the guest is when, and when it stands still.
///
/// Times are nanoseconds since the scenario's start.
struct Itinerary: Sendable {
  /// The guest on one server, from its resuming there.
  struct Stay: Sendable {
    var server: Int
    var begin: Int64
    /// When the server's Binding Update leaves.
    var update: Int64
    /// The move that led here; nil for the first stay.
    var move: Scenario.Move?
  }

  /// So long before the streams the first server registers with the home agent.
  static let registrationLead: Int64 = 1_000_000_000

  let stays: [Stay]
  /// When the guest stops, when it goes on, and for how long it had stood still before.
  private let interruptions: [(begin: Int64, length: Int64, before: Int64)]

  init(_ scenario: Scenario) {
    var stays = [
      Stay(server: 0, begin: -Self.registrationLead, update: -Self.registrationLead, move: nil)
    ]
    for move in scenario.moves {
      let resumed = move.time + move.pause
      stays.append(
        Stay(
          server: move.server, begin: resumed.wholeNanoseconds,
          update: (resumed + move.bindingDelay).wholeNanoseconds, move: move))
    }
    self.stays = stays
    var before: Int64 = 0
    interruptions = scenario.interruptions.map { pause in
      defer { before += pause.length.wholeNanoseconds }
      return (pause.time.wholeNanoseconds, pause.length.wholeNanoseconds, before)
    }
  }

  /// When the guest does what its program does after running for `runningTime`: at the end of an
  /// interruption what is due at its beginning.
  func time(atRunningTime runningTime: Int64) -> Int64 {
    guard let index = interruptions.lastIndex(whilePrefix: { $0.begin - $0.before <= runningTime })
    else { return runningTime }
    return runningTime + interruptions[index].before + interruptions[index].length
  }

  /// For how long the guest has stood still by this time.
  func stoodStill(by time: Int64) -> Int64 {
    guard let index = interruptions.lastIndex(whilePrefix: { $0.begin <= time }) else { return 0 }
    let last = interruptions[index]
    return last.before + min(last.length, time - last.begin)
  }

  /// The index of the stay at this time: the last that has begun.
  func stay(at time: Int64) -> Int {
    stays.lastIndex(whilePrefix: { $0.begin <= time }) ?? 0
  }
}

extension Scenario {
  /// All times at which the guest stands still, moves among them, in their order.
  var interruptions: [Pause] {
    (pauses + moves.map { Pause(time: $0.time, length: $0.pause) }).sorted {
      ($0.time, $0.length) < ($1.time, $1.length)
    }
  }
}

extension Array {
  /// The index of the last of the leading elements that fulfil the condition; none after them does.
  func lastIndex(whilePrefix condition: (Element) -> Bool) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }
}
