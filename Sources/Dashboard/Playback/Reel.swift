import Moves
import Wire

/// How much of a replay is kept in memory.
package struct ReelLimits: Sendable {
  /// Bytes of steps and copies, about.
  package var bytes = 256 << 20
  /// Steps from one copy to the next, as long as these need as much memory as a copy, so that copies
  /// are not most of what is kept; at the most eight times as many.
  package var stride = 1024

  package init() {}

  /// What the help says of it.
  var lines: [(String, String)] {
    [
      ("kept", "\(bytes >> 20) MB of what was played; farther back files are read again")
    ]
  }
}

/// The steps of a replay that are in memory: those that the dashboard was given, and those that were
/// read ahead of it.
///
/// The scene of a moment is made by the steps up to it, and by time that went on where points saw
/// nothing: live, each interval then ends without a packet. It is the same whichever way the replay
/// came there. Copies of the scene, at some of the steps, are what going back starts from.
struct Reel {
  private struct Step {
    /// Given as soon as the replay has come to this moment; no step's is before another's.
    var due: Timestamp
    var observed: Observed
    /// It is a mark that the user set in the replay.
    var isOwn = false
    /// Bytes of all steps up to this one, those dropped too.
    var sum: Int
  }

  private struct Copy {
    /// The steps that it was made by.
    var count: Int
    /// When the last of them was due; nil for none.
    var due: Timestamp?
    var scene: DashboardModel.Scene
    var byteCount: Int
  }

  private let interval: Duration
  private let limits: ReelLimits
  private var steps: [Step] = []
  /// The oldest ones, which are not kept any more.
  private var dropped = 0
  /// Of all steps, dropped ones too, those that the dashboard was given.
  private var given = 0
  private var copies: [Copy]
  /// What the dashboard was told last of how far time has gone.
  private var told: Timestamp?
  /// Bytes of all that was dropped.
  private var base = 0

  /// - Parameter scene: before the first step.
  init(scene: DashboardModel.Scene, interval: Duration, limits: ReelLimits) {
    self.interval = interval
    self.limits = limits
    copies = [Copy(count: 0, scene: scene, byteCount: scene.history.byteCount)]
  }

  /// When the last step is due that was read; nil before the first.
  var end: Timestamp? { steps.last?.due }

  /// The earliest moment that can be gone back to; nil before the first step.
  var earliest: Timestamp? { copies[0].due ?? steps.first?.due }

  /// When the next step is due, where one was read.
  var nextDue: Timestamp? {
    given - dropped < steps.count ? steps[given - dropped].due : nil
  }

  /// Bytes that were read and not given yet.
  var aheadByteCount: Int {
    let before = given > dropped ? steps[given - dropped - 1].sum : base
    return (steps.last?.sum ?? base) - before
  }

  mutating func append(_ observed: Observed) {
    let sum = (steps.last?.sum ?? base) + observed.byteCount
    let due = max(observed.upTo, end ?? told ?? observed.upTo)
    steps.append(Step(due: due, observed: observed, sum: sum))
  }

  /// Puts a mark behind the steps that were read.
  mutating func append(_ mark: Mark) {
    steps.append(
      Step(
        due: mark.time, observed: Observed(upTo: mark.time, marks: [mark]), isOwn: true,
        sum: steps.last?.sum ?? base))
  }

  /// Puts a mark where the replay is now, so that it is there each time.
  mutating func insert(_ mark: Mark) {
    let index = given - dropped
    let step = Step(
      due: mark.time,
      observed: Observed(upTo: mark.time, marks: [mark]),
      isOwn: true, sum: index > 0 ? steps[index - 1].sum : base)
    steps.insert(step, at: index)
    // What was copied farther on has no such mark.
    copies.removeAll { $0.count > given }
  }

  /// Gives the dashboard what there is up to a moment.
  ///
  /// - Returns: whether that was anything.
  mutating func play(to time: Timestamp, on model: inout DashboardModel) -> Bool {
    var isNew = false
    while let due = nextDue, due <= time {
      tell(to: Timestamp(nanoseconds: max(due.nanoseconds, .min + 1) - 1), model: &model)
      var step = steps[given - dropped]
      if step.isOwn {
        // It says nothing of how far time or clocks have gone.
        step.observed.upTo = model.upTo ?? due
        step.observed.clocks = model.clocks
      }
      model.play(step.observed)
      given += 1
      told = due
      isNew = true
      copy(model)
    }
    guard let end else { return isNew }
    return tell(to: min(time, end), model: &model) || isNew
  }

  /// Lets the dashboard be as it was at a moment, from `earliest` on.
  mutating func goBack(to time: Timestamp, on model: inout DashboardModel) {
    let count = dropped + (steps.firstIndex { $0.due > time } ?? steps.count)
    guard let copy = copies.last(where: { $0.count <= count }) else { return }
    model.scene = copy.scene
    given = copy.count
    told = copy.due
    _ = play(to: time, on: &model)
  }

  /// Tells the end of the last interval up to a moment, where no step has told it.
  @discardableResult
  private mutating func tell(to time: Timestamp, model: inout DashboardModel) -> Bool {
    let time = time.aligned(to: interval)
    guard let last = told, time > last else { return false }
    var observed = Observed(upTo: time)
    observed.clocks = model.clocks
    model.play(observed)
    told = time
    return true
  }

  /// Copies the scene where enough steps came since the last copy, and drops what is too much.
  private mutating func copy(_ model: DashboardModel) {
    let last = copies[copies.count - 1]
    guard given > last.count else { return }
    let before = last.count > dropped ? steps[last.count - dropped - 1].sum : base
    let since = steps[given - dropped - 1].sum - before
    let count = given - last.count
    let isFar = count >= limits.stride || since >= 4 << 20
    guard isFar && since >= last.byteCount || count >= 8 * limits.stride else { return }
    let scene = model.scene
    copies.append(
      Copy(count: given, due: told, scene: scene, byteCount: scene.history.byteCount))
    drop()
  }

  private mutating func drop() {
    while copies.count > 1, byteCount > limits.bytes {
      copies.removeFirst()
      let count = copies[0].count - dropped
      base = steps[count - 1].sum
      steps.removeFirst(count)
      dropped += count
    }
  }

  /// Bytes of all that is kept.
  var byteCount: Int {
    (steps.last?.sum ?? base) - base + copies.reduce(0) { $0 + $1.byteCount }
  }
}
