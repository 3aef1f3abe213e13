import Sequences
import Streams
import Wire

/// Works out the figures of one move from what all points saw.
struct MoveJudge {
  /// A move, with what else is to be told of it.
  struct Judgement {
    var move: Move
    var mark: Mark
    /// Numbers whose fate the move decides: those of the stays it joins.
    var strays: (behind: NumberSet, unbound: NumberSet)?
    var generation: Int?
    var contradiction: Anatomy.Contradiction?
  }

  let path: StreamPath
  let points: [Point]
  let options: CountingOptions
  let signalling: Signalling
  let announcements: Announcements
  let blindness: Blindness
  let clocks: Clocks

  /// The move, or nil while the receiving side has yet to see the stream come through the new place
  /// and there is still time to wait for it.
  ///
  /// - Parameter after: The new stay as it is now.
  func judge(
    _ transition: StreamPath.Transition, after: Stay, mustTell: Bool
  ) -> Judgement? {
    let from = transition.from
    let to = transition.to
    let firstAfter = transition.after.firstTime
    let lastBefore = transition.before.lastTime
    var move = Move(
      stream: path.stream, fromPoint: points[from.point].name, fromLeg: from.leg,
      toPoint: points[to.point].name, toLeg: to.leg, lastBefore: lastBefore,
      firstAfter: firstAfter)
    move.clockOffset = clocks.offset(of: to.point, from: from.point, at: firstAfter).value
    let binding = signalling.binding(of: path.stream, by: to.leg, at: to.point, around: transition)
    move.bindingUpdate = binding?.update.time
    move.bindingAcknowledgement = binding?.acknowledgement?.time
    move.lastNumber = transition.before.numbers?.highest
    move.firstNumber = after.numbers?.lowest
    var judgement = Judgement(move: move, mark: Mark(move, binding: binding, announcement: nil))
    var deciding = [from.point, to.point]
    if let old = transition.before.numbers, let new = after.numbers,
      old.generation == new.generation
    {
      let acknowledged =
        binding?.point == to.point && binding?.isAccepted == true
        ? binding?.acknowledgement?.time : nil
      let sides = Sides(
        before: .init(place: from, numbers: old),
        after: .init(
          place: to, numbers: new,
          overtaken: binding.flatMap {
            signalling.overtaking(
              $0.update.message, of: path.stream, at: points.firstIndex { $0.role == .anchor })
          }), acknowledged: acknowledged)
      guard let used = judge(&judgement, sides, mustTell: mustTell) else { return nil }
      deciding += used
    }
    if blindness.touches(deciding, from: lastBefore, to: firstAfter) {
      judgement.move.verdict = .blind
    }
    var names: [String] = []
    for point in deciding where !names.contains(points[point].name) {
      names.append(points[point].name)
    }
    judgement.move.decidedBy = names
    judgement.mark = Mark(
      judgement.move, binding: binding,
      announcement: announcements.announcement(of: path.stream, around: transition))
    return judgement
  }

  /// The two stays of a move whose numbers are of one count.
  private struct Sides {
    var before: StreamPath.Carrying
    var after: StreamPath.Carrying
    /// When the new external point saw the Acknowledgement.
    var acknowledged: Timestamp?

    var generation: Int { after.numbers.generation }
    var range: ClosedRange<Int64> {
      min(
        before.numbers.lowest, after.numbers.lowest)...max(
          before.numbers.highest, after.numbers.highest)
    }
  }

