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

  /// - Parameters:
  ///   - count: how many packets; one at the least.
  ///   - delay: the delay of the packet with this rank, from 0, in nanoseconds.
  init(count: Int, minimum: Int64, maximum: Int64, delay: (Int) -> Int64) {
    let quantiles = Self.thousandths.map { part -> Duration in
      Self.difference(delay((count * part + 999) / 1000 - 1), minimum)
    }
    self.init(
      p50: quantiles[0], p95: quantiles[1], p99: quantiles[2], p999: quantiles[3],
      maximum: Self.difference(maximum, minimum))
  }

  /// Clamped, since a clock may be anything.
  private static func difference(_ delay: Int64, _ minimum: Int64) -> Duration {
    Timestamp(nanoseconds: delay) - Timestamp(nanoseconds: minimum)
  }
}

/// The delays of a stream's packets in an interval, in ascending order, in nanoseconds.
package struct DelaySample: Sendable, Equatable {
  package var values: [Int64]
  /// How many packets each value stands for.
  package var weight: Int
  /// Of all packets.
  package var minimum: Int64
  package var maximum: Int64
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
    self.values = values.sorted()
    guard let first = self.values.first, let last = self.values.last else { return nil }
    self.weight = weight
    minimum = min(lowest, first)
    maximum = max(highest, last)
  }

  /// The lower median.
  package var median: Duration { .nanoseconds(values[(values.count - 1) / 2]) }

  /// Nil for a single packet, which has nothing to vary from.
  package var variation: DelayVariation? {
    guard values.count > 1 else { return nil }
    return DelayVariation(count: values.count, minimum: minimum, maximum: maximum) { values[$0] }
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
    return DelayVariation(count: total, minimum: lowest, maximum: highest) { rank in
      while let next = rest.first, below + next.value <= rank {
        below += next.value
        rest.removeFirst()
      }
      let (delay, overflow) = (rest.first?.key ?? 0).multipliedReportingOverflow(by: resolution)
      return overflow ? highest : min(delay, highest)
    }
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
