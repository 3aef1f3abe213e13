import FoundationXML
import Moves
import Records
import Report
import Sequences
import Streams
import Wire

/// So many milliseconds after 2025-03-01T12:05:00Z.
func moment(_ milliseconds: Double) -> Timestamp {
  Timestamp(nanoseconds: 1_740_830_700_000_000_000 + Int64((milliseconds * 1e6).rounded()))
}

let guest = IPAddress(high: 0x2001_0db8_0042_0000, low: 0x10)
let correspondent = IPAddress(high: 0x2001_0db8_00cc_0000, low: 1)
let homeAgent = IPAddress(high: 0x2001_0db8_00aa_0000, low: 1)
let stream = StreamKey(
  source: guest, sourcePort: 5004, destination: correspondent, destinationPort: 5004)

/// The tunnel of a server, counted from 1.
func tunnel(_ server: UInt64) -> Leg {
  Leg(levels: [
    Leg.Level(
      source: IPAddress(high: 0x2001_0db8_0000_0000 + server << 16, low: 1),
      destination: homeAgent)
  ])
}

func recorded(_ names: String..., boot: String? = "boot") -> [RecordedPoint] {
  names.map {
    RecordedPoint(
      point: Point(name: $0), source: $0, interval: .seconds(1), bootIdentifier: boot)
  }
}

/// What passes a place: numbers and their times in ms.
struct Passing {
  var point: String
  var leg: Leg
  var packets: [(number: Int64, time: Double)]

  init(_ point: String, _ leg: Leg, _ packets: [(number: Int64, time: Double)]) {
    self.point = point
    self.leg = leg
    self.packets = packets
  }

  /// Runs end where a number is missing, and where a silence is a gap.
  private func runs(_ packets: ArraySlice<(number: Int64, time: Double)>) -> [NumberRun] {
    var runs: [NumberRun] = []
    var former = -Double.infinity
    for (number, time) in packets {
      if let last = runs.indices.last, runs[last].last + 1 == number, time - former < 50 {
        runs[last].last = number
        runs[last].lastTime = moment(time)
      } else {
        runs.append(
          NumberRun(
            first: number, last: number, firstTime: moment(time), lastTime: moment(time)))
      }
      former = time
    }
    return runs
  }

  /// The interval of one second, counted from 0; nil without packets.
  func interval(_ second: Int, isNumbered: Bool = true) -> StreamInterval? {
    let packets = packets.filter { Int($0.time / 1000) == second }[...]
    guard let first = packets.first, let last = packets.last else { return nil }
    return StreamInterval(
      stream: stream, leg: leg, payload: isNumbered ? .nemotop : .unknown,
      packets: packets.count, ipBytes: packets.count * 1000, udpBytes: packets.count * 952,
      wireBytes: packets.count * 1054, firstTime: moment(first.time),
      lastTime: moment(last.time),
      sequence: isNumbered ? SequenceFigures(runs: runs(packets)) : nil)
  }
}

/// The steps of a run: the snapshots of each second, and what is told in the last of them.
func steps(
  _ points: [RecordedPoint], _ passings: [Passing], seconds: Int, isNumbered: Bool = true,
  marks: [Mark] = [], moves: [Move] = []
) -> [Observed] {
  (0..<seconds).map { second in
    let snapshots = points.compactMap { recorded -> Snapshot? in
      let streams = passings.filter { $0.point == recorded.point.name }
        .compactMap { $0.interval(second, isNumbered: isNumbered) }
      guard !streams.isEmpty else { return nil }
      return Snapshot(
        point: recorded.point, start: moment(Double(second) * 1000), length: .seconds(1),
        streams: streams,
        totals: [
          ProtocolTotal(
            kind: .udp, packets: streams.reduce(0) { $0 + $1.packets }, wireBytes: 1000)
        ])
    }
    let isLast = second == seconds - 1
    return Observed(
      upTo: moment(Double(second + 1) * 1000), snapshots: snapshots, marks: isLast ? marks : [],
      moves: isLast ? moves : [])
  }
}

func report(_ points: [RecordedPoint], _ steps: [Observed]) -> ReportContent {
  var builder = ReportBuilder(points: points)
  for step in steps { builder.take(step) }
  return builder.finish()
}

