import Moves
import Simulation
import Streams
import Wire

/// What the observed points of a simulated experiment tell the dashboard: two streams, moves every ten
/// seconds that cost packets, losses on the way, a mark of the user's. The same at every run.
enum SimulatedScene {
  static let points = ["xen1", "xen2", "ha", "cn"].map { Point(name: $0) }
  static let stream = "5004"

  static func observed() throws -> [Observed] {
    var scenario = Scenario()
    scenario.seed = 7
    scenario.duration = .seconds(47)
    scenario.streams = [
      Scenario.Stream(port: 5004, packetsPerSecond: 100, payloadBytes: 1200),
      Scenario.Stream(port: 5006, packetsPerSecond: 20, payloadBytes: 300, phase: .milliseconds(3)),
    ]
    scenario.moves = (1...4).map {
      Scenario.Move(
        time: .seconds($0 * 10), server: $0 % 2, pause: .milliseconds($0 == 3 ? 900 : 300))
    }
    for index in scenario.servers.indices {
      scenario.servers[index].path.loss = 0.004
      scenario.servers[index].path.lossBurst = 2
      scenario.servers[index].path.variation = .milliseconds(2)
    }
    let run = try scenario.run()
    let mark = Mark(
      time: scenario.start + .seconds(25), kind: .user, detail: [("text", .text("cable pulled"))])
    return correlated(run, until: scenario.start + .seconds(46)).map { observed in
      var observed = observed
      let isIts = observed.upTo > mark.time && observed.upTo <= mark.time + .seconds(1)
      if isIts, !observed.snapshots.isEmpty { observed.marks.append(mark) }
      return observed
    }
  }

  /// Counts and correlates what passed the points, second by second.
  private static func correlated(_ run: SimulatedRun, until end: Timestamp) -> [Observed] {
    let options = CountingOptions(interval: .seconds(1))
    var steps: [Timestamp: [Snapshot]] = [:]
    for point in points {
      guard let packets = run.points.first(where: { $0.name == point.name })?.packets else {
        continue
      }
      var table = StreamTable(point: point, options: options)
      for packet in packets where packet.time < end {
        let bytes = unsafe packet.bytes.span.bytes
        let decoded = DecodedPacket(
          decoding: bytes, linkType: .ethernet, wireBytes: packet.wireBytes)
        table.count(decoded, bytes: bytes, wireBytes: packet.wireBytes, at: packet.time) {
          let snapshot = $0.snapshot(of: $1)
          steps[snapshot.start, default: []].append(snapshot)
        }
      }
      table.finish(at: end) {
        let snapshot = $0.snapshot(of: $1)
        steps[snapshot.start, default: []].append(snapshot)
      }
    }
    var correlator = Correlator(
      points: points, options: options, bootIdentifiers: points.map { _ in "one" }, clockBound: nil)
    var all: [Observed] = []
    for (start, snapshots) in steps.sorted(by: { $0.key < $1.key }) where start < end {
      while let due = correlator.due?.alignedUp(to: .seconds(1)), due <= start {
        all.append(correlator.advance(to: due))
      }
      all.append(
        correlator.take(
          points.flatMap { point in snapshots.filter { $0.point.name == point.name } }))
    }
    return all
  }
}