  /// What the numbers tell.
  ///
  /// - Returns: The points that helped to decide; nil where more is to be waited for.
  private func judge(_ judgement: inout Judgement, _ sides: Sides, mustTell: Bool) -> [Int]? {
    let generation = sides.generation
    let range = sides.range
    let carriedBefore = carried(sides.before)
    let carriedAfter = carried(sides.after)
    guard let last = carriedBefore.last else { return [] }
    let next = carriedAfter.above(last).first
    judgement.move.firstNumber = next ?? judgement.move.firstNumber
    judgement.move.verdict = .partial
    judgement.generation = generation
    let seen = path.sightings(
      from: sides.before, to: sides.after, in: range, acknowledged: sides.acknowledged)
    var delivered: (last: Int64, first: Int64)?
    if let arrived = seen.delivered {
      if let a = arrived.intersection(carriedBefore).last,
        let b = arrived.intersection(carriedAfter).above(a).first
      {
        delivered = (a, b)
      } else if !mustTell {
        return nil
      }
    }
    if let behind = seen.behind, let unbound = seen.unbound {
      judgement.strays = (behind, unbound)
    }
    var fates: Fates?
    if let (a, b) = delivered {
      fates = Fates(of: NumberSet(between: a, and: b), seen)
      judgement.move.duplicates = carriedBefore.intersection(carriedAfter).count
      judgement.move.reordered = reordered(after: b, of: carriedBefore, generation)
    } else if let next {
      var unknown = seen
      unknown.delivered = nil
      fates = Fates(of: NumberSet(between: last, and: next), unknown)
    }
    judgement.move.take(fates)
    judgement.move.beforeAcknowledgement = sides.acknowledged.flatMap { time in
      path.histories[sides.after.place].map { history in
        history.runs.compactMap { $0.clipped(to: sides.after.numbers.range) }
          .reduce(0) { $0 &+ $1.count(before: time) }
      }
    }
    let anatomy = Anatomy(
      of: .init(
        path: path, before: sides.before, after: sides.after, delivered: delivered,
        unbound: seen.unbound ?? NumberSet(), gapOver: options.gapOver, clocks: clocks,
        time: judgement.move.firstAfter))
    judgement.move.take(anatomy)
    judgement.contradiction = anatomy.contradiction
    if judgement.move.isExplained, fates?.areDecided == true {
      judgement.move.verdict = .explained
    }
    return deciders(of: sides, delivered: delivered != nil)
  }

  /// The numbers that a stay carried.
  private func carried(_ side: StreamPath.Carrying) -> NumberSet {
    path.numbers(in: side.numbers.range, at: side.place, of: side.numbers.generation)
      ?? NumberSet()
  }

  /// How many numbers came through the old place after the first through the new one.
  private func reordered(after number: Int64, of old: NumberSet, _ generation: Int) -> Int? {
    path.delivery(of: generation)?.histories.reduce(0) { count, history in
      guard let index = history.runs.lastIndex(where: { $0.first <= number && number <= $0.last })
      else { return count }
      return history.runs[(index + 1)...].reduce(count) {
        $0 &+ old.intersection(NumberSet([$1.first...$1.last])).count
      }
    }
  }

  /// The points beside those of the move that saw its numbers.
  private func deciders(of sides: Sides, delivered: Bool) -> [Int] {
    let access = [sides.before.place, sides.after.place].flatMap {
      path.places(of: .access, besides: $0)
    }
    let others = path.histories(of: sides.generation) { role, _ in
      delivered && (role == .anchor || role == .receiver)
    }
    return (access + others.map(\.place)).filter {
      path.histories[$0]?.generation == sides.generation
    }.map(\.point)
  }
}

extension NumberRun {
  /// How many of its numbers passed before a time, at its own pace.
  fileprivate func count(before time: Timestamp) -> Int {
    if lastTime < time { return count }
    return firstTime >= time ? 0 : Int(number(from: time) &- first)
  }
}

extension Move {
  fileprivate mutating func take(_ fates: Fates?) {
    lost = fates?.lost?.count
    lostUnseen = fates?[.lostUnseen]?.count
    lostServer = fates?[.lostServer]?.count
    lostBehind = fates?[.lostBehind]?.count
    unbound = fates?[.unbound]?.count
    lostPath = fates?[.lostPath]?.count
  }

  fileprivate mutating func take(_ anatomy: Anatomy) {
    receiverGap = anatomy.receiverGap
    paused = anatomy.paused
    held = anatomy.held
    pathChange = anatomy.pathChange
    residual = anatomy.residual
    pausedPlusPath = anatomy.pausedPlusPath
    unboundTime = anatomy.unboundTime
    uncertainty = anatomy.uncertainty
  }

  /// Whether the parts are known and make up the gap.
  fileprivate var isExplained: Bool {
    guard let residual, let uncertainty else { return false }
    return residual.magnitude <= uncertainty
  }
}

extension Duration {
  fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
