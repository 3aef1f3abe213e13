import Sequences
import Streams
import Wire

/// A place where a stream can be: a point, and the leg on which it is carried there.
struct Place: Hashable, Sendable {
  /// The point's index in the order the user gave.
  var point: Int
  var leg: Leg
}

/// The latest uninterrupted presence of a stream at a place.
struct Visit: Sendable {
  var firstTime: Timestamp
  var lastTime: Timestamp
  private var packets: Int

  init(_ activity: Activity) {
    firstTime = activity.firstTime
    lastTime = activity.lastTime
    packets = activity.packets
  }

  /// The mean time between packets; nil before the second.
  private var spacing: Duration? {
    packets > 1 ? (lastTime - firstTime) / (packets - 1) : nil
  }

  /// The silence after which the stream has left.
  func leftAfter(_ options: CountingOptions) -> Duration {
    max(options.leftAfter, (spacing ?? .zero) * 20)
  }

  /// Goes on, or begins anew after a silence in which the stream had left; true if anew.
  mutating func take(_ activity: Activity, options: CountingOptions) -> Bool {
    if activity.firstTime - lastTime >= leftAfter(options) {
      self = Visit(activity)
      return true
    }
    firstTime = min(firstTime, activity.firstTime)
    lastTime = max(lastTime, activity.lastTime)
    packets &+= activity.packets
    return false
  }
}

/// A part of an interval in which a stream was heard without having left.
struct Activity: Sendable {
  var firstTime: Timestamp
  var lastTime: Timestamp
  var packets: Int
  var runs: [NumberRun] = []
  var epoch = 0
  /// The numbers have 16 bits on the wire, and wrap in minutes.
  var isShort = false

  /// Splits an interval where the times of its runs show that the stream had left in between, and
  /// where its sender was restarted.
  static func parts(of interval: StreamInterval, options: CountingOptions) -> [Activity] {
    guard let sequence = interval.sequence, !sequence.runs.isEmpty else {
      return [
        Activity(
          firstTime: interval.firstTime, lastTime: interval.lastTime, packets: interval.packets)
      ]
    }
    var parts: [Activity] = []
    for (index, run) in sequence.runs.enumerated() {
      let epoch = interval.epoch - (index < sequence.formerRuns ? 1 : 0)
      if let last = parts.last, last.epoch == epoch,
        run.firstTime - last.lastTime < options.leftAfter
      {
        parts[parts.count - 1].lastTime = max(last.lastTime, run.lastTime)
        parts[parts.count - 1].packets &+= run.count
        parts[parts.count - 1].runs.append(run)
      } else {
        parts.append(
          Activity(
            firstTime: parts.isEmpty ? interval.firstTime : run.firstTime,
            lastTime: run.lastTime, packets: run.count, runs: [run], epoch: epoch))
      }
    }
    parts[parts.count - 1].lastTime = max(parts[parts.count - 1].lastTime, interval.lastTime)
    for index in parts.indices { parts[index].isShort = interval.payload.isShort }
    return parts
  }
}
