import Curses
import Dashboard
import Foundation
import Glibc
import HostNames
import Moves
import Observation
import Screen
import Streams
import Synchronization
import Wire

/// The dashboard on the terminal that the program runs in, over whatever is observed.
///
/// One thread owns the terminal; what is observed reaches it through an inbox, so that neither waits
/// for the other.
struct TerminalSession: Sendable {
  /// The points known from the start, in their order on the screen.
  var points: [Point]
  /// Draws with ASCII characters only.
  var isASCII = false
  /// What the terminal draws on; nil for what COLORFGBG says.
  var background: Background?
  /// The layout to begin with; the key for the next one goes on through the built-in ones.
  var layout = Layout.demo
  /// Names of one's own.
  var names = NameBook()
  /// Shows numbers in the place of addresses.
  var isMasked = false
  /// How what is recorded is played in time; nil where all is shown as soon as it comes.
  var replay: Replay?

  /// A recording or capture that is played in time.
  struct Replay: Sendable {
    /// Seconds of the data a second.
    var speed: Double
    /// The points' shortest.
    var interval: Duration
    /// Begins to read it once more, after it was or was not read to its end; nil where that cannot
    /// be, as from a pipe.
    var readAgain: (@Sendable (_ wasWhole: Bool) throws -> AsyncStream<Observed>)?
  }

  /// How long the sources may take to end once the terminal is as it was.
  private static let ending = Duration.seconds(6)
  /// How long the thread that draws may take to end.
  private static let patience = Duration.seconds(2)

  /// Finds out, without touching it, whether the terminal can show a screen.
  ///
  /// - Throws: `Failure` where it cannot.
  static func check() throws {
    do throws(TerminalError) {
      try Terminal.check()
    } catch {
      throw Failure(error)
    }
  }

  /// Whether the terminal, if there is one, can show a screen.
  static var isPossible: Bool { (try? check()) != nil }

  /// Shows the updates until the user quits, the task is cancelled, SIGINT, SIGTERM or SIGHUP
  /// comes, or the terminal's connection is closed. When the updates end, what they showed stays on the screen.
  ///
  /// - Parameters:
  ///   - endedEarly: the names of the points whose data ended before their time, once all have ended.
  ///   - mark: sets a user mark with this text.
  ///   - stop: ends the observation; called when the terminal is as it was before.
  /// - Throws: `Failure` where the terminal cannot show a screen.
  func run(
    _ updates: AsyncStream<Observed>,
    endedEarly: @escaping @Sendable () async -> [String] = { [] },
    mark: @escaping @Sendable (String) -> Void, stop: @Sendable () -> Void
  ) async throws {
    let inbox = Inbox(reading: updates, isEager: replay == nil)
    // A replay has its own time, and so its own marks.
    let marks = replay.map { _ in MarkSocket { inbox.mark($0.asLine) } } ?? nil
    defer { marks?.close() }
    let feeding = Task { await inbox.fill(endedEarly: endedEarly) }
    let end = End()
    let signals = interruptions()
    let closing = Task {
      for await _ in signals {
        if end.hasCome { feeding.cancel() }
        inbox.close()
        try? await Task.sleep(for: Self.patience)
        // A terminal that takes nothing more keeps the thread from seeing it.
        if !end.hasCome {
          Terminal.giveUp()
          end.come(.success(()))
        }
      }
    }
    defer { closing.cancel() }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (done: CheckedContinuation<Result<Void, any Error>, Never>) in
        end.await(done)
        Thread.detachNewThread { end.come(Result { try show(inbox, mark: mark) }) }
      }
    } onCancel: {
      inbox.close()
    }
    stop()
    // Programs that sources run end with them, and not after them.
    let limit = Task {
      try? await Task.sleep(for: Self.ending)
      feeding.cancel()
    }
    await feeding.value
    limit.cancel()
    try result.get()
  }

  /// The thread's loop: takes what came, draws where something changed, waits for a key.
  private func show(_ inbox: Inbox, mark: (String) -> Void) throws {
    let environment = ProcessInfo.processInfo.environment
    var terminal: Terminal
    do throws(TerminalError) {
      terminal = try Terminal(
        name: environment["TERM"], usesColours: environment["NO_COLOR"] ?? "" == "")
    } catch {
      throw Failure(error)
    }
    var model = DashboardModel(
      layout: layout, others: layout.others, points: points,
      glyphs: isASCII || !terminal.drawsUnicode ? .ascii : .unicode,
      clockOffset: .seconds(TimeZone.current.secondsFromGMT()), names: names,
      isMasked: isMasked)
    let palette = Palette(
      on: background ?? Background(colorFGBG: environment["COLORFGBG"]),
      count: terminal.colourCount)
    let lookup = NameLookup(ask: SystemNames.ask)
    defer { lookup.stop() }
    var player = replay.map { Player($0, on: &model) }
    var drawn = (width: -1, height: -1)
    var isStale = true
    while true {
      var news = inbox.take(wantingMore: player?.playback.wantsMore ?? true)
      if news.isClosed || terminal.isHungUp { return }
      if player != nil {
        news.isNew = player?.show(news, on: &model) ?? false
      } else {
        for observed in news.observed { model.observe(observed) }
        if news.hasEnded { model.end() }
      }
      model.endEarly(at: news.endedEarly)
      let size = terminal.size
      if isStale || news.isNew || size != drawn {
        terminal.use(palette.replacing(model.colours, count: terminal.colourCount))
        terminal.show(model.render(width: size.width, height: size.height))
        drawn = size
        lookup.request(model.unnamed)
      }
      isStale = false
      let names = lookup.take()
      if !names.isEmpty {
        model.learn(names.mapValues(\.text))
        isStale = true
      }
      // Keys that came together are obeyed before the next picture.
      var patience = isStale ? 0 : player?.patience ?? 50
      while let key = terminal.key(within: patience) {
        patience = 0
        isStale = true
        if key == .control("z") {
          terminal.suspend()
          player?.resume()
        }
        switch model.press(key) {
        case .quit: return
        case .mark(let text):
          if player == nil { mark(text) } else { player?.mark(text, on: &model) }
        case .writeScreen(let text): model.tell(DashboardFile.write(text, as: "txt"))
        case .writeTable(let text): model.tell(DashboardFile.write(text, as: "csv"))
        case .play(let command): player?.obey(command, reading: inbox, on: &model)
        case nil: break
        }
      }
    }
  }
}

extension Failure {
  init(_ error: TerminalError) {
    let advice = "`nemotop log` prints the same as lines"
    switch error {
    case .notATerminal: self.init("no terminal to draw on: \(advice)")
    case .unsuitable(""): self.init("TERM is not set: set it to the terminal's name, or \(advice)")
    case .unsuitable(let name): self.init("TERM=\(name) cannot show a screen: \(advice)")
    }
  }
}

/// The end of a session, which comes once.
private final class End: Sendable {
  private typealias Continuation = CheckedContinuation<Result<Void, any Error>, Never>
  private let state = Mutex((hasCome: false, waiting: Continuation?.none))

  var hasCome: Bool { state.withLock { $0.hasCome } }

  func await(_ continuation: CheckedContinuation<Result<Void, any Error>, Never>) {
    state.withLock { $0.waiting = continuation }
  }

  func come(_ result: Result<Void, any Error>) {
    let waiting = state.withLock { state in
      defer { state = (true, nil) }
      return state.waiting
    }
    waiting?.resume(returning: result)
  }
}
