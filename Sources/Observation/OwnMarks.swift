import Capture
import Moves
import Wire

/// Marks that no snapshot brings: the user's.
///
/// Each is told at the end of the interval that holds it, so that a replay tells it in the same place.
/// Where no capture is live, packets have no time in common with the user, whose marks are told at
/// once.
struct OwnMarks {
  private struct Key: Hashable {
    var time: Timestamp
    var text: String
  }

  private let isLive: Bool
  private var waiting: [Mark] = []
  private var urgent: [Mark] = []
  /// Those that came with the data. Captures of several points may all hold the same.
  private var known: Set<Key> = []
  /// Up to here everything was told.
  private var horizon = Timestamp(nanoseconds: .min)
  private var isOver = false

  init(isLive: Bool) {
    self.isLive = isLive
  }

  /// Takes a mark that the user puts down now. Once all was told there is no place for it any more.
  mutating func add(_ text: String, keeper: CaptureKeeper?) {
    guard !isOver else { return }
    if isLive {
      // What was told lies before it, also where the clock was set back.
      let time = keeper?.mark(text, notBefore: horizon) ?? max(.now, horizon)
      waiting.append(Mark(userText: text, at: time))
    } else {
      urgent.append(Mark(userText: text, at: .now))
    }
  }

  /// Takes marks that came with the data.
  mutating func add(_ marks: [Mark]) {
    for mark in marks {
      guard case .text(let text)? = mark.detail.first?.value else { continue }
      if known.insert(Key(time: mark.time, text: text)).inserted { waiting.append(mark) }
    }
  }

  /// When the next is to be told: the end of an interval, or at once.
  func due(interval: Duration) -> Timestamp? {
    guard urgent.isEmpty else { return Timestamp(nanoseconds: .min) }
    return waiting.map(\.time).min().map { $0.aligned(to: interval) + interval }
  }

  /// The marks before a moment, or all that are left, in the order of time.
  mutating func take(upTo time: Timestamp, isLast: Bool) -> [Mark] {
    horizon = time
    isOver = isLast
    let taken = urgent + waiting.filter { isLast || $0.time < time }
    urgent = []
    waiting.removeAll { isLast || $0.time < time }
    return taken.sorted { $0.time < $1.time }
  }
}

extension Mark {
  /// A mark of the user's.
  init(userText text: String, at time: Timestamp) {
    self.init(time: time, kind: .user, detail: [("text", .text(text))])
  }
}
