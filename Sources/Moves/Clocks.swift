import Streams
import Wire

/// How far the clocks of the points are apart, and how sure that is.
///
/// Points of one host share a clock. Two clocks between which messages went in both directions are
/// compared as NTP does it (RFC 5905 section 8): the offset lies between the shortest way there and,
/// with the other sign, the shortest way back. Bounds add up along a chain of clocks, and grow with
/// time. Clocks that may agree are taken to agree.
struct Clocks: Sendable {
  /// What one clock shows beyond another.
  struct Offset: Sendable, Equatable {
    var value: Duration
    /// The most that the value may be wrong by; nil where nobody knows.
    var bound: Duration?
  }

  private struct Pair: Hashable, Sendable {
    var sender: Int
    var receiver: Int
  }

  private struct Transit: Sendable {
    /// By the two clocks.
    var value: Duration
    var time: Timestamp
  }

  /// The most that a clock gains on another: 100 ppm.
  private static let drift = 1e-4
  private static let capacity = 64

  /// Whose clocks there are: boot ids, else sites.
  private var names: [String] = []
  /// The clock of each point.
  private var clocks: [Int] = []
  private let stated: Duration?
  private var transits: [Pair: [Transit]] = [:]

  /// - Parameters:
  ///   - bootIdentifiers: Of the points' hosts; points without one have the clock of their site.
  ///   - bound: The most that two clocks are apart, as the user states it.
  init(points: [Point], bootIdentifiers: [String?], bound: Duration?) {
    stated = bound
    for (index, point) in points.enumerated() {
      let known = index < bootIdentifiers.count ? bootIdentifiers[index] : nil
      clocks.append(clock(of: known ?? "site " + point.site))
    }
  }

  private mutating func clock(of name: String) -> Int {
    if let clock = names.firstIndex(of: name) { return clock }
    names.append(name)
    return names.count - 1
  }

  /// Whether there is anything to compare.
  var areSeveral: Bool { clocks.contains { $0 != clocks[0] } }

  /// Whether two points have the same clock.
  func areSame(_ point: Int, _ other: Int) -> Bool { clocks[point] == clocks[other] }

  /// Notes when a message passed two points, one after the other.
  mutating func note(from sender: Int, at sent: Timestamp, to receiver: Int, at received: Timestamp)
  {
    note(received - sent, from: sender, to: receiver, at: received)
  }

  /// Notes how long something was on its way from one point to another, by their two clocks.
  mutating func note(_ transit: Duration, from sender: Int, to receiver: Int, at time: Timestamp) {
    guard !areSame(sender, receiver) else { return }
    let pair = Pair(sender: clocks[sender], receiver: clocks[receiver])
    append(Transit(value: transit, time: time), to: pair)
  }

  private mutating func append(_ transit: Transit, to pair: Pair) {
    transits[pair, default: []].append(transit)
    if transits[pair, default: []].count > Self.capacity { transits[pair]?.removeFirst() }
  }

  /// Takes what was read of a point's clock, and whose clock that is.
  mutating func take(_ reading: ClockReading, at point: Int) {
    if let host = reading.host { clocks[point] = clock(of: host) }
    let reference = clock(of: reading.reference)
    guard clocks[point] != reference else { return }
    let there = Pair(sender: reference, receiver: clocks[point])
    let back = Pair(sender: clocks[point], receiver: reference)
    func note() {
      append(Transit(value: reading.offset + reading.bound, time: reading.time), to: there)
      append(Transit(value: reading.bound - reading.offset, time: reading.time), to: back)
    }
    note()
    // Where it contradicts what was read before, one of the clocks was set: only the new one counts.
    guard compare(clocks[point], with: reference, at: reading.time) == nil else { return }
    transits[there] = nil
    transits[back] = nil
    note()
  }

  /// How sure it is around a time how far the clocks of the points are apart.
  func agreement(at time: Timestamp) -> ClockAgreement {
    let several = Set(clocks).sorted()
    guard several.count > 1 else { return .same }
    var most = Duration.zero
    for start in several {
      let chains = chains(from: start, at: time)
      for goal in several where goal > start {
        guard let bound = offset(by: chains[goal]).bound else { return .unknown }
        most = max(most, bound)
      }
    }
    return .within(most)
  }

  /// What the clock of a point shows beyond that of another, around a time.
  func offset(of point: Int, from other: Int, at time: Timestamp) -> Offset {
    let start = clocks[other]
    let goal = clocks[point]
    if start == goal { return Offset(value: .zero, bound: .zero) }
    return offset(by: chains(from: start, to: goal, at: time)[goal])
  }

  /// Of each clock that can be reached from one, the chain with the smallest sum of bounds
  /// (Dijkstra): there are few clocks.
  ///
  /// - Parameter goal: the only one that is asked for.
  private func chains(
    from start: Int, to goal: Int? = nil, at time: Timestamp
  ) -> [Int: (value: Duration, bound: Duration)] {
    var best = [start: (value: Duration.zero, bound: Duration.zero)]
    var settled: Set<Int> = []
    while let next = best.filter({ !settled.contains($0.key) })
      .min(by: { ($0.value.bound, $0.key) < ($1.value.bound, $1.key) })
    {
      settled.insert(next.key)
      if next.key == goal { break }
      for clock in names.indices where !settled.contains(clock) {
        guard let step = compare(clock, with: next.key, at: time) else { continue }
        let bound = next.value.bound + step.bound
        if best[clock].map({ bound < $0.bound }) ?? true {
          best[clock] = (next.value.value + step.value, bound)
        }
      }
    }
    return best
  }

  /// What a chain tells; nil is none.
  private func offset(by chain: (value: Duration, bound: Duration)?) -> Offset {
    guard let chain, stated.map({ chain.bound <= $0 }) ?? true else {
      return Offset(value: .zero, bound: stated)
    }
    // Where they may well agree, nothing says that they do not.
    let distance = chain.value < .zero ? .zero - chain.value : chain.value
    if distance <= chain.bound { return Offset(value: .zero, bound: chain.bound + distance) }
    return Offset(value: chain.value, bound: chain.bound)
  }

  /// What a clock shows beyond another that it exchanged messages with; nil where the messages
  /// contradict each other, since a clock was set between them.
  private func compare(
    _ clock: Int, with other: Int, at time: Timestamp
  ) -> (value: Duration, bound: Duration)? {
    guard let there = shortest(Pair(sender: other, receiver: clock), at: time),
      let back = shortest(Pair(sender: clock, receiver: other), at: time)
    else { return nil }
    let bound = (there + back) / 2
    return bound < .zero ? nil : ((there - back) / 2, bound)
  }

  private func shortest(_ pair: Pair, at time: Timestamp) -> Duration? {
    transits[pair]?.map { transit in
      let age = abs(Double(time.nanoseconds(since: transit.time)))
      return transit.value + .nanoseconds(Int64(clamping: age * Self.drift))
    }.min()
  }
}
