import Glibc
import Synchronization

/// How many programs may run at once, by the file descriptors that this process may have.
final class DescriptorBudget: Sendable {
  static let shared = DescriptorBudget(limit: raisedLimit())

  /// Its pipes, and what its start takes for a moment.
  static let ofProgram = 12
  /// What everything else needs.
  static let reserve = 64

  private let left: Mutex<Int>

  /// - Parameter limit: the descriptors that the process may have.
  init(limit: Int) {
    left = Mutex(limit - Self.reserve)
  }

  /// False where there are none left for another program.
  func take() -> Bool {
    left.withLock { left in
      guard left >= Self.ofProgram else { return false }
      left -= Self.ofProgram
      return true
    }
  }

  func giveBack() { left.withLock { $0 += Self.ofProgram } }

  /// The limit, raised to what the system allows.
  private static func raisedLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 256
    }
    let soft = limit.rlim_cur
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    if limit.rlim_cur > soft,
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    {
      return Int(clamping: limit.rlim_cur)
    }
    return Int(clamping: soft)
  }
}
