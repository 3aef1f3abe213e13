import Dispatch
import Synchronization

/// Lets threads wait for what others do.
final class Bell: Sendable {
  /// How many sleep, or are about to.
  private let sleeperCount = Atomic(0)
  private let sleepers = Mutex<[DispatchSemaphore]>([])

  /// Tells that something was done that may be waited for: a sequentially consistent change of an
  /// atomic number.
  func ring() {
    guard sleeperCount.load(ordering: .sequentiallyConsistent) > 0 else { return }
    let woken = sleepers.withLock { sleepers in
      defer { sleepers.removeAll() }
      return sleepers
    }
    for sleeper in woken { sleeper.signal() }
  }

  /// Waits until something is so.
  ///
  /// As a rule that takes less time than to fall asleep and be woken, some ten microseconds; but the
  /// thread that is waited for may not be running.
  ///
  /// - Parameter isSo: looks at atomic numbers.
  func wait(until isSo: () -> Bool) {
    for _ in 0..<50_000 where isSo() { return }
    sleeperCount.add(1, ordering: .sequentiallyConsistent)
    defer { sleeperCount.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let sleeper = DispatchSemaphore(value: 0)
      let mustSleep = sleepers.withLock { sleepers in
        guard !isSo() else { return false }
        sleepers.append(sleeper)
        return true
      }
      guard mustSleep else { return }
      sleeper.wait()
    }
  }
}
