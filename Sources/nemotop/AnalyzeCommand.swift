import Analysis
import ArgumentParser
import Foundation
import Moves
import Observation
import Records
import Streams
import Wire

/// `nemotop analyze`: what a stream went through, from recordings and captures.
struct Analyze: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
  }

  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Say what became of every number, and what each move was made of.",
    discussion: """
      Splits the gap of each move into the time that the guest stood still, the time that its first \
      packet was held, and the change of the way, and says of each missing number where it was \
      seen last. What the given points cannot decide is said to be not known.

      With --max-… options it is a check for scripts: exit status 2, and the reasons on standard \
      error, where a figure is larger or not known.

      Examples:
        nemotop analyze out/
        nemotop analyze xen1=xen1.pcap xen2=xen2.pcap cn=cn.pcap --list-lost
        nemotop analyze out/ --max-loss 0.1% --max-gap 500ms --min-moves 4
        nemotop analyze monday/ --format json > monday.json
        nemotop analyze tuesday/ --baseline monday.json
      """)

  @OptionGroup var observation: ObservationArguments

  @Option(help: "text; json (one object); csv (the moves, or with --list-lost the numbers).")
  var format = Format.text

  @Flag(help: "List every number that was not delivered, and what became of it.")
  var listLost = false

  @Option(
    help: ArgumentHelp(
      "The most that a stream may lose: numbers, or with % a share of all.", valueName: "n|p%"),
    transform: loss)
  var maxLoss: Limits.Loss?

  @Option(help: "The most numbers that a move may lose.")
  var maxMoveLoss: Int?

  @Option(
    help: "The longest gap of a move, at the receiver where that is watched.", transform: duration)
  var maxGap: Duration?

  @Option(help: "The longest time that the guest may stand still in a move.", transform: duration)
  var maxPaused: Duration?

  @Option(help: "The longest time that a packet may be held in a move.", transform: duration)
  var maxHeld: Duration?

  @Option(
    help: "The longest time that the guest may send in vain after a move.", transform: duration)
  var maxUnbound: Duration?

  @Option(help: "The fewest moves that there may be.")
  var minMoves: Int?

  @Option(help: "The most moves that there may be.")
  var maxMoves: Int?

  @Flag(help: "No point may have missed packets.")
  var noBlind = false

  @Option(
    help: ArgumentHelp(
      "Fail where a part of the moves is significantly larger than in this analysis (--format json).",
      valueName: "file"))
  var baseline: String?

  func validate() throws {
    let counts = [
      ("--max-move-loss", maxMoveLoss), ("--min-moves", minMoves), ("--max-moves", maxMoves),
    ]
    for (option, value) in counts where value ?? 0 < 0 {
      throw ValidationError("\(option) \(value ?? 0) is below zero: give a count")
    }
  }

  func run() async throws {
    let faults = try await telling {
      let baseline = try baseline.map(Self.readBaseline)
      var options = observation.options
      options.keepsLosses = true
      let observed = try observation.open(options: options)
      let stopper = stopping(observed)
      defer { stopper.cancel() }
      var failures = PointFailures()
      var analysis = Analysis(points: observed.points)
      for await step in observed.updates {
        analysis.take(step)
        await failures.tellEnds(observed)
      }
      analysis.take(await observed.accounts)
      try tell(analysis)
      let faults =
        limits.faults(in: analysis) + (baseline.map { regressions(in: analysis, $0) } ?? [])
      for fault in faults { note(fault) }
      try await failures.conclude(observed)
      return faults
    }
    if !faults.isEmpty { throw ExitCode(2) }
  }

  private var limits: Limits {
    var limits = Limits()
    limits.loss = maxLoss
    limits.moveLoss = maxMoveLoss
    limits.gap = maxGap
    limits.paused = maxPaused
    limits.held = maxHeld
    limits.unbound = maxUnbound
    limits.minimumMoves = minMoves
    limits.maximumMoves = maxMoves
    limits.forbidsBlindness = noBlind
    return limits
  }

  private func tell(_ analysis: Analysis) throws(Failure) {
    let text =
      switch format {
      case .text: analysis.text(listsLost: listLost)
      case .json: (listLost ? analysis.lostJSON : analysis.json).text + "\n"
      case .csv: listLost ? analysis.lostCSV : analysis.csv
      }
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      throw Failure("standard output was closed before all was said")
    }
  }

  private func regressions(in analysis: Analysis, _ baseline: Baseline) -> [String] {
    let (found, untold) = baseline.regressions(in: analysis.moves)
    if !untold.isEmpty {
      note(
        "--baseline: fewer than 4 moves tell of \(untold.joined(separator: ", ")), which is too few "
          + "to compare")
    }
    return found.map { part in
      "--baseline: \(part.part) got worse: median \(Quantity.decimal(part.before, places: 3)) before, "
        + "\(Quantity.decimal(part.now, places: 3)) now (p = "
        + "\(Quantity.decimal(part.probability, places: 4)))"
    }
  }

  private static func readBaseline(_ path: String) throws -> Baseline {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure("cannot read the baseline \(path): name what 'analyze --format json' printed")
    }
    do throws(BaselineError) {
      return try Baseline([UInt8](data))
    } catch {
      throw Failure(
        "\(path) is no analysis\(error == .notJSON ? ", not even JSON" : ""): name what "
          + "'analyze --format json' printed")
    }
  }
}

private func loss(_ text: String) throws -> Limits.Loss {
  if text.hasSuffix("%"), let share = Double(text.dropLast()), (0...100).contains(share) {
    return .percent(share)
  }
  if let count = Quantity.count(text) { return .numbers(count) }
  throw ValidationError("'\(text)' is neither a count nor a share of 0% to 100%")
}
