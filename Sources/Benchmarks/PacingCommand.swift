import ArgumentParser
import Capture
import Wire

/// `Benchmarks pacing`: how evenly packets leave.
struct PacingCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "pacing",
    abstract: "Send 10 000 packets a second over veth, against iperf3: how far gaps are off.",
    discussion: """
      Example:
        Benchmarks pacing --runs 3
      """)

  static var needsNetwork: Bool { true }

  @OptionGroup var options: Options

  private static let rate = 10_000
  private static let size = 64
  private static let seconds = 2

  /// How far the gaps of one run were off, in microseconds.
  private struct Errors {
    var median: Double
    var high: Double
    var highest: Double

    init(_ errors: [Double]) {
      median = errors.median
      high = errors.quantile(0.99)
      highest = errors.quantile(1)
    }
  }

  func measure() async throws(Failure) -> Findings {
    let folder = try WorkFolder()
    let isThere = Peer.iperf3.path != nil
    var ours: [Errors] = []
    var theirs: [Errors] = []
    try await Link.use { link throws(Failure) in
      for round in 1...options.runs {
        ours.append(
          try Self.errors(over: link, in: folder) { () throws(Failure) in
            try nemotopSend(
              [
                "--size", "\(Self.size)", "--rate", "\(Self.rate)", "--duration",
                "\(Self.seconds)s",
              ], seconds: Self.seconds, over: link)
          })
        note("pacing, round \(round) of \(options.runs): nemotop-send \(ours[round - 1])")
        guard isThere else { continue }
        theirs.append(
          try Self.errors(over: link, in: folder) { () throws(Failure) in
            try Iperf3(
              size: Self.size, seconds: Self.seconds, bitsPerSecond: Self.rate * Self.size * 8
            ).run(over: link)
          })
        note("pacing, round \(round) of \(options.runs): iperf3 \(theirs[round - 1])")
      }
    }
    return Self.findings(ours: ours, theirs: theirs)
  }

  private static func findings(ours: [Errors], theirs: [Errors]) -> Findings {
    var table = MarkdownTable([
      .words("program"), .figures("p50 µs"), .figures("p99 µs"), .figures("max µs"),
    ])
    for (name, errors) in [("nemotop-send", ours), ("iperf3", theirs)] {
      guard !errors.isEmpty else {
        table.add([name, "missing"])
        continue
      }
      table.add([
        name, Goal.text(errors.map(\.median).median), Goal.text(errors.map(\.high).median),
        Goal.text(errors.map(\.highest).median),
      ])
    }
    let ratios = zip(ours, theirs).map { $0.high / $1.high }
    let medians = [ours, theirs].map { errors in
      errors.isEmpty ? "–" : Goal.text(errors.map(\.high).median)
    }
    return Findings(
      title: "Pacing",
      notes: """
        \(rate) packets of \(size) bytes a second over veth, for \(seconds) s, in turn: how far the gaps \
        between arrivals were from 100 µs, by the kernel's times in a capture of tcpdump's at the \
        receiver. Medians of the runs.
        """,
      table: table,
      goals: [
        Goal(
          subject: "pacing: half of the gaps are off by", bound: .below(1), unit: " µs",
          value: ours.map(\.median).median),
        Goal(
          subject: "pacing: p99 of nemotop-send ÷ iperf3", bound: .atMost(0.2),
          value: ratios.isEmpty ? nil : ratios.median,
          detail: ratios.isEmpty
            ? Peer.iperf3.absence : "\(medians[0]) against \(medians[1]) µs"),
      ])
  }

  /// Captures at the receiver what the closure sends.
  private static func errors(
    over link: Link, in folder: WorkFolder, _ send: () throws(Failure) -> Void
  ) throws(Failure) -> Errors {
    guard let tcpdump = Peer.tcpdump.path else { throw Failure(Peer.tcpdump.absence) }
    let file = folder.path + "/pacing.pcap"
    let capture = try Child(
      link.command(
        [
          tcpdump, "-Z", "root", "-i", Link.interface, "-s", "128", "--time-stamp-precision",
          "nano", "-w", file, "udp",
        ], at: .receiver))
    pause(.milliseconds(500))
    do throws(Failure) {
      try send()
    } catch {
      capture.interrupt()
      _ = try capture.wait()
      throw error
    }
    pause(.milliseconds(500))
    capture.interrupt()
    let run = try capture.wait(atMost: .seconds(10))
    guard run.status == 0 else { throw Failure("tcpdump failed: \(run.error)") }
    let times = try arrivals(in: file)
    guard times.count > rate * seconds / 2 else {
      throw Failure("only \(times.count) of \(rate * seconds) packets were captured")
    }
    let wanted = 1e9 / Double(rate)
    return Errors(zip(times, times.dropFirst()).map { abs(Double($1 - $0) - wanted) / 1000 })
  }

  /// When the datagrams of our size came, in nanoseconds.
  private static func arrivals(in path: String) throws(Failure) -> [Int64] {
    do throws(CaptureError) {
      var file = try CaptureFile(CaptureStream(path: path))
      var times: [Int64] = []
      while case .packets = try file.read(
        limit: 4096, timeout: .zero,
        { packet in
          if packet.wireBytes == Link.headerBytes + size { times.append(packet.time.nanoseconds) }
        })
      {}
      return times
    } catch {
      throw Failure(error, of: path)
    }
  }
}
