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
  }

  private(set) var payload = PayloadKind.unknown
  /// By the points' names.
  private(set) var points: [String: PointHistory] = [:]
  /// Bytes that passed, each counted once however many points saw it.
  private(set) var passed = Series()
  private(set) var packets = 0
  private(set) var bytes = 0
  private(set) var lastTime = Timestamp(nanoseconds: .min)
  var moves = 0
  var lostInMoves = 0
  private var decidingRank = Int.max

  mutating func count(
    _ sight: Sight, at point: Point, over length: Duration, bin: Int64, keeping depth: Int
  ) {
    if sight.payload != .unknown { payload = sight.payload }
    lastTime = max(lastTime, sight.lastTime)
    points[point.name, default: PointHistory(point: point)].count(
      sight, over: length, bin: bin, keeping: depth)
  }

  mutating func pass(_ passage: Passage, bin: Int64, keeping depth: Int) {
    decidingRank = min(decidingRank, passage.rank)
    // What only points further along the way saw has been counted, or will be, where it decides.
    guard passage.rank == decidingRank else { return }
    let (packets, bytes) = passage.sum
    self.packets += packets
    self.bytes += bytes
    passed.add(bytes, to: bin, keeping: depth)
  }

  mutating func arrive(_ point: String) {
    points[point]?.hasLeft = false
  }

  mutating func leave(_ point: String, at time: Timestamp) {
    guard let last = points[point]?.lastTime, last <= time else { return }
    points[point]?.hasLeft = true
  }

  /// The points that decide where it is, those of the first role that saw it.
  private var deciding: [PointHistory] {
    points.values.filter { $0.point.role.rank == decidingRank }
  }

  /// Where the stream is: at the site of the deciding point that saw it last, unless it has been
  /// silent there for more than an interval and five of its spacings.
  func place(at now: Timestamp, interval: Duration) -> Place {
    guard let newest = deciding.max(by: { $0.lastTime < $1.lastTime }) else { return .gone }
    let silence = now - newest.lastTime
    if !newest.hasLeft, silence <= max(interval, newest.spacing * 5) {
      return .on(newest.point.site)
    }
    return silence < .seconds(60) ? .away(silence) : .gone
  }

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

  /// Jitter as the receiver sees it, else where the stream is.
  var jitter: Duration? {
    let receiver = points.values.first { $0.point.role == .receiver && $0.jitter != nil }
    return (receiver ?? deciding.max { $0.lastTime < $1.lastTime })?.jitter
  }
}

/// What is kept of one stream at one point.
struct PointHistory: Sendable {
  var point: Point
  private(set) var series = Series()
  private(set) var lastTime = Timestamp(nanoseconds: .min)
  /// Mean time between packets in the newest interval that had any.
  private(set) var spacing = Duration.zero
  /// Of the smallest depth, the form nearest the receiver; nil without numbers.
  private(set) var numbers: (depth: Int, lost: Int?, skipped: Int?)?
  private(set) var jitter: Duration?
  /// How the stream came, the newest last.
  private(set) var legs: [Leg] = []
  private static let mostLegs = 8
  /// The stay that the last packet belongs to is over.
  var hasLeft = false

  init(point: Point) {
    self.point = point
  }

  mutating func count(_ sight: Sight, over length: Duration, bin: Int64, keeping depth: Int) {
    series.add(sight.bytes, to: bin, keeping: depth)
    if sight.legs.last.map({ $0 != legs.last }) ?? false {
      legs.removeAll { sight.legs.contains($0) }
      legs = (legs + sight.legs).suffix(Self.mostLegs)
    }
    if sight.packets > 0 {
      spacing = length / sight.packets
      hasLeft = hasLeft && sight.lastTime <= lastTime
      lastTime = max(lastTime, sight.lastTime)
    }
    guard let figures = sight.figures, figures.depth <= numbers?.depth ?? .max else { return }
    let known = numbers?.depth == figures.depth ? numbers : nil
    numbers =
      known.map { (figures.depth, sum($0.lost, figures.lost), sum($0.skipped, figures.skipped)) }
      ?? figures
    jitter = sight.jitter ?? jitter
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
  var figures: (depth: Int, lost: Int?, skipped: Int?)?
  var jitter: Duration?
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
      }
      guard depth == nearest else { continue }
      figures = (
        depth, equals.compactMap(\.sequence).reduce(0) { sum($0, $1.lost) },
        equals.compactMap(\.sequence).reduce(0) { sum($0, $1.skipped) }
      )
      jitter = equals.compactMap(\.jitter).last
    }
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
