import Streams
import Wire

/// The Binding Updates and Acknowledgements that passed the points lately.
struct Signalling: Sendable {
  /// An Update and the Acknowledgement that answers it, as one point saw them.
  struct Binding: Sendable {
    var update: Signal
    var acknowledgement: Signal?
    /// Where they passed.
    var point: Int

    /// Whether the home agent said yes (RFC 6275 section 6.1.8).
    var isAccepted: Bool { acknowledgement?.message.status.map { $0 < 128 } ?? false }
  }

  private struct Sighting: Sendable {
    var point: Int
    var signal: Signal
  }

  static let capacity = 1024
  /// How long before the last packet at the old place an Update may belong to the move.
  static let lead = Duration.seconds(5)

  private let points: [Point]
  private var sightings: [Sighting] = []

  init(points: [Point]) {
    self.points = points
  }

  /// Takes what passed a point, and compares the clocks of points that the same message passed.
  mutating func take(_ signals: [Signal], at point: Int, comparing clocks: inout Clocks) {
    for signal in signals {
      compare(signal, at: point, with: &clocks)
      sightings.append(Sighting(point: point, signal: signal))
    }
    if sightings.count > Self.capacity { sightings.removeFirst(sightings.count - Self.capacity) }
  }

  /// Updates go to the home agent, Acknowledgements come from there.
  private func compare(_ signal: Signal, at point: Int, with clocks: inout Clocks) {
    guard points[point].role == .anchor || points[point].role == .external else { return }
    let isUpdate = signal.message.kind == .update
    for other in points.indices where !clocks.areSame(point, other) {
      let roles = [points[point].role, points[other].role]
      guard roles == [.anchor, .external] || roles == [.external, .anchor] else { continue }
      let same = sightings.filter {
        $0.point == other && $0.signal.message == signal.message
          && abs($0.signal.time.nanoseconds(since: signal.time)) < Self.lead.wholeNanoseconds
      }
      // A message that was sent twice does not tell which is which.
      guard same.count == 1, let twin = same.first else { continue }
      if isUpdate == (points[point].role == .anchor) {
        clocks.note(from: other, at: twin.signal.time, to: point, at: signal.time)
      } else {
        clocks.note(from: point, at: signal.time, to: other, at: twin.signal.time)
      }
    }
  }

  /// When a newer Update of another care-of address reached a point.
  ///
  /// - Parameter update: That of the binding which is overtaken.
  func overtaking(
    _ update: BindingMessage, of stream: StreamKey, at point: Int?
  ) -> Timestamp? {
    sightings.first { sighting in
      let message = sighting.signal.message
      guard sighting.point == point, message.registers(stream.source, at: message.careOfAddress),
        message.careOfAddress != update.careOfAddress
      else { return false }
      return message.isNewer(than: update)
    }?.signal.time
  }

  /// The last Update by which the care-of address of a leg was registered until then.
  private func registration(
    of stream: StreamKey, by leg: Leg, until time: Timestamp
  ) -> BindingMessage? {
    guard let careOf = leg.levels.first?.source else { return nil }
    return sightings.last { sighting in
      sighting.signal.time <= time && sighting.signal.message.registers(stream.source, at: careOf)
    }?.signal.message
  }

  /// The binding that a move belongs to: the Update that registers the care-of address of the new
  /// leg, for the home address or the prefix of the stream's source, seen at the new point where
  /// that saw it, else at the first point that did. What was signalled before the stream had left
  /// the new place the last time belongs to an earlier move, and so does what the care-of address of
  /// the old leg overtook while the stream was there.
  func binding(
    of stream: StreamKey, by leg: Leg, at point: Int, around transition: StreamPath.Transition
  ) -> Binding? {
    guard let careOf = leg.levels.first?.source else { return nil }
    let start = max(
      transition.before.lastTime - Self.lead,
      transition.lastDeparture ?? Timestamp(nanoseconds: .min))
    let former = registration(
      of: stream, by: transition.from.leg, until: transition.before.lastTime)
    let updates = sightings.filter { sighting in
      let message = sighting.signal.message
      return sighting.signal.time >= start && message.registers(stream.source, at: careOf)
        && former.map { message.isNewer(than: $0) } ?? true
    }
    guard let update = updates.first(where: { $0.point == point }) ?? updates.first else {
      return nil
    }
    let answers = sightings.filter { sighting in
      sighting.point == update.point && sighting.signal.message.kind == .acknowledgement
        && sighting.signal.message.destination == careOf
        && sighting.signal.time >= update.signal.time
    }
    let accepted = answers.first { ($0.signal.message.status ?? 255) < 128 }
    guard let answer = accepted ?? answers.first else {
      return Binding(update: update.signal, acknowledgement: nil, point: update.point)
    }
    let asked = updates.last {
      $0.point == update.point && $0.signal.time <= answer.signal.time
        && $0.signal.message.sequence == answer.signal.message.sequence
    }
    return Binding(
      update: (asked ?? update).signal, acknowledgement: answer.signal, point: update.point)
  }
}

extension BindingMessage {
  /// Whether it is an Update that binds the address to a care-of address.
  func registers(_ address: IPAddress, at careOf: IPAddress) -> Bool {
    kind == .update && lifetime > 0 && careOfAddress == careOf && covers(address)
  }

  /// Whether its sequence number is above another Update's, modulo 2^16 (RFC 6275 section 9.5.1).
  func isNewer(than other: BindingMessage) -> Bool {
    Int16(bitPattern: sequence &- other.sequence) > 0
  }

  /// Whether the address is the home address or lies in one of the prefixes; a message that names
  /// neither (implicit mode without options) covers every address.
  func covers(_ address: IPAddress) -> Bool {
    if homeAddress == address { return true }
    if prefixes.isEmpty { return homeAddress == nil || kind == .update }
    return prefixes.contains { address.lies(in: $0.address, length: Int($0.length)) }
  }
}

extension IPAddress {
  /// Whether the address begins with the first `length` bits of an IPv6 prefix.
  func lies(in prefix: IPAddress, length: Int) -> Bool {
    guard !isIPv4, !prefix.isIPv4 else { return false }
    let highBits = min(length, 64)
    let lowBits = max(min(length, 128) - 64, 0)
    let highMask = highBits <= 0 ? 0 : UInt64.max << UInt64(64 - highBits)
    let lowMask = lowBits == 0 ? 0 : UInt64.max << UInt64(64 - lowBits)
    return (high ^ prefix.high) & highMask == 0 && (low ^ prefix.low) & lowMask == 0
  }
}
