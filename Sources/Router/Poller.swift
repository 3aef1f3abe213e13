import CLinux
import Glibc
import Wire

/// Waits until a descriptor has something to read, some time has passed, or another thread wakes it.
final class Poller: Sendable {
  private let wakeup: Int32

  init() throws(RouterError) {
    wakeup = wakeup_open()
    guard wakeup >= 0 else {
      throw .refused("making an event descriptor", reason: reason(of: -wakeup))
    }
  }

  deinit {
    if wakeup >= 0 { close(wakeup) }
  }

  /// Ends the wait that goes on, or else the next one; from any thread.
  func wake() {
    wakeup_send(wakeup)
  }

  /// - Parameter timeout: Nil for without end.
  func wait(for descriptor: Int32, timeout: Duration?) {
    wakeup_wait(descriptor, wakeup, timeout.map { max($0, .zero).wholeNanoseconds } ?? -1)
  }
}
