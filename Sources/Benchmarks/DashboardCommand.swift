import ArgumentParser

/// `Benchmarks dashboard`: what the screen costs.
struct DashboardCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "dashboard",
    abstract: "Show 1000 live streams, one redraw a second, and measure the processor's share.",
    discussion: """
      Example:
        Benchmarks dashboard --runs 1
      """)

  static var needsNetwork: Bool { true }

  @OptionGroup var options: Options

  private static let streams = 1000
  private static let rate = 2
  private static let seconds = 20

  func measure() async throws(Failure) -> Findings {
    var monitor: [Double] = []
    var log: [Double] = []
    // A run takes half a minute.
    let runs = min(options.runs, 3)
    try await Link.use { link throws(Failure) in
      for round in 1...runs {
        let shares = try Self.shares(over: link)
        monitor.append(shares.monitor)
        log.append(shares.log)
        note("dashboard, round \(round) of \(runs): \(shares)")
      }
    }
    var table = MarkdownTable([.words("program"), .figures("% of a core")])
    table.add(["nemotop monitor", Goal.text(monitor.median)])
    table.add(["nemotop log --jsonl /dev/null", Goal.text(log.median)])
    return Findings(
      title: "The dashboard",
      notes: """
        \(Self.streams) streams of \(Self.rate) packets a second over veth, for \(Self.seconds) s after \
        the start, both programs at once on the same interface; the monitor draws 120×40 characters once \
        a second. Its share includes the capture and the counting.
        """,
      table: table,
      goals: [
        Goal(
          subject: "dashboard: share of a core, capture included", bound: .below(3), unit: " %",
          value: monitor.median)
      ])
  }

  /// The shares of a core, in percent.
  private static func shares(
    over link: Link
  ) throws(Failure) -> (monitor: Double, log: Double) {
    let sender = try Child(
      link.command(
        [
          try Program.own("nemotop-send"), Flood.destination,
          "--streams", "\(streams)", "--rate", "\(rate)", "--size", "64", "--quiet",
        ], at: .sender))
    let program = try Program.own("nemotop")
    let terminal = try Pseudoterminal(columns: 120, rows: 40)
    let monitor = try Child(
      link.command(
        ["/usr/bin/env", "TERM=xterm-256color", program, "monitor", "xen1=\(Link.interface)"],
        at: .receiver), terminal: terminal.terminal)
    let log = try Child(
      link.command(
        [program, "log", "xen1=\(Link.interface)", "--jsonl", "/dev/null", "--quiet"],
        at: .receiver))
    pause(.seconds(3))
    let before = (monitor.processorSeconds, log.processorSeconds, terminal.drawnBytes)
    pause(.seconds(seconds))
    let after = (monitor.processorSeconds, log.processorSeconds, terminal.drawnBytes)
    terminal.press(UInt8(ascii: "q"))
    log.interrupt()
    sender.interrupt()
    let run = try monitor.wait(atMost: .seconds(5))
    _ = try log.wait(atMost: .seconds(5))
    _ = try sender.wait(atMost: .seconds(5))
    guard run.status == 0, after.2 > before.2 else {
      throw Failure("nemotop monitor ended with \(run.status), or drew nothing")
    }
    note("the monitor drew \((after.2 - before.2) / seconds) bytes a second")
    let share = 100 / Double(seconds)
    return ((after.0 - before.0) * share, (after.1 - before.1) * share)
  }
}
