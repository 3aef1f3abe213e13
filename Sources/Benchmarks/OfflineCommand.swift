import ArgumentParser
import Glibc

/// `Benchmarks offline`: reading captures.
struct OfflineCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "offline",
    abstract: "Read captures, against a loop over libpcap and the peers.",
    discussion: """
      a: 1000 flows; b: the same in IPv6-in-IPv6; c: a million flows. 64 bytes of UDP payload a packet.

      Example:
        Benchmarks offline --runs 3 --packets 1M
      """)

  static var needsNetwork: Bool { false }

  @OptionGroup var options: Options

  func measure() async throws(Failure) -> Findings {
    let folder = try WorkFolder()
    var findings = Findings(
      title: "Reading captures", notes: Self.notes(packets: options.packets),
      table: MarkdownTable([
        .words("input"), .words("program"), .figures("Mpps"), .figures("s"), .figures("CPU s"),
        .figures("peak MB"), .figures("engine is"),
      ]),
      goals: [])
    var inputs: [(name: String, workload: Workload)] = []
    inputs.append(("a", Workload(packets: options.packets, flows: 1000)))
    inputs.append(("b", Workload(packets: options.packets, flows: 1000, isTunnelled: true)))
    inputs.append(("c", Workload(packets: options.packets, flows: 1_000_000)))
    for (name, workload) in inputs {
      let standings = try measure(workload, name: name, in: folder)
      for standing in standings { findings.table.add(cells(standing, standings[0], input: name)) }
      findings.goals += try goals(of: standings, workload, name: name, in: folder)
    }
    return findings
  }

  private static func notes(packets: Int) -> String {
    """
    \(packets) packets of \(Workload.payloadBytes) bytes of UDP payload with nemotop's header, 500 ns \
    apart, in a pcap file in /dev/shm. a: 1000 flows; b: a in IPv6-in-IPv6; c: 1 000 000 flows, each \
    round in another order. `engine`: every packet decoded and counted, every number followed, every \
    flow of every interval visited, on the cores that it takes. `nemotop log`: the engine, quantiles, moves, \
    and a record in JSON for each flow of each interval. `pcap_loop`: a C program that looks at \
    no packet. `least`: a C program that finds each packet's flow, adds to it and compares its number, \
    and does and checks nothing else. Medians of whole processes, from start to end; what takes less than \
    a second runs twice in its turn, and the second run counts. MB are 10⁶ bytes.
    """
  }

  private func measure(
    _ workload: Workload, name: String, in folder: WorkFolder
  ) throws(Failure) -> [Standing] {
    let file = try folder.write(workload, to: name + ".pcap")
    let few = Workload(
      packets: max(workload.packets / 40, 1000), flows: workload.flows,
      isTunnelled: workload.isTunnelled)
    let fewFile = try folder.write(few, to: name + "-few.pcap")
    defer {
      folder.remove(name + ".pcap")
      folder.remove(name + "-few.pcap")
    }
    var contenders = [
      try Self.engine(on: file, workload), try Self.loop(on: file, workload),
      try Self.least(on: file, workload, threads: 1),
      try Self.least(on: file, workload, threads: 2),
    ]
    contenders.append(try Self.log(on: file, workload))
    contenders += Self.peers(on: file, workload, in: folder)
    contenders.append(Self.tshark(on: fewFile, few))
    return try inTurn(contenders, runs: options.runs, on: "offline \(name)")
  }

  private func cells(_ standing: Standing, _ engine: Standing, input: String) -> [String] {
    let contender = standing.contender
    if standing.isMissing { return [input, contender.name, "missing"] }
    guard let rate = standing.rate, let seconds = standing.seconds,
      let processor = standing.processorSeconds, let peak = standing.peakBytes
    else { return [input, contender.name, "–", "over 60"] }
    return [
      input, contender.name, Goal.text(rate / 1e6), Goal.text(seconds), Goal.text(processor),
      Goal.text(peak / 1e6), engine.rate.map { Goal.text($0 / rate) + "×" } ?? "–",
    ]
  }
}

// MARK: - The contenders

extension OfflineCommand {
  static let engineName = "engine"
  static let loopName = "pcap_loop"

  static func engine(on file: String, _ workload: Workload) throws(Failure) -> Contender {
    let expected = workload.count
    return Contender(
      name: engineName, command: [try Program.own("CountLoop"), file], packets: workload.packets,
      flaw: expected.flaw)
  }

  private static func loop(on file: String, _ workload: Workload) throws(Failure) -> Contender {
    Contender(
      name: loopName, command: [try Program.own("PcapLoop"), file], packets: workload.packets,
      flaw: counted(workload.packets, behind: "packets"))
  }

