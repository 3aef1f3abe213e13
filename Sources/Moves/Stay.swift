import Sequences
import Streams
import Wire

/// A place where a stream can be: a point, and the leg on which it is carried there.
struct Place: Hashable, Comparable, Sendable {
  /// The point's index in the order the user gave.
  var point: Int
  var leg: Leg

  static func < (left: Place, right: Place) -> Bool {
    (left.point, left.leg) < (right.point, right.leg)
  }
}

/// An uninterrupted presence of a stream at a place.
struct Stay: Sendable {
  /// The numbers that were heard in it, in the stream's common count.
  struct Numbers: Sendable {
    var generation: Int
    var lowest: Int64
    var highest: Int64

    var range: ClosedRange<Int64> { lowest...highest }
  }

  var firstTime: Timestamp
  var lastTime: Timestamp
  private(set) var packets: Int
  /// Nil where the payload has none.
  private(set) var numbers: Numbers?

  init(_ activity: Activity, numbers: Numbers? = nil) {
    firstTime = activity.firstTime
    lastTime = activity.lastTime
    packets = activity.packets
    self.numbers = numbers
  }

  /// The mean time between packets; nil before the second.
  private var spacing: Duration? {
    packets > 1 ? (lastTime - firstTime) / (packets - 1) : nil
  }

  /// The silence after which the stream has left.
  func leftAfter(_ options: CountingOptions) -> Duration {
    max(options.leftAfter, (spacing ?? .zero) * 20)
  }

  /// The silence that may hide a stay elsewhere.
  private func gapOver(_ options: CountingOptions) -> Duration {
    max(options.gapOver, (spacing ?? .zero) * 5)
  }

  /// Whether what is heard next begins another stay: after a silence in which the stream had left, or
  /// in which numbers went by that may have gone elsewhere, or with the numbers of another sender.
  func ends(
    before activity: Activity, numbers next: Numbers?, options: CountingOptions
  ) -> Bool {
    let silence = activity.firstTime - lastTime
    if silence >= leftAfter(options) { return true }
    guard let numbers, let next else { return false }
    return next.generation != numbers.generation
      || next.lowest > numbers.highest &+ 1 && silence >= gapOver(options)
  }

  /// Goes on with what is heard next.
  mutating func take(_ activity: Activity, numbers next: Numbers?) {
    firstTime = min(firstTime, activity.firstTime)
    lastTime = max(lastTime, activity.lastTime)
    packets &+= activity.packets
    if let next { join(next) }
  }

  /// Goes on with a later stay at the same place: the stream was not away.
  mutating func take(_ later: Stay) {
    lastTime = max(lastTime, later.lastTime)
    packets &+= later.packets
    if let next = later.numbers { join(next) }
  }

  private mutating func join(_ next: Numbers) {
    guard let numbers, numbers.generation == next.generation else {
      numbers = next
      return
    }
    self.numbers?.lowest = min(numbers.lowest, next.lowest)
    self.numbers?.highest = max(numbers.highest, next.highest)
  }

  /// Whether the stream was in this stay before it was in the other, by its numbers where both have
  /// them: clocks of two points need not agree.
  func begins(before other: Stay) -> Bool {
    guard let numbers, let others = other.numbers else { return firstTime < other.firstTime }
    if numbers.generation != others.generation { return numbers.generation < others.generation }
    return numbers.lowest != others.lowest
      ? numbers.lowest < others.lowest : firstTime < other.firstTime
  }

  /// Whether this stay went on after the other.
  func outlasts(_ other: Stay) -> Bool {
    guard let numbers, let others = other.numbers else { return lastTime > other.lastTime }
    if numbers.generation != others.generation { return numbers.generation > others.generation }
    return numbers.highest > others.highest
  }

  /// Whether this stay began only when the other was over, or lasted clearly longer.
  func follows(_ other: Stay, options: CountingOptions) -> Bool {
    if lastTime - other.lastTime >= gapOver(options) { return true }
    guard let numbers, let others = other.numbers else { return lastTime > other.lastTime }
    return numbers.generation != others.generation || numbers.lowest > others.highest
  }
}
