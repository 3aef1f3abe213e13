import Moves
import Sequences
import Streams
import Wire

/// What is kept of one stream.
struct StreamHistory: Sendable {
  /// Where a stream is now.
  enum Place: Equatable {
    /// At a site.
    case on(String)
    /// Silent everywhere for this long.
    case away(Duration)
    /// Silent for so long that it may have ended.
    case gone
    /// Nobody knows: a point that would tell sees nothing.
    case blind
  }

  private(set) var figures = StreamFigures()
  /// By the points' names.
  private(set) var points: [String: PointHistory] = [:]
  /// Bytes that passed, each counted once however many points saw it.
  private(set) var passed = Series()

  var payload: PayloadKind { figures.payload }
  var packets: Int { figures.packets }
  var bytes: Int { figures.bytes }
  var lastTime: Timestamp { figures.lastTime }
  var moves: Int { figures.moves }
  var lostInMoves: Int { figures.lostInMoves }

  /// The stream as it was, with these figures.
  func back(
    to figures: StreamFigures, at points: [(Point, PointFigures, Unevenness?)]
  ) -> StreamHistory {
    var stream = StreamHistory()
    stream.figures = figures
    stream.passed = passed
    for (point, figures, unevenness) in points {
      stream.points[point.name] = PointHistory(
        point: point, series: self.points[point.name]?.series ?? Series(), figures: figures,
        unevenness: unevenness)
    }
    return stream
  }

  mutating func count(
    _ sight: Sight, at point: Point, over length: Duration, bin: Int64, keeping depth: Int
  ) {
    if sight.payload != .unknown { figures.payload = sight.payload }
    figures.lastTime = max(lastTime, sight.lastTime)
    points[point.name, default: PointHistory(point: point)].count(
      sight, over: length, bin: bin, keeping: depth)
  }

  /// - Returns: the bytes that passed.
  mutating func pass(_ passage: Passage, bin: Int64, keeping depth: Int) -> Int {
    figures.decidingRank = min(figures.decidingRank, passage.rank)
    // What only points further along the way saw has been counted, or will be, where it decides.
    guard passage.rank == figures.decidingRank else { return 0 }
    let (packets, bytes) = passage.sum
    figures.packets += packets
    figures.bytes += bytes
    passed.add(bytes, to: bin, keeping: depth)
    return bytes
  }

  mutating func gap(_ mark: Mark, at point: String) {
    points[point]?.gap(mark)
  }

  /// Counts a move, and what was lost in it.
  mutating func move(losing lost: Int) {
    figures.moves += 1
    figures.lostInMoves += lost
  }

  mutating func arrive(_ point: String) {
    points[point]?.figures.hasLeft = false
  }

  mutating func leave(_ point: String, at time: Timestamp) {
    guard let last = points[point]?.lastTime, last <= time else { return }
    points[point]?.figures.hasLeft = true
  }

  /// The points that decide where it is, those of the first role that saw it.
  private var deciding: [PointHistory] {
    points.values.filter { $0.point.role.rank == figures.decidingRank }
  }

  /// Of those, the one that saw it last.
  private var newest: PointHistory? { deciding.max { $0.lastTime < $1.lastTime } }

  /// Where the stream is: at the site of the deciding point that saw it last, unless it has been
  /// silent there for more than an interval and five of its spacings.
  func place(at now: Timestamp, interval: Duration) -> Place {
    guard let newest else { return .gone }
    let silence = now - newest.lastTime
    if !newest.hasLeft, silence <= max(interval, newest.spacing * 5) {
      return .on(newest.point.site)
    }
    return silence < .seconds(60) ? .away(silence) : .gone
  }

  /// How it came last where it was seen last, among the points that decide.
  var newestLeg: Leg? { newest?.legs.last }

  /// Numbers that never came: as the receiver counts, else the anchor, else what the deciding
  /// points missed and what was lost between them; nil without numbers, or where an absence was too
  /// long to tell.
  var lost: Int? {
    for role in [Point.Role.receiver, .anchor] {
      for history in points.values where history.point.role == role {
        if let numbers = history.numbers { return sum(numbers.lost, numbers.skipped) }
      }
    }
    let numbers = deciding.compactMap(\.numbers)
    return numbers.isEmpty ? nil : numbers.reduce(lostInMoves) { sum($0, $1.lost) }
  }

  /// The points that tell of gaps and losses: the receiver, else the anchor, else those that decide.
  var judges: [PointHistory] {
    for role in [Point.Role.receiver, .anchor] {
      let found = points.values.filter { $0.point.role == role }
      if !found.isEmpty { return found.sorted { $0.point.name < $1.point.name } }
    }
    return deciding.sorted { $0.point.name < $1.point.name }
  }

  /// Jitter as the receiver sees it, else where the stream is.
  var jitter: Duration? {
    let receiver = points.values.first { $0.point.role == .receiver && $0.jitter != nil }
    return (receiver ?? newest)?.jitter
  }
}

/// What is kept of one stream at one point.
struct PointHistory: Sendable {
  var point: Point
  private(set) var series = Series()
  var figures = PointFigures()
  /// Nil where the history went back, at points that do not tell of gaps.
  private(set) var unevenness: Unevenness?
  private static let mostLegs = 8

  init(point: Point) {
    self.point = point
    unevenness = Unevenness()
  }

  /// As it was, with these figures.
  init(point: Point, series: Series, figures: PointFigures, unevenness: Unevenness?) {
    self.point = point
    self.series = series
    self.figures = figures
    self.unevenness = unevenness
  }

