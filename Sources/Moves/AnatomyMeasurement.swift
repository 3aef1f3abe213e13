import Sequences
import Streams
import Wire

/// How the parts of a move's gap are measured, with what the points have seen of it.
struct AnatomyMeasurement {
  let subject: Anatomy.Subject

  private var generation: Int { subject.after.numbers.generation }

  /// What the new place's clock shows beyond the old one's.
  var clock: Clocks.Offset {
    subject.clocks.offset(
      of: subject.after.place.point, from: subject.before.place.point, at: subject.time)
  }

  // MARK: Where to measure

  /// The same kind of point on both sides of the move.
  private struct Pair {
    var role: Point.Role
    var old: NumberHistory
    var new: NumberHistory
  }

  /// The points nearest to the guest that saw both sides.
  private var upstreamPair: Pair? { pair(.access) ?? carryingPair }

  private func pair(_ role: Point.Role) -> Pair? {
    guard let old = history(role, besides: subject.before.place),
      let new = history(role, besides: subject.after.place)
    else { return nil }
    return Pair(role: role, old: old, new: new)
  }

  private var carryingPair: Pair? {
    guard let old = history(at: subject.before.place), let new = history(at: subject.after.place)
    else { return nil }
    return Pair(role: subject.path.role(of: subject.after.place), old: old, new: new)
  }

  private func history(_ role: Point.Role, besides place: Place) -> NumberHistory? {
    subject.path.places(of: role, besides: place).lazy.compactMap { history(at: $0) }.first
  }

  private func history(at place: Place) -> NumberHistory? {
    subject.path.histories[place].flatMap { $0.generation == generation ? $0 : nil }
  }

  private var delivery: StreamPath.Delivery? { subject.path.delivery(of: generation) }

  // MARK: Numbers at the two sides

  /// All numbers that may have left in the old stay or the new one.
  private var reach: ClosedRange<Int64> {
    let lowest = min(subject.before.numbers.lowest, subject.after.numbers.lowest)
    return lowest...max(subject.before.numbers.highest, subject.after.numbers.highest)
  }

  /// What was heard first on the new side.
  private func firstRun(at pair: Pair) -> NumberRun? {
    let start = subject.before.numbers.highest
    return pair.new.runs.lazy.compactMap { $0.clipped(to: reach) }.first { $0.last > start }
      .flatMap { $0.clipped(to: start &+ 1...Int64.max) }
  }

  /// The highest number of the old side.
  private func lastNumber(at pair: Pair) -> Int64 {
    let end = firstRun(at: pair).map { $0.first &- 1 } ?? subject.before.numbers.highest
    let range = subject.before.numbers.lowest...max(end, subject.before.numbers.lowest)
    return pair.old.numbers(in: range).last ?? subject.before.numbers.highest
  }

  // MARK: The parts

  /// I, of what was heard nearest to the guest before the move.
  var beat: Beat? {
    upstreamPair.flatMap {
      Beat(of: $0.old, upTo: lastNumber(at: $0), gapOver: subject.gapOver)
    }
  }

  /// The time between the arrivals of two numbers, and how much it may be wrong by.
  ///
  /// A gap too short to end a run is what the run took beyond what its numbers took to pass the two servers; where
  /// these were not watched, beyond its other spacings, which is right where none of its packets had waited.
  func receiverGap(
    from last: Int64, to first: Int64, beat: Beat?, held: Duration?
  ) -> (value: Duration, error: Duration)? {
    guard let old = delivery?.histories.lazy.compactMap({ $0.run(of: last) }).first,
      let new = delivery?.histories.lazy.compactMap({ $0.run(of: first) }).first
    else { return nil }
    if old == new, !old.isExact(last) || !old.isExact(first) {
      if let between = silence(within: old, from: last, to: first, beat: beat) { return between }
      guard let beat else { return nil }
      let span = Double(old.lastTime.nanoseconds(since: old.firstTime))
      let others = Double(old.last &- old.first &- (first &- last)) * beat.spacing
      let value = Duration.nanoseconds(Int64(clamping: span - others))
      guard let held else { return (value, max(subject.gapOver, beat.span(of: 5))) }
      // Those that were held after the first came closer together, until the stream was in time again.
      return (value + held, held <= beat.span(of: 1) ? .zero : beat.span(of: 1))
    }
    return (new.time(of: first) - old.time(of: last), .zero)
  }

