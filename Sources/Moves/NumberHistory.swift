import Sequences
import Wire

/// Which numbers of a stream passed a place, and when: runs of one epoch in the order of arrival.
///
/// Runs that follow one another without a silence are joined, so that an undisturbed stream is one
/// run however long it lasts; the oldest runs are forgotten beyond a bound.
struct NumberHistory: Sendable {
  static let capacity = 4096

  private(set) var runs: [NumberRun] = []
  /// Numbers of different epochs tell nothing of each other.
  let epoch: Int

  init(epoch: Int) {
    self.epoch = epoch
  }

  mutating func append(_ run: NumberRun, gapOver: Duration) {
    if let last = runs.last, last.last &+ 1 == run.first, run.firstTime - last.lastTime < gapOver {
      runs[runs.count - 1].last = run.last
      runs[runs.count - 1].lastTime = run.lastTime
      return
    }
    if runs.count == Self.capacity { runs.removeFirst(Self.capacity / 4) }
    runs.append(run)
  }

  var numbers: NumberSet { NumberSet(runs.map { $0.first...$0.last }) }

  /// Numbers of runs that touch the time from `start` to `end`.
  func numbers(from start: Timestamp, to end: Timestamp) -> NumberSet {
    NumberSet(
      runs.filter { $0.lastTime >= start && $0.firstTime <= end }.map { $0.first...$0.last })
  }

  /// The number that was heard first from a time on.
  func firstNumber(from start: Timestamp) -> Int64? {
    runs.first { $0.lastTime >= start }?.first
  }

  /// When a number passed, where it begins or ends a run.
  func time(of number: Int64) -> Timestamp? {
    if let run = runs.last(where: { $0.last == number }) { return run.lastTime }
    return runs.last { $0.first == number }?.firstTime
  }
}
