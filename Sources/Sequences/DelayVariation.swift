import Wire

/// How much longer packets took than the fastest one of them: packet delay variation, D(i) − D(min)
/// (RFC 5481 section 4.2), of the first copies. The clocks' offset cancels.
///
/// A quantile is the least variation that is no less than this part of all (RFC 2330 section 11.3).
package struct DelayVariation: Sendable, Equatable {
  /// The parts of the quantiles in thousandths.
  private static let thousandths = [500, 950, 990, 999]

  package var p50: Duration
  package var p95: Duration
  package var p99: Duration
  package var p999: Duration
  package var maximum: Duration

  package init(
    p50: Duration, p95: Duration, p99: Duration, p999: Duration, maximum: Duration
  ) {
    self.p50 = p50
    self.p95 = p95
    self.p99 = p99
    self.p999 = p999
    self.maximum = maximum
  }

  /// - Parameter delays: of the packets with the ranks that `ranks` gives, in nanoseconds.
  init(delays: [Int64], minimum: Int64, maximum: Int64) {
    let quantiles = delays.map { Self.difference($0, minimum) }
    self.init(
      p50: quantiles[0], p95: quantiles[1], p99: quantiles[2], p999: quantiles[3],
      maximum: Self.difference(maximum, minimum))
  }

  /// The ranks, from 0 and ascending, that the quantiles have among so many packets, one at the least.
  /// The first is the lower median's.
  static func ranks(among count: Int) -> [Int] {
    thousandths.map { (count * $0 + 999) / 1000 - 1 }
  }

  /// Clamped, since a clock may be anything.
  private static func difference(_ delay: Int64, _ minimum: Int64) -> Duration {
    Timestamp(nanoseconds: delay) - Timestamp(nanoseconds: minimum)
  }
}

/// The delays of a stream's packets in an interval, in nanoseconds.
package struct DelaySample: Sendable, Equatable {
  package let values: [Int64]
  /// How many packets each value stands for.
  package let weight: Int
  /// Of all packets.
  package let minimum: Int64
  package let maximum: Int64
  /// The lower median.
  package let median: Duration
  /// Nil for a single packet, which has nothing to vary from.
  package let variation: DelayVariation?
  /// The clocks' offset is another than in the intervals before, so that the delays do not compare.
  package var isAnew = false

  /// Nil without values.
  ///
  /// - Parameters:
  ///   - values: in any order.
  ///   - weight: how many packets each value stands for.
  ///   - lowest: of the packets that none stands for, or more.
  ///   - highest: of these, or less.
  package init?(
    of values: [Int64], weight: Int = 1, lowest: Int64 = .max, highest: Int64 = .min
  ) {
    guard var least = values.first, var greatest = values.first else { return nil }
    for value in values {
      least = min(least, value)
      greatest = max(greatest, value)
    }
    self.values = values
    self.weight = weight
    minimum = min(lowest, least)
    maximum = max(highest, greatest)
    let delays = RankSelection.values(
      at: DelayVariation.ranks(among: values.count), among: values, from: least, to: greatest)
    median = .nanoseconds(delays[0])
    variation =
      values.count > 1
      ? DelayVariation(delays: delays, minimum: minimum, maximum: maximum) : nil
  }
}

/// The delays of a whole run, which samples of its intervals add up to.
///
/// Exact up to `capacity` different delays. Beyond, delays are rounded up to a power of two of
/// nanoseconds that is no larger than needed, and to the greatest one at the most.
package struct DelayDistribution: Sendable {
  package static let capacity = 2048

  /// Packets by their delay, in units of the resolution.
  private var counts: [Int64: Int] = [:]
  private var shift: Int64 = 0
  private var lowest = Int64.max
  private var highest = Int64.min

  package init() {}

  /// The resolution in nanoseconds.
  package var resolution: Int64 { 1 << shift }

  /// Nil before the first packet.
  package var minimum: Duration? { counts.isEmpty ? nil : .nanoseconds(lowest) }

  package mutating func add(_ sample: DelaySample) {
    if sample.isAnew { self = DelayDistribution() }
    lowest = min(lowest, sample.minimum)
    highest = max(highest, sample.maximum)
    for value in sample.values {
      counts[roundedUp(value, by: shift), default: 0] += sample.weight
      if counts.count > Self.capacity { coarsen() }
    }
  }

  /// Nil before the second packet.
  package var variation: DelayVariation? {
    let total = counts.values.reduce(0, +)
    guard total > 1 else { return nil }
    var rest = counts.sorted { $0.key < $1.key }[...]
    var below = 0
    let delays = DelayVariation.ranks(among: total).map { rank in
      while let next = rest.first, below + next.value <= rank {
        below += next.value
        rest.removeFirst()
      }
      let (delay, overflow) = (rest.first?.key ?? 0).multipliedReportingOverflow(by: resolution)
      return overflow ? highest : min(delay, highest)
    }
    return DelayVariation(delays: delays, minimum: lowest, maximum: highest)
  }

  private mutating func coarsen() {
    while counts.count > Self.capacity, shift < 62 {
      shift += 1
      counts = Dictionary(
        counts.map { (roundedUp($0.key, by: 1), $0.value) }, uniquingKeysWith: +)
    }
  }

  private func roundedUp(_ value: Int64, by shift: Int64) -> Int64 {
    let floor = value >> shift
    return floor << shift == value ? floor : floor + 1
  }
}
