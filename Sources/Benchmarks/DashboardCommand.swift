import ArgumentParser

/// `Benchmarks dashboard`: what the screen costs, and how soon it answers.
struct DashboardCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "dashboard",
    abstract: "Show 1000 live streams: the processor's share, from key to redraw, bytes drawn.",
    discussion: """
      Example:
        Benchmarks dashboard --runs 1
      """)

  static var needsNetwork: Bool { true }

  @OptionGroup var options: Options

  private static let streams = 1000
  private static let rate = 2
  private static let seconds = 20
  /// Choose a stream, sort, zoom, units, layouts: keys that change much and little.
  private static let keys = Array("jjjGg><+-bb\t\t\t\t\tr r ".utf8)

  /// What one run found.
  private struct Round {
    var monitorShare = 0.0
    var logShare = 0.0
    var start = 0.0
    var keys: [Pseudoterminal.Redraw] = []
    var data: [Pseudoterminal.Redraw] = []
  }

  func measure() async throws(Failure) -> Findings {
    var rounds: [Round] = []
    // A run takes a minute.
    let runs = min(options.runs, 3)
    try await Link.use { link throws(Failure) in
      for number in 1...runs {
        let round = try Self.round(over: link)
        rounds.append(round)
        note(
          "dashboard, round \(number) of \(runs): \(Goal.text(round.monitorShare)) % of a core, "
            + "\(Goal.text(round.keys.map(\.milliseconds).quantile(1))) ms from key to redraw")
      }
    }
    return Self.findings(rounds)
  }

  private static func findings(_ rounds: [Round]) -> Findings {
    let keys = rounds.flatMap(\.keys)
    let times = keys.map(\.milliseconds)
    let start = rounds.map(\.start).median
    let share = rounds.map(\.monitorShare).median
    func bytes(_ redraws: [Pseudoterminal.Redraw]) -> String {
      Goal.text(redraws.map { Double($0.bytes) }.median)
    }
    var table = MarkdownTable([.words("nemotop monitor, 1000 streams"), .figures("")])
    table.add(["% of a core, capture and counting included", Goal.text(share)])
    table.add([
      "% of a core, nemotop log --jsonl /dev/null", Goal.text(rounds.map(\.logShare).median),
    ])
    table.add(["from start to the first picture, ms", Goal.text(start)])
    table.add([
      "from key to redraw, p50 / p95 / most, ms",
      [times.median, times.quantile(0.95), times.quantile(1)].map(Goal.text)
        .joined(separator: " / "),
    ])
    table.add(["bytes drawn for a key, median", bytes(keys)])
    table.add(["bytes drawn for new data, median", bytes(rounds.flatMap(\.data))])
    return Findings(
      title: "The dashboard",
      notes: """
        \(streams) streams of \(rate) packets a second over veth; the monitor draws 120×40 characters \
        once a second, and for each key. Shares are those of \(seconds) s, with log at once on the \
        same interface. A redraw ends with its last byte at the terminal's other end.
        """,
      table: table,
      goals: [
        Goal(
          subject: "dashboard: share of a core, capture included", bound: .below(3), unit: " %",
          value: share),
        Goal(
          subject: "dashboard: key to redraw, the slowest", bound: .below(50), unit: " ms",
          value: times.quantile(1)),
        Goal(
          subject: "dashboard: start to first picture", bound: .below(500), unit: " ms",
          value: start),
      ])
  }

  private static func round(over link: Link) throws(Failure) -> Round {
    let sender = try Child(
      link.command(
        [
          try Program.own("nemotop-send"), Flood.destination,
          "--streams", "\(streams)", "--rate", "\(rate)", "--size", "64", "--quiet",
        ], at: .sender))
    let program = try Program.own("nemotop")
    let terminal = try Pseudoterminal(columns: 120, rows: 40)
    let start = ContinuousClock.now
    let monitor = try Child(
      link.command(
        ["/usr/bin/env", "TERM=xterm-256color", program, "monitor", "xen1=\(Link.interface)"],
        at: .receiver), terminal: terminal.terminal)
    var round = Round()
    round.start = (try terminal.firstPicture() - start) / .milliseconds(1)
    let log = try Child(
      link.command(
        [program, "log", "xen1=\(Link.interface)", "--jsonl", "/dev/null", "--quiet"],
        at: .receiver))
    pause(.seconds(3))
    let before = (monitor.processorSeconds, log.processorSeconds, terminal.drawnBytes)
    pause(.seconds(seconds))
    let after = (monitor.processorSeconds, log.processorSeconds, terminal.drawnBytes)
    let share = 100 / Double(seconds)
    round.monitorShare = (after.0 - before.0) * share
    round.logShare = (after.1 - before.1) * share
    for key in keys {
      // Right after the data's picture, so that the next one is far.
      round.data.append(try terminal.redraw())
      round.keys.append(try terminal.redraw(pressing: key))
    }
    terminal.press(UInt8(ascii: "q"))
    log.interrupt()
    sender.interrupt()
    let run = try monitor.wait(atMost: .seconds(5))
    _ = try log.wait(atMost: .seconds(5))
    _ = try sender.wait(atMost: .seconds(5))
    guard run.status == 0, after.2 > before.2 else {
      throw Failure("nemotop monitor ended with \(run.status), or drew nothing")
    }
    return round
  }
}
