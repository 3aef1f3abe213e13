import Glibc
import Wire

/// Waits until a descriptor has something to read, or an error, but no longer than `timeout`.
///
/// - Returns: whether it has. A signal can end the wait early.
@discardableResult
func isReadable(_ descriptor: Int32, within timeout: Duration) -> Bool {
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return unsafe poll(&request, 1, milliseconds(timeout)) > 0
}

/// Lets this time pass. A signal can end it early.
func pause(_ time: Duration) {
  _ = poll(nil, 0, milliseconds(time))
}

/// A timeout in whole milliseconds, rounded up.
func milliseconds(_ timeout: Duration) -> Int32 {
  Int32(clamping: (max(timeout, .zero) + .nanoseconds(999_999)).wholeNanoseconds / 1_000_000)
}

/// The C library's words for an errno.
func reasonText(_ number: Int32) -> String {
  unsafe String(cString: strerror(number))
}
