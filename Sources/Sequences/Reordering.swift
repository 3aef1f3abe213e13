/// How far out of order packets came (RFC 4737). Copies of a number that had come are no part of it.
package struct Reordering: Sendable, Equatable {
  /// Of one packet that came below the next expected number.
  package struct Lateness: Sendable, Equatable {
    /// How many packets came before it from the earliest one on that has a higher number: the
    /// reordering extent (section 4.2).
    package var extent: Int
    /// The time since that packet in nanoseconds: the late time offset (section 4.3). Nil for a
    /// number below the first one, whose time is not kept.
    package var time: Int64?

    package init(extent: Int, time: Int64?) {
      self.extent = extent
      self.time = time
    }
  }

  /// The reordered packets by their extent.
  package var extents = Tally()
  /// The longest late time offset; nil where none is known.
  package var latest: Duration?

  package init() {}

  package init(extents: Tally, latest: Duration?) {
    self.extents = extents
    self.latest = latest
  }

  package var isEmpty: Bool { extents.isEmpty && latest == nil }

  package mutating func take(_ lateness: Lateness) {
    extents.add(lateness.extent)
    if let time = lateness.time { take(latest: .nanoseconds(time)) }
  }

  package static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.extents += right.extents
    if let latest = right.latest { sum.take(latest: latest) }
    return sum
  }

  private mutating func take(latest time: Duration) {
    latest = max(latest ?? time, time)
  }
}
