import ArgumentParser
import Foundation
import Observation
import Shuttle
import Wire

/// `nemotop shuttle`: the script that moves a guest on a schedule.
struct ShuttleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shuttle",
    abstract: "Move a guest from host to host on a schedule, and mark each move.",
    discussion: """
      A HOST is NAME[=PLACE[,INBOUND]]. PLACE is, for xl, what ssh knows the host by; for virsh its \
      URI; for qmp the socket of its QEMU's monitor; for namespace the namespace. INBOUND is where \
      guests are sent to: xl's destination, virsh's --migrateuri, the URI of QEMU's -incoming.

      Commands of yours get NEMOTOP_GUEST, NEMOTOP_FROM and NEMOTOP_TO; {guest}, {from} and {to} \
      stand for them, quoted. ^C lets a migration end, or calls it off (qmp), and ends the shuttle; \
      a second one ends it at once.

      Examples:
        nemotop shuttle --driver xl --guest dom1 --every 5m xen1 xen2
        nemotop shuttle --driver qmp --guest g --every 3m..7m a=a.sock b=b.sock

      Exit status: 0 all moves were made, or it was stopped and had no --moves; 1 a move failed, or \
      it was stopped before the last; 64 usage.
      """)

  @OptionGroup var drivers: ShuttleDriverArguments

  @Option(
    help: "From the beginning of one move to the next: a time, or bounds such as 3m..7m.",
    transform: interval)
  var every: ClosedRange<Duration> = .seconds(300)...(.seconds(300))

  @Option(help: "What random times come from; the same seed, the same times.")
  var seed: UInt64?

  @Option(help: "End after so many moves, those of earlier runs with this --state among them.")
  var moves: Int?

  @Option(help: ArgumentHelp("Keep here how far it came, to go on from.", valueName: "file"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Run this before each move; its failure is the move's.", valueName: "command"))
  var beforeCommand: String?

  @Option(help: ArgumentHelp("Run this after each move.", valueName: "command"))
  var afterCommand: String?

  @Option(
    help: ArgumentHelp(
      "Mark the moves also in what runs on this host, by 'ssh HOST nemotop mark'.",
      valueName: "host"))
  var markOn: [String] = []

  @Flag(help: "Events as JSON Lines.")
  var json = false

  @Flag(help: "Print the commands and times of the first moves, and do nothing.")
  var dryRun = false

  @Argument(help: ArgumentHelp("The hosts, in the order of their turns.", valueName: "host"))
  var hosts: [String]

  func validate() throws {
    let parsed = try migrationHosts()
    guard parsed.count > 1, Set(parsed.map(\.name)).count == parsed.count else {
      throw ValidationError("name two hosts or more, each once")
    }
    if let moves, moves < 1 { throw ValidationError("--moves \(moves) is out of range: 1 or more") }
  }

  func run() async throws {
    try await telling {
      do {
        try await shuttle()
      } catch let error as ShuttleError {
        throw Failure(error.message)
      }
    }
  }

  private func shuttle() async throws {
    let file =
      try dryRun ? nil : state.map { path throws(ShuttleError) in try StateFile(path: path) }
    var earlier = try state.flatMap { path throws(ShuttleError) in try StateFile.read(path) }
    if let state, let earlier, earlier.guest != drivers.guest {
      throw ShuttleError.stateOfAnotherGuest(path: state, guest: earlier.guest)
    }
    if let seed { earlier?.seed = seed }
    let hosts = try migrationHosts()
    var run = ShuttleRun(
      guest: drivers.guest,
      itinerary: Itinerary(hosts: hosts, every: every, seed: seed ?? .random(in: 0...(.max))),
      driver: drivers.made(for: hosts), moves: moves, limit: drivers.timeout)
    run.hooks = MoveHooks(before: beforeCommand, after: afterCommand)
    if dryRun { return tell(run, from: earlier) }
    let made = try await perform(run, from: earlier, keptIn: file)
    if let moves, made < moves {
      throw Failure("stopped after \(made) of \(moves) moves: start it again to go on")
    }
  }

  /// Runs until it ends by itself, or is interrupted.
  private func perform(
    _ run: ShuttleRun, from earlier: ShuttleState?, keptIn file: StateFile?
  ) async throws -> Int {
    let signals = interruptions()
    let marks = ShuttleMarks(hosts: markOn)
    let work = Task {
      try await run.run(from: earlier, keptIn: file) { event in
        if event.isMark { await marks.put(event.description) }
        tell(event)
      }
    }
    let stopper = Task {
      var isStopping = false
      for await _ in signals {
        if isStopping {
          Nemotop.exit(
            withError: Failure("interrupted twice: a migration may go on without it").told())
        }
        isStopping = true
        work.cancel()
      }
    }
    defer { stopper.cancel() }
    return try await work.value
  }

  private func migrationHosts() throws -> [MigrationHost] {
    try hosts.map { text in
      guard let host = MigrationHost(parsing: text), !host.place.hasPrefix("-") else {
        throw ValidationError("'\(text)' is no host: write NAME[=PLACE[,INBOUND]]")
      }
      return host
    }
  }

  private func tell(_ event: MigrationEvent) {
    let now = Timestamp.now.description
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      if let data = try? encoder.encode(TimedEvent(time: now, event: event)) {
        write(String(decoding: data, as: UTF8.self))
      }
    } else {
      write("\(now)  \(event)")
    }
  }

  /// Tells what would be done.
  private func tell(_ run: ShuttleRun, from earlier: ShuttleState?) {
    write("to find \(drivers.guest):")
    for line in run.driver.inquiry { write("  \(line)") }
    for move in run.plan(from: earlier, count: 5) {
      let time = Quantity.decimal(move.time / .seconds(1), places: 1)
      write("move \(move.number): \(move.from) > \(move.to), after \(time) s:")
      for line in move.commands { write("  \(line)") }
    }
  }

  /// A line on standard output, at once.
  private func write(_ line: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
  }
}

/// An event with the time of its telling, as one object.
private struct TimedEvent: Encodable {
  enum CodingKeys: String, CodingKey {
    case time
  }

  var time: String
  var event: MigrationEvent

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(time, forKey: .time)
    try event.encode(to: encoder)
  }
}

/// A duration, or two with `..` between them, the shorter first.
private func interval(_ text: String) throws -> ClosedRange<Duration> {
  let parts = text.split(separator: "..", omittingEmptySubsequences: false)
  let bounds = try parts.map { try duration(String($0)) }
  guard (1...2).contains(bounds.count), bounds[0] > .zero, bounds[0] <= bounds[bounds.count - 1]
  else { throw ValidationError("'\(text)' is no time between moves: write 5m or 3m..7m") }
  return bounds[0]...bounds[bounds.count - 1]
}
