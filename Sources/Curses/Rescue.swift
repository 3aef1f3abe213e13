import Glibc
import Synchronization

/// Puts the terminal back as it was when the program crashes, ends in the middle of a picture, or
/// cannot wait for the thread that draws; a crash is then what it would have been.
enum Rescue {
  /// The signals that end a program which does not expect them; `interruptions()` expects the others.
  private static let signals = [
    SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS, SIGQUIT, SIGXCPU, SIGXFSZ,
  ]
  private static let textLimit = 256
  private static let stackSize = 1 << 16
  static let hasHappened = Atomic(false)
  private static let isWatching = Atomic(false)

  // What the handler needs is made before it is set: the handler may neither allocate nor lock.
  nonisolated(unsafe) private static let settings =
    UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) private static let terminal =
    UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  nonisolated(unsafe) private static let text =
    UnsafeMutablePointer<UInt8>.allocate(capacity: textLimit)
  nonisolated(unsafe) private static let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  nonisolated(unsafe) private static let earlier =
    UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
  /// For a handler that runs because the other stack has no room left.
  nonisolated(unsafe) private static let stack =
    UnsafeMutableRawPointer.allocate(byteCount: stackSize, alignment: 16)
  private static let atExit: Void = { atexit { Rescue.giveBack() } }()

  /// Keeps the settings that the terminal has now.
  static func remember(terminal descriptor: Int32) {
    unsafe terminal.initialize(to: descriptor)
    unsafe settings.initialize(to: termios())
    unsafe tcgetattr(descriptor, settings)
  }

  /// - Parameter sequence: What the terminal obeys to be as it was.
  static func watch(restoring sequence: String) {
    let bytes = sequence.utf8.prefix(textLimit)
    for (index, byte) in bytes.enumerated() { unsafe text[index] = byte }
    unsafe count.initialize(to: bytes.count)
    isWatching.store(true, ordering: .sequentiallyConsistent)
    _ = atExit
    provideStack()
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { signal in
      Rescue.giveBack()
      unsafe sigaction(signal, Rescue.earlier + Int(signal), nil)
      raise(signal)
    }
    action.sa_flags = SA_ONSTACK | SA_NODEFER
    for signal in signals {
      let before = unsafe earlier + Int(signal)
      unsafe before.initialize(to: sigaction())
      unsafe sigaction(signal, nil, before)
      let isIgnored =
        unsafe unsafeBitCast(before.pointee.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
      if !isIgnored { unsafe sigaction(signal, &action, nil) }
    }
  }

  static func unwatch() {
    isWatching.store(false, ordering: .sequentiallyConsistent)
    for signal in signals { unsafe sigaction(signal, earlier + Int(signal), nil) }
  }

  /// Gives the terminal back from wherever, once: it neither waits, allocates nor locks.
  static func giveBack() {
    guard isWatching.exchange(false, ordering: .sequentiallyConsistent) else { return }
    hasHappened.store(true, ordering: .relaxed)
    unsafe tcsetattr(terminal.pointee, TCSANOW, settings)
    // A terminal that takes nothing more must not hold up the end.
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    _ = fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK)
    _ = unsafe write(STDOUT_FILENO, text, count.pointee)
    _ = fcntl(STDOUT_FILENO, F_SETFL, flags)
  }

  /// Gives this thread a second stack for handlers, unless it has one.
  private static func provideStack() {
    var present = unsafe stack_t()
    guard unsafe sigaltstack(nil, &present) == 0, unsafe present.ss_flags & Int32(SS_DISABLE) != 0
    else { return }
    var mine = unsafe stack_t(ss_sp: stack, ss_flags: 0, ss_size: stackSize)
    unsafe sigaltstack(&mine, nil)
  }
}
