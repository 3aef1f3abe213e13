package import Wire

/// What an exchange of timestamps told of a point's clock, as NTP does it (RFC 5905 section 8).
package struct ClockReading: Sendable, Equatable {
  /// When it was read, by the point's clock.
  package var time: Timestamp
  /// The boot id of the point's host; nil where it does not say.
  package var host: String?
  /// Whose clock it was compared with: a boot id.
  package var reference: String
  /// What the point's clock shows beyond the other.
  package var offset: Duration
  /// The most that the offset may be wrong by.
  package var bound: Duration

  package init(
    time: Timestamp, host: String?, reference: String, offset: Duration, bound: Duration
  ) {
    self.time = time
    self.host = host
    self.reference = reference
    self.offset = offset
    self.bound = bound
  }
}