/// The worked example: a packet each 10 ms, a pause of 300 ms after number 99, a way that is 5 ms longer
/// on the new server, and four numbers that the home agent does not know the binding for yet.
enum Example {
  static let points = recorded("guest", "xen1.vif", "xen1", "xen2.vif", "xen2", "ha", "cn")

  private static func sent(_ number: Int64) -> Double {
    Double(number) * 10 + (number > 99 ? 300 : 0)
  }

  private static func seen(
    _ numbers: ClosedRange<Int64>, after delay: Double
  ) -> [(number: Int64, time: Double)] {
    numbers.map { ($0, sent($0) + delay) }
  }

  static let passings = [
    Passing("guest", .direct, seen(0...249, after: 0)),
    Passing("xen1.vif", .direct, seen(0...99, after: 0.02)),
    Passing("xen1", tunnel(1), seen(0...99, after: 0.1)),
    Passing("xen2.vif", .direct, seen(100...249, after: 0.02)),
    Passing("xen2", tunnel(2), seen(100...249, after: 0.1)),
    Passing("ha", tunnel(1), seen(0...99, after: 15.1)),
    Passing("ha", tunnel(2), seen(100...249, after: 20.1)),
    Passing("ha", .direct, seen(0...99, after: 15.2) + seen(104...249, after: 20.2)),
    Passing("cn", .direct, seen(0...99, after: 20.1) + seen(104...249, after: 25.1)),
  ]

  /// The move with every part told.
  static let move: Move = {
    var move = Move(
      stream: stream, fromPoint: "xen1", fromLeg: tunnel(1), toPoint: "xen2", toLeg: tunnel(2),
      lastBefore: moment(990.1), firstAfter: moment(1300.1), decidedBy: ["xen1", "xen2", "cn"],
      verdict: .explained)
    move.receiverGap = .milliseconds(355)
    move.lastNumber = 99
    move.firstNumber = 100
    move.lost = 4
    move.lostUnseen = 0
    move.lostServer = 0
    move.lostBehind = 0
    move.unbound = 4
    move.lostPath = 0
    move.beforeAcknowledgement = 6
    move.duplicates = 0
    move.reordered = 0
    move.paused = .milliseconds(300)
    move.held = .zero
    move.pathChange = .milliseconds(5)
    move.residual = .zero
    move.unboundTime = .milliseconds(40)
    move.uncertainty = .microseconds(400)
    move.bindingUpdate = moment(1319.1)
    move.bindingAcknowledgement = moment(1359.1)
    return move
  }()

  static let marks: [Mark] = {
    func mark(_ time: Double, _ point: String, _ kind: Mark.Kind, _ leg: Leg) -> Mark {
      Mark(time: moment(time), point: point, kind: kind, stream: stream, leg: leg)
    }
    let update: [(name: String, value: Mark.Value)] = [("sequence", .integer(17))]
    let acknowledgement = update + [("status", .integer(0))]
    return [
      mark(0.1, "xen1", .appeared, tunnel(1)), mark(990.1, "xen1", .left, tunnel(1)),
      mark(1300.1, "xen2", .appeared, tunnel(2)),
      Mark(
        time: moment(1319.1), point: "xen2", kind: .bindingUpdate, detail: update),
      Mark(time: moment(1339.1), point: "ha", kind: .bindingUpdate, detail: update),
      Mark(
        time: moment(1359.1), point: "xen2", kind: .bindingAcknowledgement,
        detail: acknowledgement),
      Mark(time: moment(1500), kind: .user, detail: [("text", .text("cable pulled"))]),
    ]
  }()

  static let content = report(
    points, steps(points, passings, seconds: 3, marks: marks, moves: [move]))
}

/// A report as an XML parser reads it: it throws where the document is not well-formed.
struct ParsedReport {
  let document: XMLDocument

  init(_ html: String) throws {
    document = try XMLDocument(xmlString: html)
  }

  /// Elements of this name, wherever they are.
  func elements(_ name: String, _ condition: String = "") throws -> [XMLElement] {
    try document.nodes(forXPath: "//*[local-name()='\(name)']\(condition)")
      .compactMap { $0 as? XMLElement }
  }

  /// The texts of elements of this name.
  func texts(_ name: String, _ condition: String = "") throws -> [String] {
    try elements(name, condition).map { $0.stringValue ?? "" }
  }
}

extension XMLElement {
  /// The value of an attribute.
  subscript(name: String) -> String? {
    (try? nodes(forXPath: "@\(name)"))?.first?.stringValue
  }
}
