import Moves
import Sequences
import Streams
import Wire

/// Silences by their length.
struct GapTally: Equatable, Sendable {
  /// The classes end before these lengths; a last one has what is longer.
  static let bounds: [Duration] = [
    .milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2),
    .seconds(5),
  ]

  private(set) var counts = Array(repeating: 0, count: bounds.count + 1)
  private(set) var longest: Duration?
  /// Numbers missing over them, as far as that is known.
  private(set) var missing = 0

  var total: Int { counts.reduce(0, +) }

  mutating func add(_ silence: Duration, missing: Int?) {
    counts[Self.bounds.firstIndex { silence < $0 } ?? Self.bounds.count] += 1
    longest = max(longest ?? silence, silence)
    self.missing.add(clamping: missing ?? 0)
  }

  static func += (left: inout Self, right: Self) {
    for index in right.counts.indices { left.counts[index] += right.counts[index] }
    left.longest = [left.longest, right.longest].compactMap { $0 }.max()
    left.missing.add(clamping: right.missing)
  }
}

/// Packet delay variation (RFC 5481) interval by interval. Quantiles of intervals make no quantile of
/// all of them, so there are the newest ones and the highest that there were.
struct VariationHistory: Equatable, Sendable {
  private(set) var newest: DelayVariation?
  private(set) var highest: DelayVariation?

  mutating func add(_ variation: DelayVariation) {
    newest = variation
    raise(to: variation)
  }

  /// Takes over that of another point, whose newest one is newer.
  mutating func add(_ other: Self) {
    newest = other.newest ?? newest
    if let highest = other.highest { raise(to: highest) }
  }

  private mutating func raise(to variation: DelayVariation) {
    let before = highest ?? variation
    highest = DelayVariation(
      p50: max(before.p50, variation.p50), p95: max(before.p95, variation.p95),
      p99: max(before.p99, variation.p99), p999: max(before.p999, variation.p999),
      maximum: max(before.maximum, variation.maximum))
  }
}

/// How a stream's packets lie together at a point: its silences, its losses, its delays.
struct Unevenness: Equatable, Sendable {
  /// The losses by the length of their runs, of the form nearest the receiver.
  private(set) var lossRuns = Tally()
  /// Whether how the losses lie together is known of every interval.
  private(set) var knowsLossRuns = true
  private(set) var variation = VariationHistory()
  private var gapsByDepth: [Int: GapTally] = [:]

  /// Bytes that it takes, and the same with its tallies.
  static let leastSize = MemoryLayout<Self>.stride
  var size: Int { Self.leastSize + lossRuns.counts.count * 32 + gapsByDepth.count * 256 }

  /// The silences within stays, each once where the stream passes in two forms.
  var gaps: GapTally { gapsByDepth.min { $0.key < $1.key }?.value ?? GapTally() }

  /// - Parameter isNewForm: What was counted before is of a form that is further from the receiver.
  mutating func add(_ sight: Sight, isNewForm: Bool) {
    if isNewForm {
      lossRuns = Tally()
      knowsLossRuns = true
    }
    lossRuns += sight.lossRuns
    knowsLossRuns = knowsLossRuns && sight.knowsLossRuns
    if let newest = sight.variation { variation.add(newest) }
  }

  mutating func add(gap mark: Mark) {
    guard case .number(let silence)? = mark["gap_ms"] else { return }
    var missing: Int?
    if case .integer(let number)? = mark["missing"] { missing = number }
    gapsByDepth[mark.leg?.depth ?? 0, default: GapTally()].add(
      .nanoseconds(Int64(clamping: silence * 1e6)), missing: missing)
  }
}
