/// Tells when packets are due: logic only, without a clock of its own.
///
/// Moments are nanoseconds of one clock that only goes forward. A hiccup is made up for with a burst;
/// after anything longer, as when the guest was paused or the process stopped, it goes on at its rate
/// from then: the sender never catches up. Without a rate a packet is due whenever it is asked for one.
package struct Pacer: Sendable {
  /// The longest lateness that is made up for: 10 ms.
  package static var hiccup: Int64 { 10_000_000 }

  private let rate: PacketRate?
  /// No packet is due at this moment or later.
  private let end: Int64
  /// The moment of the first packet since the last pause, and how many have gone since.
  private var origin: Int64
  private var count: UInt64 = 0
  /// When the next packet is due.
  package private(set) var next: Int64
  /// How often it was later than a hiccup.
  package private(set) var pauses = 0
  /// The nanoseconds of these pauses, which were not made up for.
  package private(set) var paused: Int64 = 0

  /// - Parameters:
  ///   - rate: nil for no limit.
  ///   - start: when the first packet is due.
  ///   - end: the moment from which none is due.
  package init(rate: PacketRate?, start: Int64, end: Int64 = .max) {
    self.rate = rate
    self.end = end
    origin = start
    next = start
  }

  /// Whether no packet will ever be due again.
  package var isOver: Bool { next >= end }

  /// Takes the packets that are due at this moment, at most `limit`, and tells how many they are.
  package mutating func take(at now: Int64, limit: Int) -> Int {
    guard now >= next, limit > 0 else { return 0 }
    guard let rate else {
      next = now
      return now < end ? limit : 0
    }
    if now - next > Self.hiccup {
      pauses += 1
      paused += min(now, end) - min(next, end)
      origin = now
      count = 0
      next = now
    }
    guard next < end else { return 0 }
    let due = rate.count(upTo: UInt64(min(now, end - 1) - origin)) - count
    let taken = min(due, UInt64(limit))
    count += taken
    let time = rate.time(of: count)
    next = time < UInt64(Int64.max - origin) ? origin + Int64(time) : .max
    return Int(taken)
  }
}
