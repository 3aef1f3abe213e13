package import Wire

/// Consecutive numbers that arrived in order, with the times of the first and the last of them.
package struct NumberRun: Hashable, Sendable {
  /// Extended numbers, both ends included.
  package var first: Int64
  package var last: Int64
  package var firstTime: Timestamp
  package var lastTime: Timestamp

  package init(first: Int64, last: Int64, firstTime: Timestamp, lastTime: Timestamp) {
    self.first = first
    self.last = last
    self.firstTime = firstTime
    self.lastTime = lastTime
  }

  /// How many numbers the run holds.
  package var count: Int { Int(last &- first) &+ 1 }
}
