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

    let before = path.history(at: from)?.numbers(
      from: Timestamp(nanoseconds: .min), to: transition.lastBefore)
    let after = path.history(at: to)?.numbers(
      from: transition.firstAfter, to: Timestamp(nanoseconds: .max))
    move.lastNumber = before?.last
    move.firstNumber = move.lastNumber.flatMap { after?.above($0).first } ?? after?.first
    if let last = move.lastNumber, let first = move.firstNumber, first > last {
      move.lostUnseen = NumberSet(between: last, and: first).count(without: path.seen)
      move.verdict = .partial
    }
    if let before, let after, let delivery = path.delivery {
      let delivered = delivery.history.numbers
      if let last = delivered.intersection(before).last,
        let first = delivered.intersection(after).above(last).first
      {
        deciding.append(delivery.point)
        move.lost = NumberSet(between: last, and: first).count(without: delivered)
        if let lastTime = delivery.history.time(of: last),
          let firstTime = delivery.history.time(of: first)
        {
          move.receiverGap = firstTime - lastTime
        }
      } else if !mustTell {
        return nil
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
}
