/// A program that is measured against others on the same input.
struct Contender: Sendable {
  /// What the table calls it.
  var name: String
  /// Nil where it is not installed.
  let command: [String]?
  /// How many packets it gets: of the slowest, fewer.
  var packets: Int
  /// What is wrong with what it found; nil where it found all there is.
  var flaw: @Sendable (Run) -> String? = { _ in nil }
}

/// What a contender came to.
struct Standing: Sendable {
  let contender: Contender
  fileprivate(set) var runs: [Run] = []

  init(_ contender: Contender) {
    self.contender = contender
  }

  var isMissing: Bool { contender.command == nil }
  var wasTooSlow: Bool { runs.contains { $0.wasTooSlow } }

  func median(_ figure: (Run) -> Double) -> Double? {
    runs.isEmpty || wasTooSlow ? nil : runs.map(figure).median
  }

  var seconds: Double? { median(\.seconds) }
  var processorSeconds: Double? { median(\.processorSeconds) }
  var peakBytes: Double? { median(\.peakBytes) }
  /// Packets a second.
  var rate: Double? { seconds.map { Double(contender.packets) / $0 } }
}

/// What takes less time is run once more in its turn, and only that run counts: after seconds in which
/// one core was busy alone, a virtual machine gets the other one, and memory that it gave back, from its
/// host again at the cost of the first who asks.
private let warmUpSeconds = 1.0

/// Runs the contenders in turn, A B A B …, so that a slow moment of the machine meets all of them.
///
/// One that takes longer than 10 s runs once, one that takes longer than a minute is ended.
func inTurn(_ contenders: [Contender], runs: Int, on input: String) throws(Failure) -> [Standing] {
  var standings = contenders.map(Standing.init)
  for round in 1...runs {
    for index in standings.indices {
      let contender = standings[index].contender
      guard let command = contender.command,
        standings[index].runs.allSatisfy({ $0.seconds < 10 })
      else { continue }
      var run = try Child.run(command, atMost: .seconds(60))
      if run.seconds < warmUpSeconds { run = try Child.run(command, atMost: .seconds(60)) }
      standings[index].runs.append(run)
      note("\(input), round \(round) of \(runs): \(contender.name) \(Goal.text(run.seconds)) s")
      if run.wasTooSlow { continue }
      guard run.status == 0 else {
        let said = run.error.split(separator: "\n").last.map { ": \($0)" } ?? ""
        throw Failure("\(command.joined(separator: " ")) ended with \(run.status)\(said)")
      }
      if let flaw = contender.flaw(run) { throw Failure("\(contender.name): \(flaw)") }
    }
  }
  return standings
}