  /// What a run of the receiver's took beyond the time that those of its numbers took that passed the old place, and
  /// those that passed the new one.
  private func silence(
    within run: NumberRun, from last: Int64, to first: Int64, beat: Beat?
  ) -> (value: Duration, error: Duration)? {
    guard let pair = carryingPair, let begin = pair.old.run(of: run.first),
      let left = pair.old.run(of: last), let came = pair.new.run(of: first),
      let end = pair.new.run(of: run.last)
    else { return nil }
    let before = left.time(of: last) - begin.time(of: run.first)
    let after = end.time(of: run.last) - came.time(of: first)
    let isExact =
      begin.isExact(run.first) && left.isExact(last) && came.isExact(first)
      && end.isExact(run.last)
    return (
      run.lastTime - run.firstTime - before - after,
      isExact ? .zero : beat?.span(of: 1) ?? subject.gapOver
    )
  }

  /// P: from the last packet of the old side to the first of the new, less what their numbers take.
  func paused(beat: Beat) -> Duration? {
    guard let pair = upstreamPair, pair.role == .access || pair.role == .external,
      let first = firstRun(at: pair)
    else { return nil }
    let last = lastNumber(at: pair)
    guard let lastTime = pair.old.time(of: last) else { return nil }
    let silence = first.firstTime - lastTime - clock.value - beat.span(of: first.first &- last)
    guard pair.role == .external else { return silence }
    // Without the guest's interfaces the first packet may have waited before it was seen.
    return silence - (waited(first.first, at: pair.new, beat: beat) ?? .zero)
  }

  /// H: how long b waited at its server beyond the way through it.
  func held(beat: Beat?) -> Duration? {
    guard subject.path.role(of: subject.after.place) == .external, let pair = carryingPair,
      let first = subject.delivered?.first ?? firstRun(at: pair)?.first
    else { return nil }
    guard let access = history(.access, besides: subject.after.place) else {
      return beat.flatMap { waited(first, at: pair.new, beat: $0) }
    }
    guard let came = access.time(of: first), let left = pair.new.time(of: first),
      first < reach.upperBound,
      let usual = transits(
        from: access, to: [pair.new], in: first + 1...reach.upperBound, beat: beat,
        isNewest: false
      ).median
    else { return nil }
    return left - came - .nanoseconds(Int64(clamping: usual))
  }

  /// From the first number that left the new server to b; from the first that came to it, where it refused that
  /// for want of a binding.
  var unboundTime: Duration? {
    guard subject.path.role(of: subject.after.place) == .external, let pair = carryingPair,
      let start = firstRun(at: pair), let first = subject.delivered?.first,
      let left = pair.new.time(of: first)
    else { return nil }
    let came = self.pair(.access).flatMap { firstRun(at: $0) }
    let refused = came.flatMap { subject.unbound.contains($0.first) ? $0.firstTime : nil }
    return left - min(start.firstTime, refused ?? start.firstTime)
  }

  /// How much later a number passed than those that followed it tell.
  private func waited(_ number: Int64, at history: NumberHistory, beat: Beat) -> Duration? {
    guard let time = history.time(of: number) else { return nil }
    var wait = 0.0
    for run in history.runs.lazy.compactMap({ $0.clipped(to: number...Int64.max) }) {
      for (end, moment) in [(run.first, run.firstTime), (run.last, run.lastTime)] {
        let passed = Double(moment.nanoseconds(since: time))
        guard passed < 1e9 else { continue }
        wait = max(wait, Double(end &- number) * beat.spacing - passed)
      }
    }
    // What is within the usual unevenness is no wait.
    return .nanoseconds(wait > beat.jitter + beat.spacing / 2 ? Int64(clamping: wait) : 0)
  }

