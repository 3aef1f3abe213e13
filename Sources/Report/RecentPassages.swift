import Sequences
import Streams
import Wire

/// A stretch of packets that passed a place: its numbers, where it has any, and exact times at both ends.
struct Passage: Sendable, Equatable {
  var start: Timestamp
  var end: Timestamp
  /// Nil where the packets are not numbered.
  var numbers: ClosedRange<Int64>?
  var epoch: Int

  /// The time of a number in it: exact at both ends, between them by an even spacing.
  func time(of number: Int64) -> (time: Timestamp, isExact: Bool)? {
    guard let numbers, numbers.contains(number) else { return nil }
    if number == numbers.lowerBound { return (start, true) }
    if number == numbers.upperBound { return (end, true) }
    let part =
      Double(number &- numbers.lowerBound) / Double(numbers.upperBound &- numbers.lowerBound)
    let offset = Double((end - start).wholeNanoseconds) * part
    return (start + .nanoseconds(Int64(clamping: offset)), false)
  }
}

/// What passed a place not long ago: enough to draw a move once it is told.
struct RecentPassages: Sendable {
  /// How long passages are kept, and how many of the last ones however old they are.
  static let span = Duration.seconds(600)
  static let least = 64
  /// How many there are at the most.
  static let most = 100_000

  private(set) var passages: [Passage] = []
  private var begin = 0

  var all: ArraySlice<Passage> { passages[begin...] }

  /// Takes what an interval tells of its packets.
  mutating func take(_ interval: StreamInterval) {
    guard interval.packets > 0 else { return }
    let runs = interval.sequence.map { Array($0.runs.dropFirst($0.formerRuns)) } ?? []
    for run in runs where run.first <= run.last {
      passages.append(
        Passage(
          start: run.firstTime, end: run.lastTime, numbers: run.first...run.last,
          epoch: interval.epoch))
    }
    if runs.isEmpty {
      passages.append(
        Passage(
          start: interval.firstTime, end: interval.lastTime, numbers: nil, epoch: interval.epoch))
    }
    forget(before: interval.lastTime - Self.span)
  }

  private mutating func forget(before time: Timestamp) {
    while passages.count - begin > Self.least,
      passages[begin].end < time || passages.count - begin > Self.most
    {
      begin += 1
    }
    if begin > passages.count / 2 {
      passages.removeFirst(begin)
      begin = 0
    }
  }
}
