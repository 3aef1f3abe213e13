import Dispatch
import Synchronization

/// A number that goes up, for which threads wait.
final class Milestone: Sendable {
  private struct Sleeper {
    let height: Int
    let bell: DispatchSemaphore
  }

  private let number = Atomic(0)
  /// How many sleep, or are about to.
  private let sleeperCount = Atomic(0)
  private let sleepers = Mutex<[Sleeper]>([])

  /// Adds one, after everything that the thread has done.
  func advance() {
    let reached = number.add(1, ordering: .sequentiallyConsistent).newValue
    guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
    sleepers.withLock { sleepers in
      for sleeper in sleepers where sleeper.height <= reached { sleeper.bell.signal() }
      sleepers.removeAll { $0.height <= reached }
    }
  }

  /// Waits until the number is as high.
  ///
  /// As a rule that takes less time than to fall asleep and be woken, some ten microseconds; but the
  /// thread that is waited for may not be running.
  func wait(for height: Int) {
    for _ in 0..<200_000 where number.load(ordering: .acquiring) >= height { return }
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    defer { sleeperCount.subtract(1, ordering: .sequentiallyConsistent) }
    let bell = DispatchSemaphore(value: 0)
    let mustSleep = sleepers.withLock { sleepers in
      guard number.load(ordering: .sequentiallyConsistent) < height else { return false }
      sleepers.append(Sleeper(height: height, bell: bell))
      return true
    }
    if mustSleep { bell.wait() }
  }
}
