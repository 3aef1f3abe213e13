import Screen
import Wire

/// The frozen screen, and the way back through what is kept.
extension DashboardModel {
  /// The history up to now, whatever moment is shown.
  private var now: History { unseen ?? view.history }

  /// Holds the screen, or shows now again.
  mutating func freeze() {
    if let unseen {
      view.history = unseen
      self.unseen = nil
      chooseAgain()
    } else {
      unseen = view.history
    }
    tellFreezing()
  }

  /// Shows the moment half a window before the one that is shown.
  mutating func goEarlier() {
    let now = now
    guard let shown = view.history.upTo else { return }
    let kept = now.past.moments.first { $0.upTo < shown }
    guard let moment = now.past.moment(notAfter: shown - leap) ?? kept else {
      return tell("nothing is kept of the time before")
    }
    show(moment, of: now)
    if moment.upTo == kept?.upTo { tell("nothing is kept of the time before this") }
  }

  /// Shows the moment half a window after the one that is shown, and at last now.
  mutating func goLater() {
    guard let unseen else { return tell("this is now") }
    guard let shown = view.history.upTo else { return freeze() }
    let near = unseen.past.moment(notAfter: shown + leap).flatMap { $0.upTo > shown ? $0 : nil }
    guard let end = unseen.upTo, shown + leap < end,
      let moment = near ?? unseen.past.moment(after: shown), moment.upTo < end
    else { return freeze() }
    show(moment, of: unseen)
  }

  /// Has the first line say how far the screen is behind.
  mutating func tellFreezing() {
    view.isFrozen = unseen != nil
    view.behind = .zero
    guard let unseen, let shown = view.history.upTo, let newest = unseen.upTo else { return }
    view.behind = newest - shown
  }

  /// How far the keys go back and on.
  private var leap: Duration { .seconds(view.window / 2) }

  private mutating func show(_ moment: Past.Moment, of now: History) {
    unseen = now
    view.history = now.history(at: moment)
    chooseAgain()
    tellFreezing()
  }

  /// A stream that was chosen is so again, where there was none of it at the moment before.
  private mutating func chooseAgain() {
    needsArranging = true
    if let choice, view.history.streams[choice] != nil { choose(choice) }
  }
}
