package import Moves
package import Records
package import Streams
package import Wire

/// What all steps of an observation come to: the points, the streams at each of them, the moves, and
/// what became of every number.
package struct Analysis: Sendable {
  package private(set) var points: [PointSummary]
  package private(set) var streams: [StreamSummary] = []
  /// In the order of their times.
  package private(set) var moves: [Move] = []
  /// Binding Updates and Acknowledgements, announcements.
  package private(set) var signalling: [Mark] = []
  package private(set) var userMarks: [Mark] = []
  /// Where streams were cut off, came back, or went on under another address.
  package private(set) var interruptions: [Mark] = []
  /// What the clocks contradict each other in.
  package private(set) var clockMarks: [Mark] = []
  package private(set) var accounts: [LossAccount] = []
  private var indices: [StreamKey: Int] = [:]
  /// Once all data have ended.
  private var accountsByStream: [StreamKey: [LossAccount]] = [:]
  private var movesByStream: [StreamKey: [Move]] = [:]
  private var interruptionsByStream: [StreamKey?: [Mark]] = [:]

  package init(points: [RecordedPoint]) {
    self.points = points.map { PointSummary($0) }
  }

  /// Takes a step.
  package mutating func take(_ observed: Observed) {
    for snapshot in observed.snapshots {
      guard let point = points.firstIndex(where: { $0.point.name == snapshot.point.name }) else {
        continue
      }
      points[point].take(snapshot)
      for interval in snapshot.streams {
        streams[index(of: interval.stream)].take(interval, at: point)
      }
    }
    moves += observed.moves
    for mark in observed.marks { take(mark) }
  }

  /// Takes what became of the numbers, once all data have ended.
  package mutating func take(_ accounts: [LossAccount]) {
    self.accounts = accounts
    moves.sort { $0.firstAfter < $1.firstAfter }
    moves.completeMigrations(by: userMarks)
    streams.sort { $0.stream < $1.stream }
    indices = [:]
    accountsByStream = Dictionary(grouping: accounts, by: \.stream)
    movesByStream = Dictionary(grouping: moves, by: \.stream)
    interruptionsByStream = Dictionary(grouping: interruptions, by: \.stream)
  }

  private mutating func take(_ mark: Mark) {
    switch mark.kind {
    case .bindingUpdate, .bindingAcknowledgement, .announce: signalling.append(mark)
    case .user: userMarks.append(mark)
    case .cut, .restored, .renamed: interruptions.append(mark)
    case .clock: if ClockReading(mark) == nil { clockMarks.append(mark) }
    case .gap:
      guard let stream = mark.stream, let name = mark.point,
        let point = points.firstIndex(where: { $0.point.name == name })
      else { return }
      streams[index(of: stream)].take(gap: mark, at: point)
    case .appeared, .left, .moved, .blind: break
    }
  }

  private mutating func index(of stream: StreamKey) -> Int {
    if let index = indices[stream] { return index }
    indices[stream] = streams.count
    streams.append(StreamSummary(stream: stream))
    return streams.count - 1
  }

  /// The moves of a stream, in their order, once all data have ended.
  package func moves(of stream: StreamKey) -> [Move] { movesByStream[stream] ?? [] }

  /// What became of the numbers of a stream, once all data have ended.
  func accounts(of stream: StreamKey) -> [LossAccount] { accountsByStream[stream] ?? [] }

  /// Where a stream was cut off, came back, or went on under another address, once all data have ended.
  func interruptions(of stream: StreamKey) -> [Mark] { interruptionsByStream[stream] ?? [] }

  /// From the first packet to the last; nil without any.
  package var span: (first: Timestamp, last: Timestamp)? {
    guard let first = points.compactMap(\.first).min(), let last = points.compactMap(\.last).max()
    else { return nil }
    return (first, last)
  }
}

/// What one point saw in all.
package struct PointSummary: Sendable {
  package let point: Point
  package let source: String
  package private(set) var packets = 0
  package private(set) var malformed = 0
  package private(set) var captureDrops = 0
  /// Intervals in which packets may have been missed.
  package private(set) var blindIntervals = 0
  package private(set) var first: Timestamp?
  package private(set) var last: Timestamp?

  init(_ point: RecordedPoint) {
    self.point = point.point
    source = point.source
  }

  mutating func take(_ snapshot: Snapshot) {
    for total in snapshot.totals {
      packets &+= total.packets
      if total.kind == .malformed { malformed &+= total.packets }
    }
    captureDrops &+= snapshot.captureDrops
    if snapshot.isBlind { blindIntervals += 1 }
    let heard = snapshot.streams.filter { $0.packets > 0 }
    let begin = heard.map(\.firstTime).min() ?? (snapshot.totals.isEmpty ? nil : snapshot.start)
    let end = heard.map(\.lastTime).max() ?? begin
    first = [first, begin].compactMap(\.self).min()
    last = [last, end].compactMap(\.self).max()
  }
}
