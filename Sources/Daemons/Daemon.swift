import Foundation
import Router

/// A service at work on a thread of its own, as what runs it sees it.
package protocol Daemon: Sendable {
  associatedtype Configuration: DaemonConfiguration

  /// Its name, which is that of the command and of the control socket.
  static var name: String { get }
  /// Gives the daemon as soon as it is set up.
  static func start(_ configuration: Configuration, _ log: EventLog) async throws -> Self
  /// Goes on with other guests.
  func reload(_ configuration: Configuration)
  func answer(_ request: ControlRequest) -> ControlAnswer
  func stop()
  /// Waits until it has left the kernel as it was.
  func end() async throws
}

/// A thread that makes a service, and runs it to its end.
struct ServiceThread<Handle: Sendable>: Sendable {
  private enum Step: Sendable {
    case ready(Handle)
    case ended(RouterError?)
  }

  let handle: Handle
  private let ending: Task<RouterError?, Never>

  static func start(
    _ run: @escaping @Sendable ((Handle) -> Void) throws(RouterError) -> Void
  ) async throws -> ServiceThread {
    let (steps, continuation) = AsyncStream.makeStream(of: Step.self)
    let thread = Thread {
      var failure: RouterError?
      do throws(RouterError) { try run { continuation.yield(.ready($0)) } } catch {
        failure = error
      }
      continuation.yield(.ended(failure))
      continuation.finish()
    }
    thread.name = "router"
    thread.start()
    let (readiness, ready) = AsyncStream.makeStream(of: Handle.self)
    let ending = Task { () -> RouterError? in
      defer { ready.finish() }
      for await step in steps {
        switch step {
        case .ready(let handle): ready.yield(handle)
        case .ended(let failure): return failure
        }
      }
      return nil
    }
    for await handle in readiness { return ServiceThread(handle: handle, ending: ending) }
    throw await ending.value ?? RouterError.refused("starting", reason: "it ended")
  }

  func end() async throws {
    if let failure = await ending.value { throw failure }
  }
}

/// Tells systemd, where it asked to be told (sd_notify(3)).
package func notifyManager(_ text: String) {
  guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"] else { return }
  notify(text, at: path)
}
