import ArgumentParser
import Dispatch
import Foundation
import Generator
import Observation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP as they come, from the moment of the call; the program no longer ends by
/// them. SIGHUP stays ignored where it is (nohup(1)).
///
/// Any number of streams may wait for the same signal: each hears of it.
func interruptions() -> AsyncStream<Int32> {
  AsyncStream { continuation in
    let listener = UUID()
    for number in [SIGINT, SIGTERM, SIGHUP] {
      SignalSources.shared.add(continuation, listener, to: number)
    }
    continuation.onTermination = { _ in SignalSources.shared.remove(listener) }
  }
}

/// Ends the observation at the first interruption, and the program at the second.
func stopping(_ observation: Observation) -> Task<Void, Never> {
  // Heard from now on, whenever the task gets to run.
  let signals = interruptions()
  return Task {
    var isStopping = false
    for await _ in signals {
      // A pipe whose writer stands still in the middle of a packet cannot be left otherwise.
      if isStopping {
        Nemotop.exit(withError: Failure("interrupted twice: it ends at once").told())
      }
      isStopping = true
      observation.stop()
    }
  }
}

/// One source for each signal, kept for good: libdispatch loses signals that have two.
private final class SignalSources: Sendable {
  static let shared = SignalSources()

  private typealias Listeners = [UUID: AsyncStream<Int32>.Continuation]

  private struct State {
    var sources: [Int32: any DispatchSourceSignal] = [:]
    var listeners: [Int32: Listeners] = [:]
  }

  private let state = Mutex(State())

  func add(_ continuation: AsyncStream<Int32>.Continuation, _ listener: UUID, to number: Int32) {
    state.withLock { state in
      state.listeners[number, default: [:]][listener] = continuation
      guard state.sources[number] == nil else { return }
      let isIgnored = Interruption.isIgnored(number)
      guard !isIgnored || number != SIGHUP else { return }
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in tell(number) }
      source.resume()
      state.sources[number] = source
    }
  }

  func remove(_ listener: UUID) {
    state.withLock { state in
      for number in state.listeners.keys { state.listeners[number]?[listener] = nil }
    }
  }

  private func tell(_ number: Int32) {
    let listeners = state.withLock { $0.listeners[number] ?? [:] }
    for listener in listeners.values { listener.yield(number) }
  }
}
