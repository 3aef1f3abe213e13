import CLinux
import Foundation
import Synchronization

/// A long-lived program that this process started, in a network namespace where one is given.
///
/// The kernel kills it when this process ends, however that comes about. It gets no signal from the
/// terminal: Ctrl-C reaches it through `interrupt()` alone.
package final class ChildProcess: Sendable {
  /// How a program ended.
  package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  private struct State {
    var ending: Ending?
    var waiters: [CheckedContinuation<Ending, Never>] = []
  }

  package let identifier: Int32
  private let state = Mutex(State())

  private init(identifier: Int32) {
    self.identifier = identifier
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: the program's absolute path and its arguments.
  ///   - output: the descriptor that becomes its standard output.
  ///   - error: the descriptor that becomes its standard error.
  package static func start(
    _ command: [String], in namespace: NetworkNamespace? = nil,
    output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO
  ) async throws(LabError) -> ChildProcess {
    let started = await withCheckedContinuation { continuation in
      // The child dies with the thread that started it, so this thread stays until the child ends.
      Thread.detachNewThread {
        do throws(LabError) {
          try namespace?.enter()
          let identifier = try startProgram(command, output: output, error: error)
          let child = ChildProcess(identifier: identifier)
          continuation.resume(returning: Result<ChildProcess, LabError>.success(child))
          child.reap()
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try started.get()
  }

  /// Waits for the end, on the thread that started the program.
  private func reap() {
    _ = program_await(identifier)
    let (ending, waiters) = state.withLock { state in
      // Reaped under the lock, so that no signal can go to another process with the same id.
      let ending = reapProgram(identifier)
      state.ending = ending
      defer { state.waiters = [] }
      return (ending, state.waiters)
    }
    for waiter in waiters { waiter.resume(returning: ending) }
  }

  /// Sends a signal; false where the program has ended.
  @discardableResult
  private func send(_ signal: Int32) -> Bool {
    state.withLock { $0.ending == nil && kill(identifier, signal) == 0 }
  }

  /// Stops the program where it stands, as a hypervisor stops a guest; false where it has ended.
  @discardableResult
  package func pause() -> Bool { send(SIGSTOP) }

  /// Lets it go on; false where it has ended.
  @discardableResult
  package func resume() -> Bool { send(SIGCONT) }

  /// Asks it to end, paused or not.
  package func interrupt() {
    send(SIGINT)
    send(SIGCONT)
  }

  /// Ends it.
  package func terminate() { send(SIGKILL) }

  /// How it ended; nil while it runs.
  package var ending: Ending? { state.withLock { $0.ending } }

  /// Waits until it has ended.
  package func wait() async -> Ending {
    await withCheckedContinuation { continuation in
      let ending = state.withLock { state in
        if state.ending == nil { state.waiters.append(continuation) }
        return state.ending
      }
      if let ending { continuation.resume(returning: ending) }
    }
  }
}
