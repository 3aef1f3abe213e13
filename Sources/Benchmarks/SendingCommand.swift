import ArgumentParser
import Lab

/// `Benchmarks sending`: datagrams as fast as they go.
struct SendingCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "sending",
    abstract: "Send as fast as possible over veth, against iperf3 and iperf.",
    discussion: """
      Datagrams of 64 and 1200 bytes, with segmentation offload and without.

      Example:
        Benchmarks sending --runs 3
      """)

  static var needsNetwork: Bool { true }

  @OptionGroup var options: Options

  private enum Program: CaseIterable {
    case offloading, plain, loop, iperf3, iperf

    var name: String {
      switch self {
      case .offloading: "nemotop-send --offload on"
      case .plain: "nemotop-send --offload off"
      case .loop: "sendmmsg loop"
      case .iperf3: "iperf3 -u -b 0"
      case .iperf: "iperf -u -b 100G"
      }
    }

    var peer: Peer? {
      switch self {
      case .offloading, .plain, .loop: nil
      case .iperf3: .iperf3
      case .iperf: .iperf
      }
    }
  }

  private static let sizes = [64, 1200]
  private static let seconds = 2

  func measure() async throws(Failure) -> Findings {
    var findings = Findings(
      title: "Sending over veth", notes: Self.notes,
      table: MarkdownTable([
        .figures("bytes"), .words("program"), .figures("Mpps"), .figures("Gbit/s"),
        .figures("against iperf3"),
      ]),
      goals: [])
    try await Link.use { link throws(Failure) in
      for size in Self.sizes {
        let rates = try await rates(of: size, over: link)
        for program in Program.allCases {
          findings.table.add(Self.cells(program, size: size, rates))
        }
        findings.goals += [
          Self.goal(.offloading, size: size, wanted: 20, rates),
          Self.goal(.plain, size: size, wanted: 2.5, rates),
        ]
      }
    }
    return findings
  }

  private static let notes = """
    UDP datagrams between two network namespaces for \(seconds) s, in turn; packets as they go over a \
    wire, reckoned from what the kernel counted at the receiver's interface, behind which all are thrown \
    away. `sendmmsg loop`: a C program that sends 64 datagrams a call and writes nothing into them.
    """

  /// Datagrams a second that arrived, in the median; nothing of programs that are missing.
  private func rates(
    of size: Int, over link: Link
  ) async throws(Failure) -> [Program: Double] {
    var rates: [Program: [Double]] = [:]
    for round in 1...options.runs {
      for program in Program.allCases {
        if let peer = program.peer, peer.path == nil { continue }
        let before = try await link.counters(at: .receiver)
        try Self.send(program, size: size, over: link)
        let after = try await link.counters(at: .receiver)
        let rate = Double(after.datagrams(since: before, payload: size)) / Double(Self.seconds)
        rates[program, default: []].append(rate)
        note(
          "sending \(size) bytes, round \(round) of \(options.runs): \(program.name) "
            + "\(Goal.text(rate / 1e6)) Mpps")
      }
    }
    return rates.mapValues { $0.median }
  }

  private static func send(_ program: Program, size: Int, over link: Link) throws(Failure) {
    let address = Link.End.receiver.address
    switch program {
    case .offloading, .plain:
      let offload = program == .offloading ? "on" : "off"
      try Flood(size: size, seconds: seconds, offload: offload).run(over: link)
    case .loop:
      let command = [
        try Benchmarks.Program.own("SendLoop"), address, "\(Flood.port)", "\(size)", "\(seconds)",
      ]
      _ = try Child.run(link.command(command, at: .sender), atMost: .seconds(seconds + 10))
    case .iperf3:
      try Iperf3(size: size, seconds: seconds, bitsPerSecond: 0).run(over: link)
    case .iperf:
      let command = [
        try Benchmarks.Program.needed("iperf"), "-V", "-u", "-b", "100G", "-l", "\(size)", "-t",
        "\(seconds)", "-c", address,
      ]
      // It asks for a report that nobody gives, and then ends.
      _ = try Child.run(link.command(command, at: .sender), atMost: .seconds(seconds + 20))
    }
  }

  private static func cells(
    _ program: Program, size: Int, _ rates: [Program: Double]
  ) -> [String] {
    guard let rate = rates[program] else { return ["\(size)", program.name, "missing"] }
    let ratio = rates[.iperf3].map { Goal.text(rate / $0) + "×" } ?? "–"
    return [
      "\(size)", program.name, Goal.text(rate / 1e6), Goal.text(rate * Double(size) * 8 / 1e9),
      ratio,
    ]
  }

  private static func goal(
    _ program: Program, size: Int, wanted: Double, _ rates: [Program: Double]
  ) -> Goal {
    let offload = program == .offloading ? "with" : "without"
    let subject = "sending \(size) bytes \(offload) offload: nemotop-send ÷ iperf3"
    guard let ours = rates[program], let theirs = rates[.iperf3] else {
      return Goal(
        subject: subject, bound: .atLeast(wanted), value: nil, detail: Peer.iperf3.absence)
    }
    return Goal(
      subject: subject, bound: .atLeast(wanted), value: ours / theirs,
      detail: "\(Goal.text(ours / 1e6)) against \(Goal.text(theirs / 1e6)) Mpps")
  }
}
