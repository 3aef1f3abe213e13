import Moves
import Sequences
import Streams
import Wire

/// The experiment as the points would tell it: a stream of 100 packets/s that starts on xen1 at
/// 12:04:20 and moves every ten seconds, each time 350 ms away and four packets poorer.
struct Story {
  static let start = Timestamp(nanoseconds: (12 * 3600 + 4 * 60 + 20) * 1_000_000_000)
  static let second = Duration.seconds(1)
  static let away = Duration.milliseconds(350)
  static let points = [
    Point(name: "xen1"), Point(name: "xen2"), Point(name: "ha"), Point(name: "cn"),
  ]
  static let stream = key(10)

  static func key(_ host: UInt64, port: UInt16 = 5004) -> StreamKey {
    StreamKey(
      source: IPAddress(high: 0x2001_0db8_0042_0000, low: host), sourcePort: port,
      destination: IPAddress(high: 0x2001_0db8_00cc_0000, low: 1), destinationPort: port)
  }

  /// What the points saw in each of the first seconds.
  static func observed(seconds: Int) -> [Observed] {
    (0..<seconds).map { index in
      let from = start + second * index
      var marks: [Mark] = []
      var moves: [Move] = []
      if index == 0 {
        marks.append(mark(.appeared, "xen1", from))
      }
      if index > 0, index % 10 == 0 {
        marks.append(mark(.appeared, site(index), from + away))
      }
      if index % 10 == 1, index > 1 {
        let last = start + second * (index - 1)
        marks.append(mark(.left, site(index - 10), last))
        moves.append(move(at: last, from: site(index - 10), to: site(index)))
      }
      let snapshots = points.compactMap { point -> Snapshot? in
        let isServer = point.role == .external
        if isServer, point.name != site(index) {
          return Snapshot(point: point, start: from, length: second)
        }
        return snapshot(of: point, from: from, comesBack: index > 0 && index % 10 == 0)
      }
      return Observed(upTo: from + second, snapshots: snapshots, marks: marks, moves: moves)
    }
  }

  static func site(_ second: Int) -> String { second / 10 % 2 == 0 ? "xen1" : "xen2" }

  static func mark(_ kind: Mark.Kind, _ point: String?, _ time: Timestamp) -> Mark {
    Mark(time: time, point: point, kind: kind, stream: stream)
  }

  static func userMark(_ text: String, at time: Timestamp) -> Mark {
    Mark(time: time, kind: .user, detail: [("text", .text(text))])
  }

  static func snapshot(
    of point: Point, from: Timestamp, comesBack: Bool = false, stream: StreamKey = Story.stream,
    packetRate: Int = 100
  ) -> Snapshot {
    let packets = comesBack ? packetRate * 65 / 100 : packetRate
    let isFar = point.role == .receiver || point.role == .anchor
    let interval = StreamInterval(
      stream: stream, leg: .direct, payload: .nemotop, packets: packets, ipBytes: packets * 5000,
      udpBytes: packets * 4952, wireBytes: packets * 5014,
      firstTime: comesBack ? from + away : from,
      lastTime: from + .milliseconds(990),
      sequence: SequenceFigures(lost: comesBack && isFar ? 4 : 0),
      jitter: .microseconds(420))
    return Snapshot(
      point: point, start: from, length: second, streams: [interval],
      totals: [ProtocolTotal(kind: .udp, packets: packets, wireBytes: packets * 5014)])
  }

  static func move(at last: Timestamp, from: String, to: String) -> Move {
    var move = Move(
      stream: stream, fromPoint: from, fromLeg: .direct, toPoint: to, toLeg: .direct,
      lastBefore: last, firstAfter: last + away, decidedBy: ["xen1", "xen2"],
      verdict: .explained)
    move.receiverGap = .milliseconds(355)
    move.lost = 4
    move.bindingUpdate = last + away + .milliseconds(12)
    move.bindingAcknowledgement = last + away + .milliseconds(35)
    return move
  }
}
