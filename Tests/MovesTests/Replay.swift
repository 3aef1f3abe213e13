import Simulation
import Streams
import Wire

@testable import Moves

/// What a correlator told of a simulated run that was watched at some of its points.
struct Replay {
  var moves: [Moves.Move] = []
  var marks: [Mark] = []
  var accounts: [LossAccount] = []

  /// - Parameters:
  ///   - names: The points that are watched.
  ///   - clocksAreOne: All points are known to be on one host; else only those of a server are.
  init(
    _ run: SimulatedRun, at names: [String], clocksAreOne: Bool = true,
    clockBound: Duration? = nil, interval: Duration = .seconds(1)
  ) {
    let options = CountingOptions(interval: interval)
    let points = names.map { Point(name: $0) }
    var steps: [Timestamp: [Snapshot]] = [:]
    var end = Timestamp(nanoseconds: 0)
    for name in names {
      guard let point = run.points.first(where: { $0.name == name }) else { continue }
      var table = StreamTable(point: Point(name: name), options: options)
      for packet in point.packets {
        let bytes = unsafe packet.bytes.span.bytes
        let decoded = DecodedPacket(
          decoding: bytes, linkType: .ethernet, wireBytes: packet.wireBytes)
        table.count(decoded, bytes: bytes, wireBytes: packet.wireBytes, at: packet.time) {
          let snapshot = $0.snapshot(of: $1)
          steps[snapshot.start, default: []].append(snapshot)
        }
        end = max(end, packet.time)
      }
      table.finish(at: (point.packets.last?.time ?? end) + .seconds(3)) {
        let snapshot = $0.snapshot(of: $1)
        steps[snapshot.start, default: []].append(snapshot)
      }
    }
    var correlator = Correlator(
      points: points, options: options,
      bootIdentifiers: clocksAreOne ? points.map { _ in "one" } : [],
      clockBound: clockBound, keepsLosses: true)
    for (start, snapshots) in steps.sorted(by: { $0.key < $1.key }) {
      while let due = correlator.due?.alignedUp(to: interval), due <= start {
        take(correlator.advance(to: due))
      }
      let inOrder = names.flatMap { name in snapshots.filter { $0.point.name == name } }
      take(correlator.take(inOrder))
    }
    take(correlator.finish(at: end + .seconds(3)))
    accounts = correlator.accounts
  }

  private mutating func take(_ observed: Observed) {
    moves += observed.moves
    marks += observed.marks
  }
}
