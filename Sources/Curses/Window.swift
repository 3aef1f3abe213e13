import CNcurses
import Glibc
import Synchronization

/// ncurses on one terminal, behind calls that cannot do harm: all that touches its pointers, and the
/// handler that cleans up after a crash. Only the thread that made it may use it.
///
/// The terminal is put back as it was when the value ends, whatever ends it.
@safe struct Window: ~Copyable {
  /// What a key press is to ncurses.
  enum Code {
    case character(UInt32)
    case function(Int32)
  }

  private let window: UnsafeMutablePointer<WINDOW>

  /// What can be known of the terminal without touching it.
  ///
  /// - Returns: its name.
  static func check() throws(TerminalError) -> String {
    guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
    let name = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
    guard !["", "dumb", "unknown"].contains(name) else { throw .unsuitable(name) }
    return name
  }

  /// Takes the terminal over: standard output, and the keyboard from standard input, or from the
  /// controlling terminal where standard input is a pipe.
  init() throws(TerminalError) {
    let name = try Self.check()
    let keyboard = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : unsafe open("/dev/tty", O_RDWR)
    guard keyboard >= 0 else { throw .notATerminal }
    Crash.remember(terminal: keyboard)
    guard let screen = unsafe curses_start(keyboard) else { throw .unsuitable(name) }
    // A terminal that cannot put the cursor anywhere cannot show a screen.
    guard Self.capability("cup") != nil else {
      endwin()
      throw .unsuitable(name)
    }
    unsafe window = screen
    raw()
    noecho()
    nonl()
    curs_set(0)
    set_escdelay(25)
    unsafe keypad(window, true)
    // Stopping is done by `suspend`, not by the handler of ncurses.
    signal(SIGTSTP, SIG_DFL)
    Crash.watch(
      restoring: ["rmkx", "op", "sgr0", "cnorm", "rmcup"].compactMap(Self.capability).joined())
  }

  deinit {
    // An empty screen is left behind also by terminals that have no other one to go back to.
    unsafe werase(window)
    refresh()
    endwin()
    Crash.unwatch()
  }

  /// Whether the locale draws Unicode: the user's, or C.UTF-8 where there is none.
  static func setLocale() -> Bool {
    let given = unsafe setlocale(LC_ALL, "").map { unsafe String(cString: $0) }
    if isUTF8 { return true }
    // A machine without locales mostly sits behind a terminal that draws UTF-8 all the same; one
    // with another locale was told so by somebody.
    guard given == nil || given == "C" || given == "POSIX" else { return false }
    return unsafe setlocale(LC_ALL, "C.UTF-8") != nil && isUTF8
  }

  private static var isUTF8: Bool {
    unsafe nl_langinfo(Int32(CODESET)).map { unsafe String(cString: $0) } == "UTF-8"
  }

  /// A string of the terminal's description, without its padding; nil where it has none.
  private static func capability(_ name: String) -> String? {
    guard let text = unsafe tigetstr(name), Int(bitPattern: text) != -1 else { return nil }
    var padding = false
    return unsafe String(cString: text).split(separator: "$", omittingEmptySubsequences: false)
      .enumerated().map { index, part in
        padding = index > 0 && part.hasPrefix("<")
        return padding ? String(part.drop { $0 != ">" }.dropFirst()) : String(part)
      }.joined()
  }

  /// Columns and rows as the terminal has them now.
  func measure() -> (width: Int, height: Int) {
    var size = winsize()
    if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 {
      let height = Int32(size.ws_row)
      let width = Int32(size.ws_col)
      if is_term_resized(height, width) { resizeterm(height, width) }
    }
    return unsafe (Int(getmaxx(window)), Int(getmaxy(window)))
  }

  /// The number of colours, 0 without any. The terminal's own background stays.
  func startColours() -> Int {
    guard has_colors(), start_color() == OK, use_default_colors() == OK else { return 0 }
    return Int(curses_colour_count())
  }

  func definePair(_ pair: Int16, colour: Int16) {
    init_pair(pair, colour, -1)
  }

  func put(
    _ text: String, column: Int, row: Int, pair: Int16, isBold: Bool, isDim: Bool,
    isReversed: Bool
  ) {
    let attributes =
      (isBold ? curses_bold : 0) | (isDim ? curses_dim : 0) | (isReversed ? curses_reverse : 0)
    unsafe wattr_set(window, attributes, pair, nil)
    unsafe mvwaddnstr(window, Int32(row), Int32(column), text, -1)
  }

  func clear() {
    unsafe werase(window)
    unsafe clearok(window, true)
  }

  func refresh() {
    // Another thread may have crashed and given the terminal back.
    guard !Crash.hasHappened.load(ordering: .relaxed) else { return }
    unsafe wrefresh(window)
  }

  /// The next key, waited for at most so many milliseconds.
  func read(milliseconds: Int32) -> Code? {
    unsafe wtimeout(window, milliseconds)
    var code: wint_t = 0
    switch unsafe wget_wch(window, &code) {
    case KEY_CODE_YES: return .function(Int32(bitPattern: code))
    case OK: return .character(code)
    default: return nil
    }
  }

  /// Gives the terminal back, stops the program, and takes the terminal again when it goes on.
  func suspend() {
    endwin()
    // To this thread, which so goes no further: ncurses would drop the signal while it draws. A
    // thread that another one's work made may have it blocked.
    var stop = sigset_t()
    unsafe sigemptyset(&stop)
    unsafe sigaddset(&stop, SIGTSTP)
    unsafe pthread_sigmask(SIG_UNBLOCK, &stop, nil)
    raise(SIGTSTP)
    clear()
  }
}

/// Puts the terminal back when the program crashes, and lets it crash as it would have.
private enum Crash {
  static let signals = [SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE]
  static let textLimit = 256
  static let hasHappened = Atomic(false)

  // What the handler needs is made before it is set: the handler may neither allocate nor lock.
  nonisolated(unsafe) static let settings = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) static let terminal = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  nonisolated(unsafe) static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: textLimit)
  nonisolated(unsafe) static let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  nonisolated(unsafe) static let earlier = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

  /// Keeps the settings that the terminal has now.
  static func remember(terminal descriptor: Int32) {
    unsafe terminal.initialize(to: descriptor)
    unsafe settings.initialize(to: termios())
    unsafe tcgetattr(descriptor, settings)
  }

  static func watch(restoring sequence: String) {
    let bytes = sequence.utf8.prefix(textLimit)
    for (index, byte) in bytes.enumerated() { unsafe text[index] = byte }
    unsafe count.initialize(to: bytes.count)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { signal in
      Crash.hasHappened.store(true, ordering: .relaxed)
      unsafe tcsetattr(Crash.terminal.pointee, TCSANOW, Crash.settings)
      _ = unsafe write(STDOUT_FILENO, Crash.text, Crash.count.pointee)
      unsafe sigaction(signal, Crash.earlier + Int(signal), nil)
      raise(signal)
    }
    action.sa_flags = SA_ONSTACK | SA_NODEFER
    for signal in signals { unsafe sigaction(signal, &action, earlier + Int(signal)) }
  }

  static func unwatch() {
    for signal in signals { unsafe sigaction(signal, earlier + Int(signal), nil) }
  }
}
