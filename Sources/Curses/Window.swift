import CNcurses
import Glibc
import Synchronization

/// ncurses on one terminal, behind calls that cannot do harm: all that touches its pointers. Only the
/// thread that made it may use it.
///
/// The terminal is put back as it was when the value ends, whatever ends it.
@safe struct Window: ~Copyable {
  /// What a key press is to ncurses.
  enum Code {
    case character(UInt32)
    case function(Int32)
  }

  private let window: UnsafeMutablePointer<WINDOW>
  private let keyboard: Int32

  /// What can be known of the terminal without touching it.
  ///
  /// - Returns: its name.
  static func check() throws(TerminalError) -> String {
    guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
    let name = variable(named: "TERM")
    guard !["", "dumb", "unknown"].contains(name) else { throw .unsuitable(name) }
    return name
  }

  /// Takes the terminal over: standard output, and the keyboard from standard input, or from the
  /// controlling terminal where standard input is a pipe.
  init() throws(TerminalError) {
    let name = try Self.check()
    let keyboard = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : unsafe open("/dev/tty", O_RDWR)
    guard keyboard >= 0 else { throw .notATerminal }
    Rescue.remember(terminal: keyboard)
    guard let screen = unsafe curses_start(keyboard) else { throw .unsuitable(name) }
    // A terminal that cannot put the cursor anywhere cannot show a screen.
    guard Self.capability("cup") != nil else {
      endwin()
      throw .unsuitable(name)
    }
    unsafe window = screen
    self.keyboard = keyboard
    raw()
    noecho()
    nonl()
    curs_set(0)
    set_escdelay(25)
    unsafe keypad(window, true)
    // Stopping is done by `suspend`, not by the handler of ncurses.
    signal(SIGTSTP, SIG_DFL)
    Rescue.watch(
      restoring: ["rmkx", "op", "sgr0", "cnorm", "rmcup"].compactMap(Self.capability).joined())
  }

  deinit {
    // An empty screen is left behind also by terminals that have no other one to go back to.
    unsafe werase(window)
    refresh()
    endwin()
    Rescue.unwatch()
  }

  /// Whether the locale draws Unicode: the user's, or C.UTF-8 where there is none.
  static func setLocale() -> Bool {
    let isKnown = unsafe setlocale(LC_ALL, "") != nil
    if isUTF8 { return true }
    // A machine without locales mostly sits behind a terminal that draws UTF-8 all the same; one
    // with another locale, `C` among them, was told so by somebody.
    let wanted = ["LC_ALL", "LC_CTYPE", "LANG"].contains { variable(named: $0) != "" }
    guard !wanted || !isKnown else { return false }
    return unsafe setlocale(LC_ALL, "C.UTF-8") != nil && isUTF8
  }

  /// A variable of the environment; empty where it is not set.
  private static func variable(named name: String) -> String {
    unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
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
    // Another thread may have given the terminal back.
    guard !Rescue.hasHappened.load(ordering: .relaxed) else { return }
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

  /// Whether there is nobody any more at the other end of the terminal. Reading from it fails then at
  /// once, again and again.
  var isHungUp: Bool {
    var ends = [
      pollfd(fd: keyboard, events: 0, revents: 0), pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
    ]
    let count = unsafe poll(&ends, nfds_t(ends.count), 0)
    return count > 0 && ends.contains { $0.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 }
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
