import Wire

/// A straight way from values to places in a drawing.
struct Scale: Sendable {
  var values: ClosedRange<Double>
  var from: Double
  var to: Double

  /// The place of a value; beyond the ends for what is beyond the range.
  func callAsFunction(_ value: Double) -> Double {
    let width = values.upperBound - values.lowerBound
    return width > 0 ? from + (value - values.lowerBound) / width * (to - from) : from
  }

  /// Round values of the range, `count` of them or fewer, with their common step.
  func ticks(atMost count: Int) -> [Double] {
    let width = values.upperBound - values.lowerBound
    guard width > 0, width.isFinite, count > 0 else { return [values.lowerBound] }
    let step = Self.roundStep(width / Double(count))
    var ticks: [Double] = []
    var index = (values.lowerBound / step - 1e-9).rounded(.up)
    while index * step <= values.upperBound + step * 1e-9, ticks.count <= count {
      ticks.append(index * step)
      index += 1
    }
    return ticks
  }

  /// The least of 1, 2 and 5 times a power of ten that is no less.
  static func roundStep(_ least: Double) -> Double {
    var unit = 1.0
    while unit > least { unit /= 10 }
    while unit * 10 <= least { unit *= 10 }
    return [1, 2, 5, 10].map { $0 * unit }.first { $0 >= least * (1 - 1e-9) } ?? unit * 10
  }
}

/// A stretch of time across a drawing.
struct TimeScale: Sendable {
  let start: Timestamp
  let end: Timestamp
  private let scale: Scale

  /// - Parameters:
  ///   - start: the moment at `from`.
  ///   - end: the moment at `to`, at least a microsecond later.
  init(_ start: Timestamp, _ end: Timestamp, from: Double, to: Double) {
    self.start = start
    self.end = max(end, start + .microseconds(1))
    let width = (self.end - start).milliseconds
    scale = Scale(values: 0...max(width, 1e-3), from: from, to: to)
  }

  func callAsFunction(_ time: Timestamp) -> Double { scale((time - start).milliseconds) }

  func contains(_ time: Timestamp) -> Bool { time >= start && time <= end }

  /// The place of a moment, at the edge for what is beyond it.
  func clamped(_ time: Timestamp) -> Double { self(min(max(time, start), end)) }

  /// Round moments of the day, `count` of them or fewer, and how to write them.
  func clockTicks(atMost count: Int) -> (times: [Timestamp], places: Int, hasDates: Bool) {
    let span = (end - start).milliseconds
    let steps: [Double] = [
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000,
      120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000,
      43_200_000, 86_400_000,
    ]
    let least = span / Double(max(count, 1))
    let day = 86_400_000.0
    let step = steps.first { $0 >= least } ?? (least / day).rounded(.up) * day
    let length = Duration.nanoseconds(Int64(clamping: step * 1e6))
    var times: [Timestamp] = []
    var time = start.alignedUp(to: length)
    while time <= end, times.count <= count {
      times.append(time)
      let next = time + length
      if next <= time { break }
      time = next
    }
    return (times, step < 1000 ? 3 : 0, span > day)
  }
}
