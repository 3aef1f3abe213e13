import Streams
import Wire

/// Works out the figures of one move from what all points saw.
struct MoveJudge {
  let path: StreamPath
  let points: [Point]
  let signalling: Signalling
  let blindness: Blindness

  /// The move and its mark, or nil while the receiving side has yet to see the stream come through
  /// the new place and there is still time to wait for it.
  func judge(
    _ transition: StreamPath.Transition, mustTell: Bool
  ) -> (move: Move, mark: Mark)? {
    let from = transition.from
    let to = transition.to
    var move = Move(
      stream: path.stream, fromPoint: points[from.point].name, fromLeg: from.leg,
      toPoint: points[to.point].name, toLeg: to.leg, lastBefore: transition.lastBefore,
      firstAfter: transition.firstAfter)
    var deciding = [from.point, to.point]

    let before = path.histories[from]
    let after = path.histories[to]
    let numbersBefore = before?.numbers(
      from: Timestamp(nanoseconds: .min), to: transition.lastBefore)
    let numbersAfter = after?.numbers(
      from: transition.firstAfter, to: Timestamp(nanoseconds: .max))
    move.lastNumber = numbersBefore?.last
    move.firstNumber = after?.firstNumber(from: transition.firstAfter)
    let isRestart = isRestarted(
      after: move.lastNumber, heardAs: move.firstNumber, over: transition)
    // Numbers of a sender that was restarted in between tell nothing of what is missing.
    if let numbersBefore, let numbersAfter, let epoch = before?.epoch, epoch == after?.epoch,
      !isRestart
    {
      if let last = move.lastNumber, let first = numbersAfter.above(last).first {
        move.firstNumber = first
        move.lostUnseen =
          NumberSet(between: last, and: first).count(without: path.seen(in: epoch))
        move.verdict = .partial
      }
      if let delivery = path.delivery {
        let histories = delivery.histories.filter { $0.epoch == epoch }
        let delivered = NumberSet(histories.flatMap(\.numbers.ranges))
        if let last = delivered.intersection(numbersBefore).last,
          let first = delivered.intersection(numbersAfter).above(last).first
        {
          deciding.append(delivery.point)
          move.lost = NumberSet(between: last, and: first).count(without: delivered)
          move.receiverGap = Self.gap(from: last, to: first, in: histories)
        } else if !mustTell {
          return nil
        }
      }
    }
    let binding = signalling.binding(
      of: path.stream, by: to.leg, at: to.point, around: transition)
    move.bindingUpdate = binding?.update.time
    move.bindingAcknowledgement = binding?.acknowledgement?.time
    if blindness.touches(deciding, from: transition.lastBefore, to: transition.firstAfter) {
      move.verdict = .blind
    }
    var names: [String] = []
    for point in deciding where !names.contains(points[point].name) {
      names.append(points[point].name)
    }
    move.decidedBy = names
    return (move, Mark(move, binding: binding))
  }

  /// Whether the numbers began anew while the stream was silent: the first that was heard in the new
  /// place is none that could follow the last in the old.
  private func isRestarted(
    after last: Int64?, heardAs first: Int64?, over transition: StreamPath.Transition
  ) -> Bool {
    guard let last, let first, transition.firstAfter > transition.lastBefore else { return false }
    return first <= last
  }

  /// The time from one number to another; nil where they passed in the midst of a run.
  private static func gap(
    from last: Int64, to first: Int64, in histories: [NumberHistory]
  ) -> Duration? {
    let lastTime = histories.lazy.compactMap { $0.time(of: last) }.first
    let firstTime = histories.lazy.compactMap { $0.time(of: first) }.first
    guard let lastTime, let firstTime else { return nil }
    return firstTime - lastTime
  }
}
