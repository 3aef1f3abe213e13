import CLinux
import Glibc

/// What a thread runs, until it has begun.
private final class Errand {
  let name: String
  let run: @Sendable () -> Void

  init(_ name: String, _ run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Starts a thread of its own, which nothing else will ever run on: it may enter a namespace, and
/// others may wait for it.
///
/// - Parameter name: of which the system shows 15 bytes.
func startThread(named name: String, _ run: @escaping @Sendable () -> Void) {
  let errand = unsafe Unmanaged.passRetained(Errand(name, run)).toOpaque()
  var thread = pthread_t()
  let number = unsafe pthread_create(
    &thread, nil,
    { opaque in
      guard let opaque = unsafe opaque else { return nil }
      let errand = unsafe Unmanaged<Errand>.fromOpaque(opaque).takeRetainedValue()
      unsafe nemotop_name_thread(errand.name)
      errand.run()
      return nil
    }, errand)
  precondition(number == 0, "no thread can be had")
  pthread_detach(thread)
}
