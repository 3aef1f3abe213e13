import Foundation
import Synchronization

/// A number that goes up, for which threads wait.
final class Milestone: Sendable {
  private let number = Atomic(0)
  private let waiting = Atomic(0)
  private let news = NSCondition()

  /// Adds one, after everything that the thread has done.
  func advance() {
    number.add(1, ordering: .sequentiallyConsistent)
    guard waiting.load(ordering: .sequentiallyConsistent) > 0 else { return }
    news.lock()
    news.broadcast()
    news.unlock()
  }

  /// Waits until the number is as high.
  ///
  /// As a rule that takes less time than to fall asleep and be woken, some ten microseconds; but the
  /// thread that is waited for may not be running.
  func wait(for height: Int) {
    for _ in 0..<200_000 where number.load(ordering: .acquiring) >= height { return }
    waiting.add(1, ordering: .sequentiallyConsistent)
    news.lock()
    while number.load(ordering: .sequentiallyConsistent) < height { news.wait() }
    news.unlock()
    waiting.subtract(1, ordering: .sequentiallyConsistent)
  }
}
