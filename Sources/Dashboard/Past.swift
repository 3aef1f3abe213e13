import Moves
import Streams
import Wire

/// The moments before that the screen can go back to: the figures of all streams as they were then.
/// The plots are not in them, since every history keeps its own.
struct Past: Sendable {
  /// Bytes of all moments together.
  static let budget = 64_000_000
  /// Bytes of a moment: of each stream, of each point that saw it, and of what there is but once.
  static let streamSize = MemoryLayout<Moment.Stream>.stride
  static let pointSize = MemoryLayout<Moment.Sight>.stride
  private static let ownSize = 1_000

  /// What was known at one moment.
  struct Moment: Sendable {
    struct Stream: Sendable {
      var key: StreamKey
      var figures: StreamFigures
      /// How many of the sights are its own; those of the streams stand one after the other.
      var sights: Int
    }

    struct Sight: Sendable {
      /// The point's place among all that are known.
      var point: UInt32
      /// The next unevenness is of this point: it is one of those that tell of gaps.
      var isJudge: Bool
      var figures: PointFigures
    }

    var upTo: Timestamp
    var points: Int
    /// Marks and moves that had come by then, since the beginning.
    var marks: Int
    var moves: Int
    var packets: Int
    var captureDrops: Int
    var away: [Outage]
    var clocks: ClockAgreement
    var protocols: [DecodedPacket.Kind: (packets: Int, bytes: Int)]
    var newest: (start: Timestamp, length: Duration, packets: Int)?
    var streams: [Stream] = []
    var sights: [Sight] = []
    var unevenness: [Unevenness] = []

    var size: Int {
      unevenness.reduce(Past.size(streams: streams.count, sights: sights.count)) { $0 + $1.size }
    }
  }

  /// In the order of time.
  private(set) var moments: [Moment] = []
  private var size = 0

  static func size(streams: Int, sights: Int) -> Int {
    ownSize + streams * streamSize + sights * pointSize
  }

  /// Keeps a moment, and forgets what is older than another one and what the budget has no room for.
  mutating func keep(_ moment: Moment, since oldest: Timestamp) {
    moments.append(moment)
    size += moment.size
    var count = 0
    while count < moments.count - 1, moments[count].upTo < oldest || size > Self.budget {
      size -= moments[count].size
      count += 1
    }
    moments.removeFirst(count)
  }

  /// The newest moment that is not after a time; nil where none is kept.
  func moment(notAfter time: Timestamp) -> Moment? {
    moments.last { $0.upTo <= time }
  }

  /// The oldest moment after a time; nil where none is kept.
  func moment(after time: Timestamp) -> Moment? {
    moments.first { $0.upTo > time }
  }
}

/// What the help says of it.
struct Kept: Sendable {
  private var back = Duration.zero
  private var step = Duration.zero

  init(_ history: History) {
    guard let upTo = history.upTo, let oldest = history.past.moments.first else { return }
    back = upTo - oldest.upTo
    step = .nanoseconds((history.bin ?? .zero).wholeNanoseconds) * Int(history.stride)
  }

  var lines: [(String, String)] {
    let limit = (Past.budget + History.binBudget * Series.binSize) / 1_000_000
    let size = max(Past.streamSize, Past.pointSize)
    return [
      (
        "KEPT",
        "an hour, or as far back as \(limit) MB reach: of each stream, and of each point that sees "
          + "it, 4 bytes a second, and \(size) for each moment that [ ] go to, "
          + "\(Unevenness.leastSize) more where gaps are told"
      ),
      (
        "",
        back > .zero
          ? "now \(Figures.age(back)), a moment every \(Figures.span(step.milliseconds / 1000))"
          : "now nothing"
      ),
    ]
  }
}

extension History {
  /// Seconds before a moment that its rates are made from.
  static let longestRate = 40.0

  /// Bins from one moment that is kept to the next: a second, or longer where so many would not fit.
  var stride: Int64 {
    let bin = Double(max((bin ?? .seconds(1)).wholeNanoseconds, 1)) / 1e9
    let sights = streams.reduce(0) { $0 + $1.value.points.count }
    let least = Past.size(streams: streams.count, sights: sights)
    let all = Double(depth) * Double(max(least, past.moments.last?.size ?? 0))
    return max(Int64((1 / bin).rounded(.up)), Int64((all / Double(Past.budget)).rounded(.up)), 1)
  }

  /// What is known now, to come back to.
  var moment: Past.Moment? {
    guard let upTo else { return nil }
    var moment = Past.Moment(
      upTo: upTo, points: points.count, marks: forgottenMarks + marks.count,
      moves: forgottenMoves + moves.count, packets: packets, captureDrops: captureDrops, away: away,
      clocks: clocks, protocols: protocols, newest: newest)
    let places = Dictionary(
      points.enumerated().map { ($1.name, UInt32($0)) }, uniquingKeysWith: { first, _ in first })
    moment.streams.reserveCapacity(streams.count)
    for (key, stream) in streams {
      let first = moment.sights.count
      let judges = stream.judges.map(\.point.name)
      for (name, point) in stream.points {
        guard let place = places[name] else { continue }
        let unevenness = judges.contains(name) ? point.unevenness : nil
        if let unevenness { moment.unevenness.append(unevenness) }
        moment.sights.append(
          Past.Moment.Sight(point: place, isJudge: unevenness != nil, figures: point.figures))
      }
      moment.streams.append(
        Past.Moment.Stream(
          key: key, figures: stream.figures, sights: moment.sights.count - first))
    }
    return moment
  }

  /// The history as it was at a moment that is kept. A stream that is forgotten since is not in it.
  func history(at moment: Past.Moment) -> History {
    var history = self
    history.goBack(to: moment)
    return history
  }
}
