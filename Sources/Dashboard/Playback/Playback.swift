package import Moves
package import Wire

/// Plays what points observed in time: steps go in as they are read, and reach the dashboard when
/// they are due. Pure: whoever drives it says what its clock shows, as the time since any moment.
package struct Playback: Sendable {
  /// What the user can ask for.
  package enum Command: Equatable, Sendable {
    /// To stand still, or to go on.
    case pause
    /// To stand still, one interval farther on.
    case step
    /// To go forward so far, or back where it is negative.
    case seek(Duration)
    case faster, slower
  }

  /// What the screen says of it.
  package struct State: Equatable, Sendable {
    package var speed: Double
    package var isPaused = false
    /// What lies before a moment that was asked for is still being read.
    package var isSeeking = false
    /// All was shown that there is.
    package var hasEnded = false

    package init(speed: Double) {
      self.speed = speed
    }
  }

  /// Seconds of the data a second that it may be played at.
  package static var speeds: ClosedRange<Double> { Pace.speeds }
  /// How far one key seeks.
  package static let leap = Duration.seconds(10)
  /// Bytes that are read ahead, at the least.
  package static let ahead = 4 << 20

  private let interval: Duration
  /// Empty, as it is before the first step.
  private let blank: Reel
  private(set) var reel: Reel
  private var pace: Pace
  /// The moment that is shown; nil before the first step.
  private(set) var time: Timestamp?
  /// Where a key has asked to be, until it is there.
  private var goal: Timestamp?
  /// When the first step is due in which points saw something: where it begins.
  private var start: Timestamp?
  private var isRead = false
  /// The user's own, in the order of time.
  private var marks: [Mark] = []
  /// How many of them are in the reel.
  private var placed = 0

  /// - Parameters:
  ///   - speed: seconds of the data a second, one of `speeds`.
  ///   - interval: the points' shortest.
  ///   - model: the dashboard, which has not been shown anything.
  ///   - limits: how much is kept; going back farther needs all read again.
  package init(
    speed: Double, interval: Duration, on model: DashboardModel, limits: ReelLimits = ReelLimits()
  ) {
    self.interval = interval
    blank = Reel(scene: model.scene, interval: interval, limits: limits)
    reel = blank
    pace = Pace(speed: speed)
  }

  package var state: State {
    var state = State(speed: pace.speed)
    state.isPaused = pace.isPaused
    state.isSeeking = goal != nil
    state.hasEnded = isRead && reel.nextDue == nil && time == reel.end
    return state
  }

  /// Whether more steps are to be read now.
  package var wantsMore: Bool { !isRead && reel.aheadByteCount < Self.ahead }

  /// Takes a step that was read.
  package mutating func read(_ observed: Observed) {
    placeMarks(before: max(observed.upTo, reel.end ?? observed.upTo))
    reel.append(observed)
    if start == nil, !observed.snapshots.isEmpty { start = reel.end }
  }

  /// Every step was read.
  package mutating func end() {
    placeMarks(before: Timestamp(nanoseconds: .max))
    isRead = true
    start = start ?? reel.end
  }

  /// Puts marks that were set before all was read again in their places.
  private mutating func placeMarks(before time: Timestamp) {
    while placed < marks.count, marks[placed].time < time {
      reel.append(marks[placed])
      placed += 1
    }
  }

  /// Gives the dashboard what is due.
  ///
  /// - Returns: whether its picture is another one now.
  package mutating func advance(to clock: Duration, on model: inout DashboardModel) -> Bool {
    let before = model.playback
    defer { model.playback = state }
    guard let end = reel.end, let start else { return before != state }
    if time == nil {
      time = start
      pace.go(to: start, at: clock)
    }
    let wanted = goal ?? pace.time(at: clock)
    let reached = min(wanted, end)
    let isNew = reel.play(to: reached, on: &model)
    time = reached
    if goal != nil {
      if reached == wanted || isRead { goal = nil }
      pace.go(to: reached, at: clock)
    } else if reached < wanted {
      // It waits for what is still to be read, and does not hurry then.
      pace.go(to: reached, at: clock)
    }
    return isNew || before != state
  }

  /// Obeys the user.
  ///
  /// - Returns: a moment so far back that all must be read again for it, with `restart`; nil where
  ///   there is no such need.
  package mutating func obey(
    _ command: Command, at clock: Duration, on model: inout DashboardModel
  ) -> Timestamp? {
    defer { model.playback = state }
    switch command {
    case .pause: pace.pause(!pace.isPaused, at: clock)
    case .faster: pace.change(by: 2, at: clock)
    case .slower: pace.change(by: 0.5, at: clock)
    case .step:
      pace.pause(true, at: clock)
      if let from = goal ?? time { goal = from.aligned(to: interval) + interval }
    case .seek(let span):
      // Before the first step there is nothing to go through.
      guard let from = goal ?? time, let start else { break }
      let wanted = max(from + span, start)
      guard let time, wanted < time else {
        goal = wanted
        return nil
      }
      guard let earliest = reel.earliest, wanted >= earliest else { return wanted }
      goBack(to: wanted, at: clock, on: &model)
    }
    return nil
  }

  /// Goes back as far as it can without reading anything again.
  package mutating func goBackToEarliest(at clock: Duration, on model: inout DashboardModel) {
    guard let earliest = reel.earliest else { return }
    goBack(to: earliest, at: clock, on: &model)
    model.playback = state
  }

  private mutating func goBack(
    to time: Timestamp, at clock: Duration, on model: inout DashboardModel
  ) {
    reel.goBack(to: time, on: &model)
    self.time = time
    goal = nil
    pace.go(to: time, at: clock)
  }

  /// Begins anew, with every step to be read again from the first, and goes to a moment.
  package mutating func restart(to time: Timestamp, on model: inout DashboardModel) {
    reel = blank
    reel.goBack(to: time, on: &model)
    self.time = nil
    goal = time
    isRead = false
    placed = 0
    model.playback = state
  }

  /// Goes on from where it is, after the clock went on without it.
  package mutating func resume(at clock: Duration) {
    if let time { pace.go(to: time, at: clock) }
  }

  /// Sets a mark of the user's at the moment that is shown.
  package mutating func mark(_ text: String, on model: inout DashboardModel) {
    guard let time else { return }
    placeMarks(before: time + .nanoseconds(1))
    let mark = Mark(time: time, kind: .user, detail: [("text", .text(text))])
    let index = marks.firstIndex { $0.time > time } ?? marks.count
    marks.insert(mark, at: index)
    placed += 1
    reel.insert(mark)
    _ = reel.play(to: time, on: &model)
  }

  /// How long nothing can become due, at the most 50 ms.
  package func patience(at clock: Duration) -> Duration {
    let most = Duration.milliseconds(50)
    if goal != nil { return .milliseconds(1) }
    guard let time, !pace.isPaused, !state.hasEnded else { return most }
    let tick = time.aligned(to: interval) + interval
    guard let due = reel.nextDue.map({ min($0, tick) }) else { return .milliseconds(10) }
    let rest = (due - pace.time(at: clock)).milliseconds / pace.speed
    return min(max(.milliseconds(Int(min(rest.rounded(.up), 50))), .milliseconds(1)), most)
  }
}
