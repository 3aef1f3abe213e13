import Dashboard
import Moves
import Wire

/// A replay on the terminal: the pure `Playback`, driven by this machine's clock.
struct Player {
  private(set) var playback: Playback
  private let readAgain: (@Sendable (_ wasWhole: Bool) throws -> AsyncStream<Observed>)?
  private let clock = SuspendingClock()
  private let start: SuspendingClock.Instant
  private var hasEnded = false

  init(_ replay: TerminalSession.Replay, on model: inout DashboardModel) {
    start = clock.now
    playback = Playback(speed: replay.speed, interval: replay.interval, on: model)
    readAgain = replay.readAgain
    model.playback = playback.state
  }

  private var now: Duration { start.duration(to: clock.now) }

  /// Milliseconds in which nothing can become due.
  var patience: Int { Int(playback.patience(at: now).milliseconds) }

  /// Takes what was read, and shows what is due.
  ///
  /// - Returns: whether the picture is another one.
  mutating func show(_ news: Inbox.News, on model: inout DashboardModel) -> Bool {
    for observed in news.observed { playback.read(observed) }
    if news.hasEnded, !hasEnded { playback.end() }
    hasEnded = news.hasEnded
    for text in news.marks { playback.mark(text, on: &model) }
    let isNew = playback.advance(to: now, on: &model)
    return isNew || !news.marks.isEmpty
  }

  mutating func mark(_ text: String, on model: inout DashboardModel) {
    playback.mark(text, on: &model)
  }

  /// Goes on after the program was stopped.
  mutating func resume() { playback.resume(at: now) }

  mutating func obey(
    _ command: Playback.Command, reading inbox: Inbox, on model: inout DashboardModel
  ) {
    guard let time = playback.obey(command, at: now, on: &model) else { return }
    guard let readAgain else {
      playback.goBackToEarliest(at: now, on: &model)
      model.tell("what came before is not kept, and a pipe cannot be read again")
      return
    }
    do {
      inbox.read(try readAgain(hasEnded))
      hasEnded = false
      playback.restart(to: time, on: &model)
    } catch {
      model.tell("it cannot be read again: \(error)")
    }
  }
}
