import Foundation
import Synchronization
package import Wire

/// Looks up names of addresses in threads of its own: neither asking nor taking waits for an answer.
///
/// A name that was handed over is forgotten: whoever asked keeps it.
package final class NameLookup: Sendable {
  package enum Answer: Equatable, Sendable {
    case name(HostName)
    /// The address has no name.
    case none
    /// Who would know could not be asked.
    case unknown
  }

  /// Addresses that wait at the most; others may be asked for again.
  package static let queueLimit = 256
  /// Addresses without a name that are remembered, so that they are not asked for all the time.
  package static let nameless = 4_096
  /// After which an address is asked for again.
  package static let patience = (none: Duration.seconds(300), unknown: Duration.seconds(30))

  private struct State {
    var waiting: [IPAddress] = []
    /// Those that wait, and those that are being looked up.
    var pending: Set<IPAddress> = []
    var found: [IPAddress: HostName] = [:]
    /// Until when those without a name are not asked for.
    var nameless: [IPAddress: ContinuousClock.Instant] = [:]
    var threads = 0
    var isStopped = false
  }

  private let state = Mutex(State())
  private let work = DispatchSemaphore(value: 0)
  private let threads: Int
  private let now: @Sendable () -> ContinuousClock.Instant
  private let ask: @Sendable (IPAddress) -> Answer

  /// - Parameters:
  ///   - threads: how many addresses are looked up at the same time.
  ///   - now: the clock.
  ///   - ask: looks up an address, and may take its time.
  package init(
    threads: Int = 4, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    ask: @escaping @Sendable (IPAddress) -> Answer
  ) {
    self.threads = threads
    self.now = now
    self.ask = ask
  }

  /// Wants names of these addresses; what was asked for already is not asked for twice.
  package func request(_ addresses: [IPAddress]) {
    guard !addresses.isEmpty else { return }
    let now = now()
    let (added, started) = state.withLock { state in
      var added = 0
      for address in addresses where state.waiting.count < Self.queueLimit {
        guard !state.pending.contains(address), state.found[address] == nil,
          state.nameless[address].map({ $0 <= now }) ?? true
        else { continue }
        state.nameless[address] = nil
        state.pending.insert(address)
        state.waiting.append(address)
        added += 1
      }
      let started = min(added, threads - state.threads)
      state.threads += started
      return (added, started)
    }
    for _ in 0..<started { Thread.detachNewThread { self.run() } }
    for _ in 0..<added { work.signal() }
  }

  /// The names that were found since the last time.
  package func take() -> [IPAddress: HostName] {
    state.withLock { state in
      defer { state.found = [:] }
      return state.found
    }
  }

  /// Ends the threads, each as soon as it has its answer.
  package func stop() {
    let threads = state.withLock { state in
      state.isStopped = true
      return state.threads
    }
    for _ in 0..<threads { work.signal() }
  }

  private func run() {
    while true {
      work.wait()
      let next = state.withLock { state -> IPAddress? in
        guard !state.isStopped, !state.waiting.isEmpty else { return nil }
        return state.waiting.removeFirst()
      }
      guard let address = next else { return }
      let answer = ask(address)
      let now = now()
      state.withLock { state in
        state.pending.remove(address)
        switch answer {
        case .name(let name): state.found[address] = name
        case .none: state.nameless[address] = now + Self.patience.none
        case .unknown: state.nameless[address] = now + Self.patience.unknown
        }
        guard state.nameless.count > Self.nameless else { return }
        // Those that may be asked for the soonest go first.
        let sorted = state.nameless.sorted { $0.value > $1.value }.prefix(Self.nameless / 2)
        state.nameless = Dictionary(uniqueKeysWithValues: sorted.map { ($0.key, $0.value) })
      }
    }
  }
}
