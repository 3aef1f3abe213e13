import ArgumentParser

/// `Benchmarks growth`: what more flows and more packets cost.
struct GrowthCommand: Part {
  static let configuration = CommandConfiguration(
    commandName: "growth",
    abstract: "Read captures of 1 to 100 000 flows, and one ten times as long.",
    discussion: """
      Example:
        Benchmarks growth --packets 1M
      """)

  static var needsNetwork: Bool { false }

  @OptionGroup var options: Options

  func measure() async throws(Failure) -> Findings {
    let folder = try WorkFolder()
    let flows = [1, 10, 100, 1000, 10_000, 100_000]
    let workloads = flows.map { Workload(packets: options.packets, flows: $0) }
    let byFlows = try standings(of: workloads, on: "growth, flows", in: folder)
    let longer = [options.packets, 10 * options.packets].map { Workload(packets: $0, flows: 1000) }
    let byLength = try standings(of: longer, on: "growth, length", in: folder)

    var table = MarkdownTable([
      .figures("flows"), .figures("packets"), .figures("s"), .figures("ns a packet"),
      .figures("CPU s"), .figures("peak MB"),
    ])
    for (workload, standing) in zip(workloads + longer, byFlows + byLength) {
      table.add(Self.cells(workload, standing))
    }
    let costs = byFlows.compactMap(\.seconds)
    func growth(_ figure: (Standing) -> Double?) -> Double? {
      guard let short = figure(byLength[0]), let long = figure(byLength[1]) else { return nil }
      return long / short
    }
    return Findings(
      title: "Growth",
      notes: """
        The engine alone on inputs as above, with more flows, and with ten times the packets. Medians \
        of whole processes, from start to end.
        """,
      table: table,
      goals: [
        Goal(
          subject: "growth: cost a packet, dearest ÷ cheapest of 1 to 100 000 flows",
          bound: .atMost(2),
          value: costs.max().flatMap { most in costs.min().map { most / $0 } }),
        Goal(
          subject: "growth: time of 10 times the packets", bound: .atMost(10.5),
          value: growth(\.seconds)),
        Goal(
          subject: "growth: memory of 10 times the packets", bound: .atMost(1.05),
          value: growth(\.peakBytes)),
      ])
  }

  private func standings(
    of workloads: [Workload], on input: String, in folder: WorkFolder
  ) throws(Failure) -> [Standing] {
    var contenders: [Contender] = []
    for (index, workload) in workloads.enumerated() {
      let file = try folder.write(workload, to: "\(index).pcap")
      var contender = try OfflineCommand.engine(on: file, workload)
      contender.name = "\(workload.flows) flows, \(workload.packets) packets"
      contenders.append(contender)
    }
    defer { for index in workloads.indices { folder.remove("\(index).pcap") } }
    return try inTurn(contenders, runs: options.runs, on: input)
  }

  private static func cells(_ workload: Workload, _ standing: Standing) -> [String] {
    guard let seconds = standing.seconds, let processor = standing.processorSeconds,
      let peak = standing.peakBytes
    else { return ["\(workload.flows)", "\(workload.packets)", "over 60"] }
    return [
      "\(workload.flows)", "\(workload.packets)", Goal.text(seconds),
      Goal.text(seconds * 1e9 / Double(workload.packets)), Goal.text(processor),
      Goal.text(peak / 1e6),
    ]
  }
}
