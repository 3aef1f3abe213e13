import Streams
import Wire

/// Whether what is sent of one stream still comes to any point beyond the guest and its servers' own interfaces.
struct Reachability: Sendable {
  /// A point, and when the stream was heard there last.
  struct Sighting: Sendable {
    var point: Int
    var time: Timestamp
  }

  /// A change of it.
  enum Change: Sendable {
    /// It was last heard beyond there, and goes on being sent as it is seen within.
    case cut(beyond: Sighting, within: Sighting)
    /// It is heard beyond again, after so long.
    case restored(Sighting, after: Duration)
  }

  private var beyond: Sighting?
  private var within: Sighting?
  private(set) var isCut = false

  /// Takes what was heard at a point; at each they come in the order of time.
  mutating func take(
    from first: Timestamp, to last: Timestamp, at point: Int, role: Point.Role
  ) -> Change? {
    switch role {
    case .source, .access:
      if within.map({ $0.time < last }) ?? true { within = Sighting(point: point, time: last) }
      return nil
    case .external, .anchor, .receiver:
      defer {
        if beyond.map({ $0.time < last }) ?? true { beyond = Sighting(point: point, time: last) }
      }
      guard isCut, let beyond, first > beyond.time else { return nil }
      isCut = false
      return .restored(Sighting(point: point, time: first), after: first - beyond.time)
    }
  }

  /// Finds out whether it is sent on, and heard nowhere beyond.
  ///
  /// - Parameters:
  ///   - silence: That has to have lasted beyond.
  ///   - correction: What the clock of a point is ahead of another's.
  ///   - isSure: Whether nothing was missed beyond in that time.
  mutating func cut(
    after silence: Duration, correction: (_ within: Int, _ beyond: Int, Timestamp) -> Duration,
    isSure: (_ start: Timestamp, _ end: Timestamp) -> Bool
  ) -> Change? {
    guard !isCut, let beyond, let within, within.time - beyond.time >= silence,
      within.time - beyond.time - correction(within.point, beyond.point, within.time) >= silence,
      isSure(beyond.time, within.time)
    else { return nil }
    isCut = true
    return .cut(beyond: beyond, within: within)
  }
}
