import Sequences
import Streams
import Wire

/// A part of an interval in which a stream was heard: a run of numbers, or all of an interval without
/// any.
struct Activity: Sendable {
  var firstTime: Timestamp
  var lastTime: Timestamp
  var packets: Int
  var run: NumberRun?
  /// Counts the restarts that the point has seen.
  var epoch = 0
  /// The numbers have 16 bits on the wire, and wrap in minutes.
  var isShort = false

  /// What an interval holds, in the order of arrival.
  static func parts(of interval: StreamInterval) -> [Activity] {
    guard let sequence = interval.sequence, !sequence.runs.isEmpty else {
      return [
        Activity(
          firstTime: interval.firstTime, lastTime: interval.lastTime, packets: interval.packets)
      ]
    }
    var parts = sequence.runs.enumerated().map { index, run in
      Activity(
        firstTime: run.firstTime, lastTime: run.lastTime, packets: run.count, run: run,
        epoch: interval.epoch - (index < sequence.formerRuns ? 1 : 0),
        isShort: interval.payload.isShort)
    }
    // Copies of former numbers come before the first new number and after the last.
    parts[0].firstTime = min(parts[0].firstTime, interval.firstTime)
    parts[parts.count - 1].lastTime = max(parts[parts.count - 1].lastTime, interval.lastTime)
    return parts
  }
}
