import ArgumentParser
import Lab

/// `Benchmarks live`: capturing while it happens.
struct LiveCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Capture at the fastest rate that veth carries, against tcpdump -w /dev/null.",
    discussion: """
      Example:
        Benchmarks live --runs 3
      """)

  static var needsNetwork: Bool { true }

  @OptionGroup var options: Options

  private static let size = 64
  /// Long enough that what a program does at its start is a small part.
  private static let seconds = 12

  /// What one capture came to.
  private struct Result {
    /// What the kernel counted at the interface.
    var arrived: Double
    /// What the program says to have dropped, or what it did not see.
    var dropped: Double
    var processorSeconds: Double
    var peakBytes: Double
  }

  func measure() async throws(Failure) -> Findings {
    let nemotop = [
      try Program.own("nemotop"), "log", "xen1=\(Link.interface)", "--jsonl", "/dev/null",
    ]
    let tcpdump = Peer.tcpdump.path.map {
      [$0, "-Z", "root", "-i", Link.interface, "-w", "/dev/null"]
    }
    var ours: [Result] = []
    var theirs: [Result] = []
    try await Link.use { link throws(Failure) in
      for round in 1...options.runs {
        ours.append(
          try await Self.capture(
            nemotop, seen: "packets,", dropped: "dropped by the capture", over: link))
        note("live, round \(round) of \(options.runs): nemotop \(ours[round - 1])")
        guard let tcpdump else { continue }
        theirs.append(
          try await Self.capture(
            tcpdump, seen: "packets captured", dropped: "packets dropped by kernel", over: link))
        note("live, round \(round) of \(options.runs): tcpdump \(theirs[round - 1])")
      }
    }
    return Self.findings(ours: ours, theirs: theirs)
  }

  private static func findings(ours: [Result], theirs: [Result]) -> Findings {
    var table = MarkdownTable([
      .words("program"), .figures("Mpps"), .figures("dropped, all runs"), .figures("CPU s"),
      .figures("µs a packet"), .figures("peak MB"),
    ])
    for (name, results) in [
      ("nemotop log --jsonl /dev/null", ours), ("tcpdump -w /dev/null", theirs),
    ] {
      table.add([name] + (results.isEmpty ? ["missing"] : cells(results)))
    }
    let own = ours.map(\.processorSeconds).median
    let drops = ours.map(\.dropped).reduce(0, +)
    // For each packet, as the sender is not always as fast.
    let ratio = theirs.isEmpty ? nil : cost(ours) / cost(theirs)
    return Findings(
      title: "Live capture",
      notes: """
        \(size)-byte datagrams as fast as nemotop-send sends them over veth without offload, for \
        \(seconds) s, captured at the receiver, in turn. Dropped is what the program says it is, or \
        what it did not see of what the kernel counted, where that is more.
        """,
      table: table,
      goals: [
        Goal(
          subject: "live: packets dropped by nemotop log", bound: .atMost(0), unit: "",
          value: drops,
          detail: "of \(Goal.text(ours.map(\.arrived).reduce(0, +) / 1e6)) million"),
        Goal(
          subject: "live: CPU a packet of nemotop log ÷ tcpdump", bound: .atMost(1), value: ratio,
          detail: theirs.isEmpty
            ? Peer.tcpdump.absence
            : "\(Goal.text(own)) against \(Goal.text(theirs.map(\.processorSeconds).median)) s"),
      ])
  }

  /// Microseconds of processor time a packet.
  private static func cost(_ results: [Result]) -> Double {
    results.map { $0.processorSeconds / max($0.arrived, 1) * 1e6 }.median
  }

  private static func cells(_ results: [Result]) -> [String] {
    [
      Goal.text(results.map(\.arrived).median / Double(seconds) / 1e6),
      Goal.text(results.map(\.dropped).reduce(0, +)),
      Goal.text(results.map(\.processorSeconds).median), Goal.text(cost(results)),
      Goal.text(results.map(\.peakBytes).median / 1e6),
    ]
  }

  /// Captures at the receiver what the sender floods it with.
  ///
  /// - Parameters:
  ///   - seen: what stands behind the number of packets in the program's summary.
  ///   - dropped: what stands behind the number of packets that were dropped.
  private static func capture(
    _ command: [String], seen: String, dropped: String, over link: Link
  ) async throws(Failure) -> Result {
    let capture = try Child(link.command(command, at: .receiver))
    pause(.milliseconds(700))
    let before = try await link.counters(at: .receiver)
    do throws(Failure) {
      try Flood(size: size, seconds: seconds, offload: "off").run(over: link)
    } catch {
      capture.interrupt()
      _ = try capture.wait(atMost: .seconds(10))
      throw error
    }
    pause(.milliseconds(700))
    let after = try await link.counters(at: .receiver)
    capture.interrupt()
    let run = try capture.wait(atMost: .seconds(10))
    guard run.status == 0, let count = run.number(before: seen),
      let drops = run.number(before: dropped)
    else { throw Failure("\(command[0]) failed (status \(run.status)): \(run.error)") }
    let arrived = after.receivedPackets - before.receivedPackets
    return Result(
      arrived: Double(arrived), dropped: Double(max(drops, arrived - count)),
      processorSeconds: run.processorSeconds, peakBytes: run.peakBytes)
  }
}
