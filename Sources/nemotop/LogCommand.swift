import ArgumentParser
import Capture
import Moves
import Observation
import Records
import Streams
import Wire

/// `nemotop log`: the engine without a screen.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Count and mark without a screen: CSV files or JSON Lines.",
    discussion: """
      Writes one record for each stream, leg and interval, for each protocol, mark and move, until \
      every source has ended or the program is interrupted (^C, SIGTERM, SIGHUP): the last interval is \
      written then. \
      A second ^C ends it at once. \
      Without --csv and --jsonl the records go to standard output as JSON Lines.

      An interface that goes away is captured again once it is back under its name: meanwhile its \
      point is blind, which a mark tells.

      Exit status 1 also where a source ended before its time: a file that is cut in the middle of \
      a packet, an interface that is away at the end. What came before is counted and written.

      Examples:
        nemotop log xen1=eth0 --csv today
        nemotop log xen1=xen1.pcap xen2=xen2.pcap.gz cn=cn.pcapng --jsonl moves.jsonl
        nemotop log xen1=eth0 xen2=eth1 --jsonl live.jsonl --write kept.pcapng
        nemotop log kept.pcapng --jsonl again.jsonl
      """)

  @OptionGroup var observation: ObservationArguments

  @Option(help: ArgumentHelp("Write CSV files into this folder.", valueName: "folder"))
  var csv: String?

  @Option(help: ArgumentHelp("Write JSON Lines to this file, or - .", valueName: "file"))
  var jsonl: String?

  @Option(
    help: ArgumentHelp(
      "Keep the packets of the interfaces, cut at --snaplen, in this pcapng file, or - . Counted "
        + "again they give the same records.", valueName: "file"))
  var write: String?

  @Flag(name: .shortAndLong, help: "Say nothing at the end but what went wrong.")
  var quiet = false

  @Flag(
    help: ArgumentHelp(
      "Answer requests for the time on standard input, and stop at its end: for a monitor on "
        + "another host."))
  var answerClock = false

  func validate() throws {
    if answerClock {
      guard csv == nil, write == nil, jsonl == nil || jsonl == "-" else {
        throw ValidationError(
          "--answer-clock is for JSON Lines on standard output: use --jsonl - alone")
      }
      guard !observation.sources.contains(where: { $0.split(separator: "=").last == "-" }) else {
        throw ValidationError("--answer-clock needs standard input, which is a source: name a file")
      }
    }
    let records = [jsonl, csv == nil && jsonl == nil ? "-" : nil]
    if write == "-", records.contains("-") {
      throw ValidationError(
        "packets and records cannot both go to standard output: name a --jsonl file or a --csv folder"
      )
    }
  }

  func run() async throws {
    try await telling {
      let observation = try observation.open(keepingIn: write)
      let writers = try writers(for: observation)
      let marks = MarkSocket { observation.mark($0) }
      let stopper = stopping(observation)
      if answerClock, let records = writers.first as? JSONLines {
        ClockAnswering(records) { observation.stop() }.start()
      }
      defer {
        stopper.cancel()
        marks?.close()
      }
      var failures = PointFailures()
      var moves = 0
      for await observed in observation.updates {
        moves += observed.moves.count
        for writer in writers { try writer.write(observed) }
        await failures.tellEnds(observation)
      }
      if !quiet { await summarize(observation, moves: moves) }
      try await failures.conclude(observation)
    }
  }

  private func writers(for observation: Observation) throws(RecordError) -> [any RecordWriter] {
    let points = observation.points
    var writers: [any RecordWriter] = []
    if let csv { writers.append(try CSVFolder(csv, points: points)) }
    if let jsonl { writers.append(try JSONLines(jsonl, points: points)) }
    if writers.isEmpty { writers.append(try JSONLines("-", points: points)) }
    return writers
  }

  /// Says what each point came to.
  private func summarize(_ observation: Observation, moves: Int) async {
    for (point, report) in await observation.reports {
      let truncated =
        report.truncated > 0 ? ", \(report.truncated) cut too short by the snaplen" : ""
      let opaque =
        report.opaque > 0 ? ", \(report.opaque) of ESP, which may hide streams" : ""
      note(
        "\(point.name): \(report.packets) packets, \(report.malformed) malformed, "
          + "\(report.captureDrops) dropped by the capture\(truncated)\(opaque)"
          + Self.absences(report))
    }
    note("\(moves) \(moves == 1 ? "move" : "moves")")
  }

  private static func absences(_ report: PointReport) -> String {
    guard report.absences > 0 else { return "" }
    let count = report.absences == 1 ? "once" : "\(report.absences) times"
    let time = Quantity.decimal(report.absentTime.milliseconds, places: 0)
    let end = report.awaySince.map { ", and since \($0)" } ?? ""
    return ", away \(count): blind for \(time) ms\(end)"
  }
}
