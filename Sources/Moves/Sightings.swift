import Sequences
import Streams
import Wire

extension StreamPath {
  /// A stay that begins or ends a move, with the numbers that left through it.
  struct Carrying: Sendable {
    var place: Place
    var numbers: Stay.Numbers
    /// When the home agent forwarded for another server instead, by its own clock.
    var overtaken: Timestamp?
  }

  /// How far the numbers around a move came.
  ///
  /// - Parameters:
  ///   - before: Where the numbers went until the move.
  ///   - after: Where they went from then on.
  ///   - range: Holds all numbers that are asked for.
  ///   - acknowledged: When the new external point saw the binding acknowledged.
  func sightings(
    from before: Carrying, to after: Carrying, in range: ClosedRange<Int64>,
    acknowledged: Timestamp?
  ) -> Fates.Sightings {
    let generation = after.numbers.generation
    func seen(_ isWanted: (Point.Role, Place) -> Bool) -> NumberSet? {
      let found = histories(of: generation, at: isWanted)
      guard !found.isEmpty else { return nil }
      return NumberSet(found.flatMap { $0.history.numbers(in: range).ranges })
    }
    var result = Fates.Sightings()
    result.anywhere = seen { role, _ in role != .source } ?? NumberSet()
    result.access = seen { role, _ in role == .access } ?? NumberSet()
    result.beyond = seen { role, _ in role != .source && role != .access } ?? NumberSet()
    let decapsulated = seen { role, place in role == .anchor && place.leg.depth == 0 }
    let entered = seen { role, place in role == .anchor && place.leg.depth > 0 }
    result.delivered = seen { role, _ in role == .receiver } ?? decapsulated
    let ends = [before.place, after.place]
    result.hasExternal = ends.allSatisfy { role(of: $0) == .external }
    result.hasAccess = ends.allSatisfy { isHeard(.access, besides: $0, in: generation) }
    guard let delivered = result.delivered else { return result }
    // Whether a packet was forwarded shows at the home agent, where that is watched.
    let forwarded = entered == nil ? delivered : decapsulated ?? NumberSet()
    guard entered != nil || result.hasExternal else { return result }
    let old = passed(before, atAnchor: entered != nil)
    let new = passed(after, atAnchor: entered != nil)
    let oldStrays = Strays(of: old, forwarded: forwarded)
    let newStrays = Strays(of: new, forwarded: forwarded)
    result.behind = oldStrays.isForwarded ? oldStrays.after : NumberSet()
    if newStrays.isForwarded {
      result.unbound = newStrays.before
    } else {
      // Nothing came through while the stream was there: it was too early, or already too late.
      let late = after.overtaken.map { Strays.numbers(of: new, from: $0) } ?? NumberSet()
      result.unbound = newStrays.before.subtracting(late)
      result.behind = result.behind?.union(late)
    }
    if entered == nil, let acknowledged {
      let late = Strays.numbers(of: new, from: acknowledged)
      result.unbound = result.unbound?.subtracting(late)
    }
    if let refused = refused(by: after, in: range, acknowledged: acknowledged, passed: result) {
      result.unbound = result.unbound?.union(refused)
    }
    return result
  }

  /// What the new server got from the guest before its binding was acknowledged, and did not pass on, as RFC
  /// 3963 section 5.4 wants it; nil where it passed on anything before.
  private func refused(
    by after: Carrying, in range: ClosedRange<Int64>, acknowledged: Timestamp?,
    passed: Fates.Sightings
  ) -> NumberSet? {
    guard passed.hasAccess, passed.hasExternal, let acknowledged else { return nil }
    let passedOn = histories[after.place]?.runs.compactMap { $0.clipped(to: range) } ?? []
    // A router that forwards without waiting for its binding lost what it lost.
    guard passedOn.allSatisfy({ $0.firstTime >= acknowledged }) else { return nil }
    let runs = places(of: .access, besides: after.place).compactMap { histories[$0] }
      .filter { $0.generation == after.numbers.generation }
      .flatMap { $0.runs.compactMap { $0.clipped(to: range) } }
    return NumberSet(runs.map { $0.first...$0.last })
      .subtracting(Strays.numbers(of: runs, from: acknowledged)).subtracting(passed.beyond)
  }

  private func isHeard(
    _ role: Point.Role, besides place: Place, in generation: Int
  ) -> Bool {
    places(of: role, besides: place).contains { histories[$0]?.generation == generation }
  }

  /// What left through a stay, in the order in which it came to the home agent, or left the server.
  private func passed(_ carrying: Carrying, atAnchor: Bool) -> [NumberRun] {
    let origin = role(of: carrying.place)
    let found =
      atAnchor && origin != .anchor
      ? histories(of: carrying.numbers.generation) { role, place in
        role == .anchor && place.leg.depth > 0
          && (origin == .access || place.leg == carrying.place.leg)
      }
      : histories(of: carrying.numbers.generation) { $1 == carrying.place }
    return found.flatMap(\.history.runs).compactMap { $0.clipped(to: carrying.numbers.range) }
      .sorted { $0.firstTime < $1.firstTime }
  }
}

/// The packets of a stay that were not forwarded at its beginning and at its end.
private struct Strays {
  var before = NumberSet()
  var after = NumberSet()
  /// Some were forwarded.
  var isForwarded = false

  /// - Parameter runs: In the order of their arrival.
  init(of runs: [NumberRun], forwarded: NumberSet) {
    let through = runs.map { NumberSet([$0.first...$0.last]).intersection(forwarded) }
    guard let first = through.firstIndex(where: { !$0.ranges.isEmpty }),
      let last = through.lastIndex(where: { !$0.ranges.isEmpty }),
      let begin = through[first].first, let end = through[last].last
    else {
      before = NumberSet(runs.map { $0.first...$0.last })
      return
    }
    isForwarded = true
    before = NumberSet(
      runs[..<first].map { $0.first...$0.last }
        + (begin > runs[first].first ? [runs[first].first...begin - 1] : []))
    after = NumberSet(
      runs[(last + 1)...].map { $0.first...$0.last }
        + (end < runs[last].last ? [end + 1...runs[last].last] : []))
  }

  /// The numbers that passed at a time or later.
  static func numbers(of runs: [NumberRun], from time: Timestamp) -> NumberSet {
    NumberSet(
      runs.compactMap { run -> ClosedRange<Int64>? in
        if run.firstTime >= time { return run.first...run.last }
        guard run.lastTime >= time else { return nil }
        return run.number(from: time)...run.last
      })
  }
}

extension NumberRun {
  /// The part that lies in a range; nil where none does.
  func clipped(to range: ClosedRange<Int64>) -> NumberRun? {
    guard last >= range.lowerBound, first <= range.upperBound else { return nil }
    let begin = max(first, range.lowerBound)
    let end = min(last, range.upperBound)
    return NumberRun(
      first: begin, last: end, firstTime: time(of: begin), lastTime: time(of: end))
  }

  /// The first number that passed at a time or later, at the run's own pace.
  func number(from moment: Timestamp) -> Int64 {
    let span = Double(lastTime.nanoseconds(since: firstTime))
    guard span > 0, moment > firstTime else { return moment > lastTime ? last : first }
    let share = Double(moment.nanoseconds(since: firstTime)) / span
    let steps = (share * Double(last &- first)).rounded(.up)
    return min(last, first &+ Int64(clamping: steps))
  }
}