  private static func least(
    on file: String, _ workload: Workload, threads: Int
  ) throws(Failure) -> Contender {
    Contender(
      name: "least, \(threads) \(threads == 1 ? "thread" : "threads")",
      command: [try Program.own("LeastLoop"), file, "\(workload.flows)", "\(threads)"],
      packets: workload.packets, flaw: counted(workload.packets, behind: "packets"))
  }

  private static func log(on file: String, _ workload: Workload) throws(Failure) -> Contender {
    Contender(
      name: "nemotop log",
      command: [
        try Program.own("nemotop"), "log", "xen1=\(file)", "--jsonl", "/dev/null", "--quiet",
      ], packets: workload.packets)
  }

  private static func peers(
    on file: String, _ workload: Workload, in folder: WorkFolder
  ) -> [Contender] {
    let output = folder.folder("out")
    let user = geteuid() == 0 ? ["-Z", "root"] : []
    func contender(
      _ peer: Peer, _ arguments: [String], flaw: @escaping @Sendable (Run) -> String? = { _ in nil }
    ) -> Contender {
      Contender(
        name: peer.rawValue, command: peer.path.map { [$0] + arguments },
        packets: workload.packets, flaw: flaw)
    }
    return [
      contender(.tcpdump, user + ["-r", file, "-w", "/dev/null"]),
      contender(
        .nfpcapd, ["-r", file, "-w", output], flaw: counted(workload.packets, behind: "Processed")),
      // By itself it ignores IPv6 and forgets what is more than 8192 flows.
      contender(
        .softflowd,
        [
          "-d", "-6", "-v", "9", "-m", "2097152", "-n", "[::1]:9995", "-p", output + "/pid", "-c",
          output + "/control", "-r", file,
        ]),
      contender(.argus, ["-r", file, "-w", "/dev/null"]),
    ]
  }

  private static func tshark(on file: String, _ workload: Workload) -> Contender {
    Contender(
      name: "tshark, of \(workload.packets) packets",
      command: Peer.tshark.path.map { [$0, "-r", file, "-q", "-z", "conv,udp"] },
      packets: workload.packets)
  }

  private static func counted(
    _ packets: Int, behind word: String
  ) -> @Sendable (Run) -> String? {
    { run in
      let found = run.number(after: word)
      return found == packets ? nil : "it read \(found ?? 0) of \(packets) packets"
    }
  }
}

// MARK: - The goals

extension OfflineCommand {
  private func goals(
    of standings: [Standing], _ workload: Workload, name: String, in folder: WorkFolder
  ) throws(Failure) -> [Goal] {
    var goals = [
      Self.goal(
        standings, against: Self.loopName, input: name, wanted: name == "c" ? 0.9 : 2)
    ]
    if name == "a" {
      goals.append(Self.goal(standings, against: Peer.nfpcapd.rawValue, input: name, wanted: 8))
    }
    if name == "c" { goals.append(try memoryGoal(standings[0], workload, in: folder)) }
    return goals
  }

  private static func goal(
    _ standings: [Standing], against name: String, input: String, wanted: Double
  ) -> Goal {
    let subject = "offline \(input): engine ÷ \(name)"
    let bound = Goal.Bound.atLeast(wanted)
    guard let other = standings.first(where: { $0.contender.name == name }),
      let rate = other.rate, let engine = standings[0].rate
    else {
      return Goal(subject: subject, bound: bound, value: nil, detail: "\(name) is missing")
    }
    return Goal(
      subject: subject, bound: bound, value: engine / rate,
      detail: "\(Goal.text(engine / 1e6)) against \(Goal.text(rate / 1e6)) Mpps")
  }

  /// What one more flow takes: the anonymous memory when all is counted, less that of one flow.
  private func memoryGoal(
    _ engine: Standing, _ workload: Workload, in folder: WorkFolder
  ) throws(Failure) -> Goal {
    let single = Workload(packets: workload.packets, flows: 1)
    let file = try folder.write(single, to: "one.pcap")
    defer { folder.remove("one.pcap") }
    let one = try inTurn(
      [try Self.engine(on: file, single)], runs: options.runs, on: "offline, one flow")[0]
    func anonymous(_ standing: Standing) -> Double {
      standing.median { Double($0.number(after: "anonymous") ?? 0) } ?? 0
    }
    let flows = Double(workload.flows)
    let peak = ((engine.peakBytes ?? 0) - (one.peakBytes ?? 0)) / flows
    return Goal(
      subject: "offline c: memory a flow", bound: .atMost(150), unit: " bytes",
      value: (anonymous(engine) - anonymous(one)) / flows,
      detail: "\(Goal.text(peak)) by the peak of resident memory")
  }
}
