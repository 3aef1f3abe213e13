import CLinux
import Dispatch
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

/// Calls a function with each number below `count` at once, on threads that may wait for one another:
/// queues promise no threads. Returns when all have returned.
///
/// Each begins on a core of its own. Left to the system, threads that wake one another begin on the
/// same one, and may stay there in turn for a third of the time that a large file takes.
func onEveryCore(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let ends = DispatchSemaphore(value: 0)
  let core = nemotop_core()
  for index in 1..<count {
    startThread(named: "count \(index)") {
      nemotop_leave_core(core, Int32(index))
      body(index)
      ends.signal()
    }
  }
  body(0)
  for _ in 1..<count { ends.wait() }
}