  var lastTime: Timestamp { figures.lastTime }
  var spacing: Duration { figures.spacing }
  var numbers: (depth: Int, lost: Int?, skipped: Int?)? { figures.numbers }
  var jitter: Duration? { figures.jitter }
  var legs: [Leg] { figures.legs }
  var hasLeft: Bool { figures.hasLeft }

  mutating func count(_ sight: Sight, over length: Duration, bin: Int64, keeping depth: Int) {
    series.add(sight.bytes, to: bin, keeping: depth)
    if sight.legs.last.map({ $0 != legs.last }) ?? false {
      let others = legs.filter { !sight.legs.contains($0) }
      figures.legs = (others + sight.legs).suffix(Self.mostLegs)
    }
    if sight.packets > 0 {
      if let spacing = sight.spacing {
        figures.spacing = spacing
      } else if sight.packets == 1, spacing == .zero {
        figures.spacing = length
      }
      figures.hasLeft = hasLeft && sight.lastTime <= lastTime
      figures.lastTime = max(lastTime, sight.lastTime)
    }
    guard let new = sight.numbers, new.depth <= numbers?.depth ?? .max else { return }
    let known = numbers?.depth == new.depth ? numbers : nil
    figures.numbers =
      known.map { (new.depth, sum($0.lost, new.lost), sum($0.skipped, new.skipped)) } ?? new
    figures.jitter = sight.jitter ?? jitter
    unevenness?.add(sight, isNewForm: known == nil)
  }

  mutating func gap(_ mark: Mark) {
    unevenness?.add(gap: mark)
  }
}

/// Nil where one of them is not known.
private func sum(_ left: Int?, _ right: Int?) -> Int? {
  guard let left, let right else { return nil }
  return left + right
}

/// One stream at one point in one interval, all its legs together: those of equal depth add up,
/// those of another depth are the same packets in another form.
struct Sight {
  var payload = PayloadKind.unknown
  var packets = 0
  var bytes = 0
  var firstTime: Timestamp
  var lastTime: Timestamp
  var numbers: (depth: Int, lost: Int?, skipped: Int?)?
  var jitter: Duration?
  /// The longest silence that ended in the interval.
  var longestSilence = Duration.zero
  var lossRuns = Tally()
  var knowsLossRuns = true
  var variation: DelayVariation?
  var legs: [Leg]

  init?(_ legs: ArraySlice<StreamInterval>) {
    guard let first = legs.first else { return nil }
    firstTime = first.firstTime
    lastTime = first.lastTime
    self.legs = legs.filter { $0.packets > 0 }.map(\.leg)
    for leg in legs where leg.payload != .unknown { payload = leg.payload }
    let nearest = legs.filter { $0.sequence != nil }.map(\.leg.depth).min()
    for depth in Set(legs.map(\.leg.depth)).sorted() {
      let equals = legs.filter { $0.leg.depth == depth }
      let count = equals.reduce(0) { $0 + $1.packets }
      if count > packets {
        packets = count
        bytes = equals.reduce(0) { $0 + $1.ipBytes }
      }
      for leg in equals where leg.packets > 0 {
        firstTime = min(firstTime, leg.firstTime)
        lastTime = max(lastTime, leg.lastTime)
        longestSilence = max(longestSilence, leg.maximumGap ?? .zero)
      }
      guard depth == nearest else { continue }
      numbers = (
        depth, equals.compactMap(\.sequence).reduce(0) { sum($0, $1.lost) },
        equals.compactMap(\.sequence).reduce(0) { sum($0, $1.skipped) }
      )
      jitter = equals.compactMap(\.jitter).last
      variation = equals.compactMap(\.variation).last
      for case let sequence? in equals.map(\.sequence) {
        if let pattern = sequence.pattern { lossRuns += pattern.periods }
        knowsLossRuns = knowsLossRuns && sequence.knowsPattern
      }
    }
  }
}

extension Sight {
  /// Mean time between packets; nil for a single one, and where a gap is among them.
  var spacing: Duration? {
    guard packets > 1, lastTime > firstTime else { return nil }
    let mean = (lastTime - firstTime) / (packets - 1)
    return longestSilence > max(.milliseconds(50), mean * 5) ? nil : mean
  }
}

/// One stream in one interval at all points.
struct Passage {
  private(set) var rank = Int.max
  private var sights: [Sight] = []

  mutating func add(_ sight: Sight, at role: Point.Role) {
    if role.rank < rank {
      rank = role.rank
      sights = []
    }
    if role.rank == rank { sights.append(sight) }
  }

  /// Packets and bytes that passed. Points that saw the stream one after the other are
  /// alternatives, and add up; points that saw it at the same time stand one behind another.
  var sum: (packets: Int, bytes: Int) {
    var sum = (packets: 0, bytes: 0)
    var together = (packets: 0, bytes: 0)
    var end: Timestamp?
    for sight in sights.sorted(by: { $0.firstTime < $1.firstTime }) {
      if let end, sight.firstTime <= end {
        together = (max(together.packets, sight.packets), max(together.bytes, sight.bytes))
      } else {
        sum = (sum.packets + together.packets, sum.bytes + together.bytes)
        together = (sight.packets, sight.bytes)
      }
      end = max(end ?? sight.lastTime, sight.lastTime)
    }
    return (sum.packets + together.packets, sum.bytes + together.bytes)
  }
}

extension Point.Role {
  /// The roles by how much they say about where a stream is.
  static let deciding: [Point.Role] = [.external, .access, .source, .anchor, .receiver]

  /// Its place in that order.
  var rank: Int {
    switch self {
    case .external: 0
    case .access: 1
    case .source: 2
    case .anchor: 3
    case .receiver: 4
    }
  }
}
