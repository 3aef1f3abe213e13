import Sequences
import Wire

/// A packet as it came to a point, with what really is in it.
struct Sighting {
  var time: Int64
  var sent: Int64
  /// Never wrapped.
  var number: Int64
  /// How often the sender had been restarted.
  var epoch: Int
  /// The first packet after an absence.
  var returns: Bool
}

/// What a stream's packets come to, slowly, from the definitions: each figure out of the whole list,
/// with sets and sorting, and nothing carried from packet to packet.
struct Reference {
  /// What one interval comes to.
  struct Row: Equatable {
    var start: Int64
    var epoch = 0
    var packets = 0
    var lost = 0
    var skipped = 0
    var duplicates = 0
    var reordered = 0
    var pattern = LossPattern()
    var extents = Tally()
    var latest: Duration?
    var runs: [NumberRun] = []
    var formerRuns = 0
    var jitter: Duration?
    var minimum: Duration?
    var median: Duration?
    var variation: DelayVariation?
  }

  let sightings: [Sighting]
  /// Numbers jumped over an absence are lost.
  let isDelivery: Bool
  let interval: Int64
  /// A silence after which the stream had left, in nanoseconds: no sample of its rhythm.
  let absence: Int64
  /// Where the clocks' offset means nothing, delays of different epochs do not compare.
  let clockIsAbsolute: Bool

  /// The first copies of an epoch, in the order in which they came.
  private func copies(of epoch: Int, in part: ArraySlice<Sighting>) -> [Sighting] {
    var seen: Set<Int64> = []
    return part.filter { $0.epoch == epoch && seen.insert($0.number).inserted }
  }

  /// Sums up to a moment.
  private func totals(_ part: ArraySlice<Sighting>) -> Row {
    var row = Row(start: 0)
    for epoch in Set(part.map(\.epoch)) {
      let copies = copies(of: epoch, in: part)
      let numbers = copies.map(\.number)
      row.duplicates += part.count { $0.epoch == epoch } - copies.count
      let sorted = numbers.sorted()
      // Numbers between two that came are missing because of the first packet above them.
      var lost: [Int64] = []
      for (lower, upper) in zip(sorted, sorted.dropFirst()) where upper > lower + 1 {
        guard let opener = copies.first(where: { $0.number > lower }) else { continue }
        if opener.returns, !isDelivery {
          row.skipped += Int(upper - lower) - 1
        } else {
          lost += lower + 1..<upper
        }
      }
      row.lost += lost.count
      var length = 0
      for (index, number) in lost.enumerated() {
        length += 1
        if index + 1 == lost.count || lost[index + 1] > number + 1 {
          row.pattern.periods.add(length)
          length = 0
        }
        if index > 0 { row.pattern.distances.add(Int(number - lost[index - 1])) }
      }
      for lateness in latenesses(of: copies) {
        row.reordered += 1
        row.extents.add(lateness.extent)
      }
    }
    return row
  }

  /// Of the first copies that came below another, with when they came.
  private func latenesses(
    of copies: [Sighting]
  ) -> [(time: Int64, extent: Int, late: Int64?)] {
    copies.enumerated().compactMap { index, copy in
      guard let earliest = copies[..<index].firstIndex(where: { $0.number > copy.number }) else {
        return nil
      }
      let late = copy.number < copies[0].number ? nil : copy.time - copies[earliest].time
      return (copy.time, index - earliest, late)
    }
  }

  /// RFC 3550 A.8 over the first copies of the last epoch.
  private func jitter(_ part: ArraySlice<Sighting>) -> Duration? {
    let copies = copies(of: part.last?.epoch ?? 0, in: part)
    var jitter: Double?
    for (before, after) in zip(copies, copies.dropFirst()) {
      if jitter == nil, !after.returns { jitter = 0 }
      guard !after.returns, let mean = jitter else { continue }
      let difference = abs((after.time - after.sent) - (before.time - before.sent))
      jitter = mean + (Double(difference) - mean) / 16
    }
    return jitter.map { .nanoseconds(Int64($0.rounded())) }
  }

