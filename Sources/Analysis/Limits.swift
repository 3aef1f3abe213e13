import Moves
import Streams
import Wire

/// What a script demands of an analysis. What cannot be told does not pass.
package struct Limits: Sendable {
  package enum Loss: Sendable, Equatable {
    case numbers(Int)
    /// Of all numbers, in percent.
    case percent(Double)
  }

  /// Of each stream, over all of it.
  package var loss: Loss?
  /// Of each move.
  package var moveLoss: Int?
  package var gap: Duration?
  package var paused: Duration?
  package var held: Duration?
  package var unbound: Duration?
  package var minimumMoves: Int?
  package var maximumMoves: Int?
  /// No point may have been blind.
  package var forbidsBlindness = false

  package init() {}

  /// Why the analysis does not pass, a line each; none where it does.
  package func faults(in analysis: Analysis) -> [String] {
    lossFaults(analysis) + analysis.moves.flatMap(faults) + countFaults(analysis)
  }

  private func lossFaults(_ analysis: Analysis) -> [String] {
    guard let loss else { return [] }
    if analysis.accounts.isEmpty { return ["--max-loss: no stream with numbers was seen"] }
    return analysis.accounts.compactMap { account in
      let stream = "\(account.stream)"
      guard account.delivered != nil else {
        return "--max-loss: what \(stream) lost is not known: neither cn nor ha was watched"
      }
      let lost = account.lostCount
      switch loss {
      case .numbers(let most):
        return lost > most ? "--max-loss \(most): \(stream) lost \(lost)" : nil
      case .percent(let most):
        let share = Double(lost) * 100 / Double(max(account.consumed, 1))
        return share > most
          ? "--max-loss \(most)%: \(stream) lost \(lost) of \(account.consumed), "
            + "\(Quantity.decimal(share, places: 3)) %" : nil
      }
    }
  }

  private func faults(of move: Move) -> [String] {
    let name = "the move from \(move.fromPoint) to \(move.toPoint) at \(move.firstAfter)"
    func check(_ option: String, _ most: Duration?, _ value: Duration?) -> String? {
      guard let most else { return nil }
      guard let value else { return "\(option): not known of \(name)" }
      guard value > most else { return nil }
      return "\(option) \(Quantity.decimal(most.milliseconds, places: 3))ms: "
        + "\(Quantity.decimal(value.milliseconds, places: 3)) ms in \(name)"
    }
    var faults = [
      check("--max-gap", gap, move.receiverGap ?? move.gap),
      check("--max-paused", paused, move.paused), check("--max-held", held, move.held),
      check("--max-unbound", unbound, move.unboundTime),
    ].compactMap(\.self)
    if let moveLoss {
      switch move.lost {
      case nil: faults.append("--max-move-loss: not known of \(name)")
      case let lost? where lost > moveLoss:
        faults.append("--max-move-loss \(moveLoss): \(lost) lost in \(name)")
      default: break
      }
    }
    return faults
  }

  private func countFaults(_ analysis: Analysis) -> [String] {
    var faults: [String] = []
    if let minimumMoves, analysis.moves.count < minimumMoves {
      faults.append("--min-moves \(minimumMoves): there were \(analysis.moves.count)")
    }
    if let maximumMoves, analysis.moves.count > maximumMoves {
      faults.append("--max-moves \(maximumMoves): there were \(analysis.moves.count)")
    }
    if forbidsBlindness {
      faults += analysis.points.filter { $0.blindIntervals > 0 }.map {
        "--no-blind: \($0.point.name) was blind in \($0.blindIntervals) intervals"
      }
    }
    return faults
  }
}
