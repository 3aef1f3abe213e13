import Sequences
import Wire

/// Which numbers of a stream passed a place, and when: runs of one generation in the order of
/// arrival.
///
/// The latest runs are kept as they were heard, since their ends are exact; older ones that follow
/// one another without a silence are joined, so that an undisturbed stream needs no room however long
/// it lasts. The oldest are forgotten beyond a bound.
struct NumberHistory: Sendable {
  static let capacity = 4096

  private(set) var runs: [NumberRun] = []
  /// Numbers of different generations tell nothing of each other.
  let generation: Int

  init(generation: Int) {
    self.generation = generation
  }

  /// - Parameter keeping: How many runs stay as they are.
  mutating func append(_ run: NumberRun, keeping: Int, gapOver: Duration) {
    runs.append(run)
    let index = runs.count - keeping
    if index > 0, runs[index - 1].last &+ 1 == runs[index].first,
      runs[index].firstTime - runs[index - 1].lastTime < gapOver
    {
      runs[index - 1].last = runs[index].last
      runs[index - 1].lastTime = runs[index].lastTime
      runs.remove(at: index)
    }
    if runs.count > Self.capacity { runs.removeFirst(Self.capacity / 4) }
  }

  /// The numbers that lie in a range.
  func numbers(in range: ClosedRange<Int64>) -> NumberSet {
    NumberSet(
      runs.lazy.filter { $0.last >= range.lowerBound && $0.first <= range.upperBound }
        .map {
          max($0.first, range.lowerBound)...min($0.last, range.upperBound)
        })
  }

  /// The run in which a number passed.
  func run(of number: Int64) -> NumberRun? {
    runs.last { $0.first <= number && number <= $0.last }
  }

  /// When a number passed: exactly where it begins or ends a run; else as far from its run's begin as
  /// it takes at the run's own pace.
  func time(of number: Int64) -> Timestamp? {
    run(of: number)?.time(of: number)
  }
}

extension NumberRun {
  /// When a number of the run passed, at the run's own pace.
  func time(of number: Int64) -> Timestamp {
    if number == first { return firstTime }
    if number == last { return lastTime }
    let share = Double(number &- first) / Double(last &- first)
    let span = Double(lastTime.nanoseconds(since: firstTime))
    return firstTime + .nanoseconds(Int64(clamping: (span * share).rounded()))
  }

  /// Whether the number's time is exact.
  func isExact(_ number: Int64) -> Bool { number == first || number == last }
}
