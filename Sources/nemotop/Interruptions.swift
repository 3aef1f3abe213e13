import Dispatch
import Foundation

/// The signals as they come, from the moment of the call; the program no longer ends by them.
func interruptions(_ signals: [Int32] = [SIGINT, SIGTERM]) -> AsyncStream<Int32> {
  AsyncStream { continuation in
    let sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
    let kept = Kept(sources)
    continuation.onTermination = { _ in kept.cancel() }
  }
}

/// Keeps signal sources alive as long as their stream.
private final class Kept: Sendable {
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  init(_ sources: [any DispatchSourceSignal]) {
    unsafe self.sources = sources
  }

  func cancel() {
    for source in unsafe sources { source.cancel() }
  }
}
