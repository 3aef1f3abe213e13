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
    wait(for: [descriptor], timeout: timeout)
  }

  /// Waits for the first of several descriptors, 64 at the most.
  ///
  /// - Parameter timeout: Nil for without end. A signal ends the wait earlier.
  /// - Returns: those that have something to read, or an error, in their order.
  @discardableResult
  func wait(for descriptors: [Int32], timeout: Duration?) -> [Int32] {
    let ready = waitForReading(
      descriptors, orWakeup: wakeup,
      nanoseconds: timeout.map { max($0, .zero).wholeNanoseconds } ?? -1)
    return zip(descriptors, ready).filter(\.1).map(\.0)
  }
}