  /// What is known of the ways from the two servers to the receiver.
  struct Ways {
    /// D: how much longer the new one is.
    var change: Duration
    /// Nanoseconds between the packet that was fastest and the one that was slowest, of both.
    var spread: Double
    /// A way that took less than no time by the clocks of its ends.
    var contradiction: Anatomy.Contradiction?
  }

  /// The ways from the two external points, of packets that had not waited.
  func ways(beat: Beat?) -> Ways? {
    guard let receiver = delivery, let (last, first) = subject.delivered,
      let pair = carryingPair, pair.role == .external,
      subject.path.role(of: subject.before.place) == .external
    else { return nil }
    let range = reach
    let old = transits(
      from: pair.old, to: receiver.histories, in: min(range.lowerBound, last)...last, beat: beat,
      isNewest: true)
    // b itself may have been the first of many that had waited for one another.
    let new = transits(
      from: pair.new, to: receiver.histories,
      in: min(first + 1, range.upperBound)...max(range.upperBound, first), beat: beat,
      isNewest: false)
    guard let before = old.median, let after = new.median else { return nil }
    let change = after - before + Double(clock.value.wholeNanoseconds)
    return Ways(
      change: .nanoseconds(Int64(clamping: change)), spread: old.spread + new.spread,
      contradiction: contradiction(of: new, from: subject.after.place.point, to: receiver.point)
        ?? contradiction(of: old, from: subject.before.place.point, to: receiver.point))
  }

  private func contradiction(
    of transits: Transits, from sender: Int, to receiver: Int
  ) -> Anatomy.Contradiction? {
    guard let least = transits.all.min(), least < 0 else { return nil }
    return Anatomy.Contradiction(
      sender: sender, receiver: receiver, transit: .nanoseconds(Int64(clamping: least)))
  }

  /// How long packets took from one point to another, in nanoseconds.
  private struct Transits {
    /// Of packets whose time at the second point is exact.
    var all: [Double] = []
    /// Of those, where the other time is exact too.
    var exact: [Double] = []

    /// The middle one; few of them are only good where both times are exact.
    var median: Double? {
      AnatomyMeasurement.median(of: all.count < 6 && !exact.isEmpty ? exact : all)
    }

    var spread: Double { (all.max() ?? 0) - (all.min() ?? 0) }
  }

  /// - Parameter isNewest: The last packets of the range count, else the first.
  private func transits(
    from sender: NumberHistory, to receivers: [NumberHistory], in range: ClosedRange<Int64>,
    beat: Beat?, isNewest: Bool
  ) -> Transits {
    let ends = receivers.flatMap { receiver in
      receiver.runs.filter { $0.last >= range.lowerBound && $0.first <= range.upperBound }
        .flatMap { run in
          (run.first == run.last ? [run.first] : [run.first, run.last])
            .filter(range.contains).map { (number: $0, time: run.time(of: $0)) }
        }
    }
    var transits = Transits()
    for end in isNewest ? ends.suffix(64) : ends.prefix(64) {
      guard let passed = sender.run(of: end.number) else { continue }
      let sent = time(of: end.number, in: passed, beat: beat)
      let transit = Double(end.time.nanoseconds(since: sent))
      transits.all.append(transit)
      if passed.isExact(end.number) { transits.exact.append(transit) }
    }
    return transits
  }

  /// When a number of a run passed. Numbers that had waited are at the run's beginning: the others
  /// are counted back from its end.
  private func time(of number: Int64, in run: NumberRun, beat: Beat?) -> Timestamp {
    guard let beat, !run.isExact(number) else { return run.time(of: number) }
    return max(run.firstTime, run.lastTime - beat.span(of: run.last &- number))
  }

  private static func median(of values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return sorted.count % 2 == 1
      ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
  }
}
