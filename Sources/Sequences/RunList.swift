package import Wire

/// The numbers that arrived, as runs in the order of arrival, up to a cap.
///
/// A run ends where a number does not follow the one before, and where a silence lies between, so
/// that the times of every gap are kept.
package struct RunList: Sendable {
  /// How many runs are kept at the most.
  package static let capacity = 1024

  package private(set) var runs: [NumberRun] = []
  /// How many of them are of earlier epochs than the last.
  package private(set) var formerCount = 0
  package private(set) var wasCut = false

  package init() {}

  /// Begins anew, and keeps the room that it has.
  package mutating func removeAll() {
    runs.removeAll(keepingCapacity: runs.count < 64)
    formerCount = 0
    wasCut = false
  }

  /// The numbers from now on are of another epoch: none of them goes on from those before.
  package mutating func beginEpoch() {
    formerCount = runs.count
  }

  /// Takes numbers that followed one another without a silence, and the last number without one.
  package mutating func append(_ run: NumberRun) {
    append(run.first, at: run.firstTime, afterSilence: false)
    guard let last = runs.indices.last, runs[last].last == run.first else { return }
    runs[last].last = run.last
    runs[last].lastTime = run.lastTime
  }

  /// Takes the first copy of a number.
  package mutating func append(_ number: Int64, at time: Timestamp, afterSilence: Bool) {
    if !afterSilence, let last = runs.indices.last, last >= formerCount,
      runs[last].last &+ 1 == number
    {
      runs[last].last = number
      runs[last].lastTime = time
    } else if runs.count < Self.capacity {
      runs.append(NumberRun(first: number, last: number, firstTime: time, lastTime: time))
    } else {
      wasCut = true
    }
  }
}
