package import Wire

/// The sequence number of a Binding Update (RFC 6275 section 9.5.1): of two, the newer is the one that is
/// less than 2¹⁵ ahead, modulo 2¹⁶.
package enum SequenceNumber {
  package static func isNewer(_ number: UInt16, than last: UInt16) -> Bool {
    1..<0x8000 ~= number &- last
  }

  /// The number that a router begins with, in tenths of a second of the time of day.
  ///
  /// Two servers share the home address of a guest, and do not know each other's numbers. By the time of
  /// day the one that registers later has the newer number, as long as their clocks agree to the tenth
  /// and an hour has not gone by since the last Update (2¹⁵ tenths). Where that fails, status 135 tells
  /// the number to go on from.
  package static func initial(at time: Timestamp) -> UInt16 {
    UInt16(truncatingIfNeeded: time.nanoseconds / 100_000_000)
  }

  /// The number after `last` at a moment: that of the time of day where it is newer.
  package static func next(after last: UInt16?, at time: Timestamp) -> UInt16 {
    let initial = initial(at: time)
    guard let last, !isNewer(initial, than: last) else { return initial }
    return last &+ 1
  }
}
