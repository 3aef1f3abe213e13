import Simulation
import Wire

/// Where a guest goes and when: from host to host in turn, at even or at random intervals.
package struct Itinerary: Sendable {
  /// In the order of their turns; the first comes after the last.
  package let hosts: [MigrationHost]
  /// The shortest and the longest time from one move's beginning to the next's.
  package let bounds: ClosedRange<Duration>
  package let seed: UInt64

  package init(hosts: [MigrationHost], every bounds: ClosedRange<Duration>, seed: UInt64) {
    self.hosts = hosts
    self.bounds = bounds
    self.seed = seed
  }

  /// The same hosts and bounds with another seed.
  package func seeded(_ seed: UInt64) -> Itinerary {
    Itinerary(hosts: hosts, every: bounds, seed: seed)
  }

  /// The host whose turn it is after this one; the first after a host that is none of these.
  package func host(after host: MigrationHost) -> MigrationHost {
    guard let index = hosts.firstIndex(of: host) else { return hosts[0] }
    return hosts[(index + 1) % hosts.count]
  }

  /// The time from the beginning of the move before to that of the move of this number, counted from
  /// 1. It depends on the seed and the number alone, so that a shuttle that was started anew goes on
  /// as it would have.
  package func interval(before number: Int) -> Duration {
    var generator = SplitMix64(seed: seed, lane: UInt64(number))
    let width = (bounds.upperBound - bounds.lowerBound).wholeNanoseconds
    return bounds.lowerBound + .nanoseconds(generator.next(below: width + 1))
  }
}
