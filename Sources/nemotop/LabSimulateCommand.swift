import ArgumentParser
import Capture
import Foundation
import Simulation
import Wire

/// `nemotop lab simulate`: a run of the experiment that happens only on paper.
struct LabSimulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Write the captures of a simulated run, and what really happened in it.",
    discussion: """
      Writes FOLDER/POINT.pcapng for each point of the experiment (guest, xen1, xen1.vif, xen2, \
      xen2.vif, ha, cn) and FOLDER/truth.json. The same options give the same bytes, everywhere. \
      It needs no rights and no network.

      Example:
        nemotop lab simulate --out run --moves 4 --loss 0.01 --skew xen2=-3ms
        nemotop log xen1=run/xen1.pcapng xen2=run/xen2.pcapng cn=run/cn.pcapng
      """)

  @Option(help: ArgumentHelp("Write into this folder.", valueName: "folder"))
  var out: String

  @Flag(help: "Write into a folder that holds something already.")
  var force = false

  @Option(help: "Decides all that is left to chance.")
  var seed: UInt64 = 1

  @Option(help: "Servers that the guest moves among, in turn.")
  var servers = 2

  @Option(help: "How often the guest moves.")
  var moves = 4

  @Option(
    help: ArgumentHelp("Time from one move to the next; 3s if not given.", valueName: "time"),
    transform: duration)
  var every = Duration.seconds(3)

  @Option(
    help: ArgumentHelp(
      "How long the guest stands still at a move; 200ms if not given.", valueName: "time"),
    transform: duration)
  var pause = Duration.milliseconds(200)

  @Option(
    help: ArgumentHelp(
      "Time from the guest's going on to its new server's Binding Update; 35ms if not given.",
      valueName: "time"),
    transform: duration)
  var bindingDelay = Duration.milliseconds(35)

  @Flag(help: "New servers hold what they cannot send yet, instead of losing it.")
  var hold = false

  @Option(help: "Streams from the guest.")
  var streams = 1

  @Option(help: "Packets a second of each stream.")
  var rate = 100

  @Option(help: "Bytes of UDP payload a packet.")
  var size = 500

  @Option(help: "Probability of loss between server and home agent, 0 to 1.")
  var loss = 0.0

  @Option(help: "Mean number of packets lost together.")
  var lossBurst = 1.0

  @Option(help: "Probability that a packet arrives twice.")
  var duplicate = 0.0

  @Option(help: "Probability that a packet is overtaken by later ones.")
  var reorder = 0.0

  @Option(
    help: ArgumentHelp(
      "What a point's clock is ahead (or behind: -) of the true time; may be repeated.",
      valueName: "point=offset"))
  var skew: [Skew] = []

  func validate() throws {
    guard (0...10_000).contains(moves) else {
      throw ValidationError("--moves \(moves): give 0 to 10000")
    }
    guard every > .zero else {
      throw ValidationError("--every: give a time above zero, such as 3s")
    }
    guard Scenario.serverCounts.contains(servers), servers > 1 || moves == 0 else {
      throw ValidationError(
        "--servers \(servers): give 2 to \(Scenario.serverCounts.upperBound) to move among")
    }
    guard (1...1000).contains(streams) else {
      throw ValidationError("--streams \(streams): give 1 to 1000")
    }
  }

  mutating func run() throws {
    do {
      let run = try scenario.run()
      try makeFolder(for: run)
      for point in run.points { try write(point) }
      try write(run.truth)
    } catch let error as ScenarioError {
      throw Failure(error).told()
    } catch let error as CaptureError {
      throw Failure(error).told()
    } catch let error as Failure {
      throw error.told()
    }
  }

  private var scenario: Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.duration = every * (moves + 1)
    scenario.streams = Scenario.Stream.row(streams, packetsPerSecond: rate, payloadBytes: size)
    scenario.servers = Scenario.Server.row(servers)
    scenario.moves = Scenario.Move.pingPong(
      moves, every: every, among: servers, pause: pause)
    for index in scenario.moves.indices {
      scenario.moves[index].bindingDelay = bindingDelay
      scenario.moves[index].holds = hold
    }
    for index in scenario.servers.indices {
      scenario.servers[index].path.loss = loss
      scenario.servers[index].path.lossBurst = lossBurst
      scenario.servers[index].path.duplication = duplicate
      scenario.servers[index].path.reordering = reorder
    }
    for skew in skew { scenario.clockOffsets[skew.point] = skew.offset }
    return scenario
  }
}

