package import Moves
import Streams
import Wire

extension DashboardModel {
  /// What the data alone have made of the dashboard.
  package struct Scene: Sendable {
    var history: History
    /// The stream that was chosen by itself.
    var chosen: StreamKey?
  }

  package var scene: Scene {
    get {
      var history = unseen ?? view.history
      // A replay goes back by its own steps.
      history.forgetPast()
      return Scene(history: history, chosen: view.selected)
    }
    set {
      if unseen != nil {
        unseen = newValue.history
      } else {
        view.history = newValue.history
      }
      if !hasChosen { view.selected = newValue.chosen }
      needsArranging = true
    }
  }

  /// How far time has gone; nil before the first step.
  var upTo: Timestamp? { (unseen ?? view.history).upTo }

  /// How sure it is now how far the points' clocks are apart.
  var clocks: ClockAgreement { (unseen ?? view.history).clocks }

  /// What the screen says of the replay; nil where nothing is played in time.
  package var playback: Playback.State? {
    get { view.playback }
    set { view.playback = newValue }
  }

  /// Shows a step of a replay. What is chosen by itself depends on the steps alone, not on when the
  /// screen was drawn among them.
  package mutating func play(_ observed: Observed) {
    observe(observed)
    guard unseen == nil, !hasChosen else { return }
    view.selectBusiest(among: view.shownStreams)
  }
}