  /// The rows of all intervals that had packets.
  var rows: [Row] {
    var rows: [Row] = []
    var before = Row(start: 0)
    var index = 0
    while index < sightings.count {
      let start = sightings[index].time / interval * interval
      let first = index
      while index < sightings.count, sightings[index].time < start + interval { index += 1 }
      let sum = totals(sightings[..<index])
      var row = sum
      row.start = start
      row.packets = index - first
      row.epoch = sightings[index - 1].epoch
      row.lost -= before.lost
      row.skipped -= before.skipped
      row.duplicates -= before.duplicates
      row.reordered -= before.reordered
      row.pattern.periods.subtract(before.pattern.periods)
      row.pattern.distances.subtract(before.pattern.distances)
      row.extents.subtract(before.extents)
      row.jitter = jitter(sightings[..<index])
      fill(&row, first..<index)
      rows.append(row)
      before = sum
    }
    return rows
  }

  /// What only the interval's own packets tell.
  private func fill(_ row: inout Row, _ range: Range<Int>) {
    var delays: [Int64] = []
    for epoch in Set(sightings[range].map(\.epoch)).sorted() {
      let copies = copies(of: epoch, in: sightings[..<range.upperBound])
      let late = latenesses(of: copies).filter { $0.time >= row.start }.compactMap(\.late).max()
      if let late { row.latest = max(row.latest ?? .zero, .nanoseconds(late)) }
      if !clockIsAbsolute { delays = [] }
      delays += copies.filter { $0.time >= row.start }.map { $0.time - $0.sent }
      row.formerRuns = row.runs.count
      appendRuns(of: epoch, in: range, to: &row)
    }
    delays.sort()
    guard let least = delays.first, let greatest = delays.last else { return }
    if clockIsAbsolute {
      row.minimum = .nanoseconds(least)
      row.median = .nanoseconds(delays[(delays.count - 1) / 2])
    }
    guard delays.count > 1 else { return }
    // The least value that so many in a thousand are no larger than.
    func quantile(_ part: Int) -> Duration {
      let value = delays.first { value in
        delays.count { $0 <= value } * 1000 >= part * delays.count
      }
      return .nanoseconds((value ?? greatest) - least)
    }
    row.variation = DelayVariation(
      p50: quantile(500), p95: quantile(950), p99: quantile(990), p999: quantile(999),
      maximum: .nanoseconds(greatest - least))
  }

  /// The mean time between packets before one of them: a sample weighs one part of as many as there are, of 16 at the
  /// most, and counts as four times the mean at the most.
  private func spacing(before index: Int) -> Double? {
    var mean: Double?
    var count = 0.0
    for (former, packet) in zip(sightings, sightings.dropFirst()).prefix(max(index - 1, 0))
    where packet.time - former.time < absence {
      count += 1
      let sample = Double(packet.time - former.time)
      mean = mean.map { $0 + (min(sample, 4 * max($0, 1000)) - $0) / min(count, 16) } ?? sample
    }
    return mean
  }

  /// A run is numbers that came one after the other, without a silence of 50 ms between two packets, or, among the first
  /// 16 packets of the interval, one of more than four spacings and 1 ms.
  private func appendRuns(of epoch: Int, in range: Range<Int>, to row: inout Row) {
    var seen = Set(sightings[..<range.lowerBound].filter { $0.epoch == epoch }.map(\.number))
    var isFirst = true
    for index in range where sightings[index].epoch == epoch {
      let sighting = sightings[index]
      guard seen.insert(sighting.number).inserted else { continue }
      let time = Timestamp(nanoseconds: sighting.time)
      let silence = index > 0 ? sighting.time - sightings[index - 1].time : 0
      if !isFirst, row.runs[row.runs.count - 1].last + 1 == sighting.number,
        silence < 50_000_000,
        index - range.lowerBound >= 16 || silence <= 1_000_000
          || Double(silence) <= 4 * (spacing(before: index) ?? .infinity)
      {
        row.runs[row.runs.count - 1].last = sighting.number
        row.runs[row.runs.count - 1].lastTime = time
      } else {
        row.runs.append(
          NumberRun(
            first: sighting.number, last: sighting.number, firstTime: time, lastTime: time))
      }
      isFirst = false
    }
  }
}

extension Tally {
  fileprivate mutating func subtract(_ other: Tally) {
    for (value, count) in other.counts { add(value, -count) }
  }
}