/// The option value `POINT=OFFSET`, as in `xen2=-3ms`.
struct Skew: ExpressibleByArgument {
  let point: String
  let offset: Duration

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let isBehind = parts[1].hasPrefix("-")
    let amount = isBehind || parts[1].hasPrefix("+") ? parts[1].dropFirst() : parts[1]
    guard let offset = Quantity.duration(String(amount)) else { return nil }
    point = String(parts[0])
    self.offset = isBehind ? .zero - offset : offset
  }
}

extension LabSimulate {
  private func makeFolder(for run: SimulatedRun) throws {
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: out, withIntermediateDirectories: true)
      let held = try files.contentsOfDirectory(atPath: out)
      guard force || held.isEmpty else {
        throw Failure("\(out) holds something already: name another folder, or use --force")
      }
      let own = run.points.map { Self.file(of: $0) } + [Self.truthFile]
      for name in held where own.contains(name) {
        try files.removeItem(atPath: "\(out)/\(name)")
      }
    } catch let error as CocoaError {
      throw Failure("cannot use the folder \(out): \(Self.reason(error))")
    }
  }

  private func write(_ point: SimulatedPoint) throws {
    var file = try CaptureWriter(
      path: "\(out)/\(Self.file(of: point))", interface: point.name, linkType: .ethernet,
      snapshotLength: 0)
    for packet in point.packets {
      try file.write(
        CapturedPacket(
          time: packet.time, wireBytes: packet.wireBytes, bytes: packet.bytes.rawSpan,
          linkType: .ethernet))
    }
    let start = scenario.start
    let times = point.packets.indices
    try file.finish(
      start: times.first.map { point.packets.time(at: $0) } ?? start,
      end: times.last.map { point.packets.time(at: $0) } ?? start, dropped: 0)
  }

  private func write(_ truth: Truth) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = "\(out)/\(Self.truthFile)"
    do {
      try (encoder.encode(truth) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    } catch let error as CocoaError {
      throw Failure("cannot write \(path): \(Self.reason(error))")
    }
  }

  private static let truthFile = "truth.json"

  private static func file(of point: SimulatedPoint) -> String { point.name + ".pcapng" }

  private static func reason(_ error: CocoaError) -> String {
    switch error.code {
    case .fileWriteOutOfSpace: "no space left"
    case .fileWriteNoPermission, .fileReadNoPermission: "no permission; choose another place"
    case .fileWriteVolumeReadOnly: "it is read-only; choose another place"
    case .fileWriteFileExists: "it is no folder; choose another place"
    default: "\(error.localizedDescription) Choose another place"
    }
  }
}

extension Failure {
  init(_ error: ScenarioError) {
    switch error {
    case .streamCount(let count, let allowed):
      self.init("\(count) streams: give \(Self.text(allowed))")
    case .serverCount(let count, let allowed):
      self.init("\(count) servers: give \(Self.text(allowed))")
    case .packetCount(let count, let allowed):
      self.init(
        "\(count) packets are too many to simulate: lower --rate, --every or --moves to have at "
          + "most \(allowed.upperBound)")
    case .rate(let rate, let allowed):
      self.init("a rate of \(rate) packets/s: give \(Self.text(allowed))")
    case .size(let size, let allowed):
      self.init("a size of \(size) bytes: give \(Self.text(allowed)), which fits into the tunnel")
    case .probability(let probability):
      self.init("\(probability) is no probability: give 0 to 1")
    case .lossBurst(let length):
      self.init("a burst of \(length) packets: give 1 or more")
    case .duration(let duration, let allowed):
      self.init("\(duration) is out of range: give up to \(allowed.upperBound)")
    case .pacingJitter(let jitter):
      self.init("a pacing jitter of \(jitter) is not below the spacing: lower it or the rate")
    case .overlap(let time):
      self.init(
        "the guest is still busy with a move or pause when the one at \(time) begins: give more "
          + "time between moves than pause and binding take")
    case .destination(let time):
      self.init("the move at \(time) leads nowhere: name another server")
    case .unknownPoint(let name):
      self.init("no point \(name): there are guest, xen1, xen1.vif, xen2 and so on, ha and cn")
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound)"
  }
}
