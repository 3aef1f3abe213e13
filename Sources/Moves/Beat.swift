import Sequences
import Wire

/// The rhythm in which a sender numbers: the median time between two numbers, and how far packets are
/// from it.
struct Beat: Sendable, Equatable {
  /// Nanoseconds from one number to the next.
  var spacing: Double
  /// Nanoseconds between the packet that was earliest by the spacing and the one that was latest.
  var jitter: Double
  /// How much of the spacing it may be wrong by from one number to the next; 0 of a steady stream.
  var unevenness: Double

  /// So much of a stream has to keep to the median, within a share of it: it is steady within the first, and has no
  /// rhythm beyond the second.
  private static let kept = (part: 0.8, steady: 0.05, most: 0.5)
  /// Numbers that a sample spans: one packet that is late hardly bends it.
  private static let sampled: Int64 = 20
  /// So long before the end samples are taken, and the jitter is looked at.
  private static let memory = (spacing: Duration.seconds(30), jitter: Duration.seconds(2))

  /// The rhythm of what passed up to a number; nil where there is none.
  init?(of history: NumberHistory, upTo last: Int64, gapOver: Duration) {
    let fixes = Self.fixes(of: history, upTo: last, gapOver: gapOver)
    guard let end = fixes.last?.last?.time else { return nil }
    let samples = fixes.flatMap { Self.samples(of: $0, from: end - Self.memory.spacing) }
    guard let median = Self.median(of: samples), median > 0 else { return nil }
    let total = samples.reduce(0) { $0 + $1.weight }
    let deviations = samples.map { (value: abs($0.value - median) / median, weight: $0.weight) }
    guard let deviation = Self.value(of: deviations, above: total * Self.kept.part),
      deviation <= Self.kept.most
    else { return nil }
    spacing = median
    unevenness = deviation <= Self.kept.steady ? 0 : deviation
    jitter = Self.jitter(of: fixes.last ?? [], spacing: median, from: end - Self.memory.jitter)
  }

  /// How long a count of numbers takes.
  func span(of numbers: Int64) -> Duration {
    .nanoseconds(Int64(clamping: Double(numbers) * spacing))
  }

  private struct Fix {
    var number: Int64
    var time: Timestamp
  }

  /// Numbers with exact times, in parts between which the sender may have stood still.
  private static func fixes(
    of history: NumberHistory, upTo last: Int64, gapOver: Duration
  ) -> [[Fix]] {
    var parts: [[Fix]] = []
    var highest: Fix?
    for run in history.runs where run.first <= last {
      // What is out of order says nothing of the rhythm.
      if let highest, run.first <= highest.number { continue }
      let end =
        run.last <= last
        ? Fix(number: run.last, time: run.lastTime)
        : Fix(number: last, time: run.time(of: last))
      let begin = Fix(number: run.first, time: run.firstTime)
      let isNew = highest.map { run.firstTime - $0.time >= gapOver } ?? true
      if isNew { parts.append([]) }
      parts[parts.count - 1].append(begin)
      if end.number > begin.number { parts[parts.count - 1].append(end) }
      highest = end
    }
    return parts
  }

  private static func samples(
    of fixes: [Fix], from start: Timestamp
  ) -> [(value: Double, weight: Double)] {
    var samples: [(value: Double, weight: Double)] = []
    var begin = 0
    while begin < fixes.count, fixes[begin].time < start { begin += 1 }
    for index in fixes.indices where index > begin {
      let numbers = fixes[index].number &- fixes[begin].number
      guard numbers >= sampled || index == fixes.count - 1 && samples.isEmpty else { continue }
      let span = Double(fixes[index].time.nanoseconds(since: fixes[begin].time))
      samples.append((span / Double(numbers), Double(numbers)))
      begin = index
    }
    return samples
  }

  private static func jitter(of fixes: [Fix], spacing: Double, from start: Timestamp) -> Double {
    guard let origin = fixes.last else { return 0 }
    let late = fixes.filter { $0.time >= start }.map { fix in
      Double(fix.time.nanoseconds(since: origin.time))
        - Double(fix.number &- origin.number) * spacing
    }
    return (late.max() ?? 0) - (late.min() ?? 0)
  }

  /// The value that has as much weight above as below.
  private static func median(of samples: [(value: Double, weight: Double)]) -> Double? {
    value(of: samples, above: samples.reduce(0) { $0 + $1.weight } / 2)
  }

  /// The least value that with those below it has so much weight.
  private static func value(
    of samples: [(value: Double, weight: Double)], above share: Double
  ) -> Double? {
    var weight = 0.0
    for sample in samples.sorted(by: { $0.value < $1.value }) {
      weight += sample.weight
      if weight >= share { return sample.value }
    }
    return nil
  }
}
