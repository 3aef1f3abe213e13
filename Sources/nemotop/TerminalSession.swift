import Curses
import Dashboard
import Foundation
import Glibc
import HostNames
import Moves
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
  ///   - mark: sets a user mark with this text.
  ///   - stop: ends the observation; called when the terminal is as it was before.
  /// - Throws: `Failure` where the terminal cannot show a screen.
  func run(
    _ updates: some AsyncSequence<Observed, Never> & Sendable,
    mark: @escaping @Sendable (String) -> Void, stop: @Sendable () -> Void
  ) async throws {
    let inbox = Inbox()
    let feeding = Task {
      for await observed in updates { inbox.put(observed) }
      inbox.end()
    }
    let end = End()
    let signals = interruptions()
    let closing = Task {
      for await _ in signals {
        inbox.close()
        try? await Task.sleep(for: Self.patience)
        // A terminal that takes nothing more keeps the thread from seeing it.
        if !end.hasCome {
          Terminal.giveUp()
          end.come(.success(()))
        }
      }
    }
    defer {
      closing.cancel()
      feeding.cancel()
      stop()
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        end.await(done)
        Thread.detachNewThread { end.come(Result { try show(inbox, mark: mark) }) }
      }
    } onCancel: {
      inbox.close()
    }
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
    var drawn = (width: -1, height: -1)
    var isStale = true
    while true {
      let news = inbox.take()
      if news.isClosed || terminal.isHungUp { return }
      for observed in news.observed { model.observe(observed) }
      if news.hasEnded { model.end() }
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
      var patience = isStale ? 0 : 50
      while let key = terminal.key(within: patience) {
        patience = 0
        isStale = true
        if key == .control("z") { terminal.suspend() }
        switch model.press(key) {
        case .quit: return
        case .mark(let text): mark(text)
        case .writeScreen(let text): model.tell(DashboardFile.write(text, as: "txt"))
        case .writeTable(let text): model.tell(DashboardFile.write(text, as: "csv"))
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
  private typealias Continuation = CheckedContinuation<Void, any Error>
  private let state = Mutex((hasCome: false, waiting: Continuation?.none))

  var hasCome: Bool { state.withLock { $0.hasCome } }

  func await(_ continuation: CheckedContinuation<Void, any Error>) {
    state.withLock { $0.waiting = continuation }
  }

  func come(_ result: Result<Void, any Error>) {
    let waiting = state.withLock { state in
      defer { state = (true, nil) }
      return state.waiting
    }
    waiting?.resume(with: result)
  }
}

/// What was observed and not yet shown.
private final class Inbox: Sendable {
  struct News {
    var observed: [Observed] = []
    var hasEnded = false
    var isClosed = false
    /// Something came since the last time.
    var isNew = false
  }

  private let news = Mutex(News())

  func put(_ observed: Observed) {
    news.withLock {
      $0.observed.append(observed)
      $0.isNew = true
    }
  }

  func end() {
    news.withLock {
      $0.hasEnded = true
      $0.isNew = true
    }
  }

  func close() {
    news.withLock { $0.isClosed = true }
  }

  func take() -> News {
    news.withLock { news in
      defer {
        news.observed = []
        news.isNew = false
      }
      return news
    }
  }
}
