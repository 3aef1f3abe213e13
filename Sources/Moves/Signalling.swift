import Streams
import Wire

/// The Binding Updates and Acknowledgements that passed the points lately.
struct Signalling: Sendable {
  /// An Update and the Acknowledgement that answers it, as one point saw them.
  struct Binding: Sendable {
    var update: Signal
    var acknowledgement: Signal?
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

  mutating func take(_ signals: [Signal], at point: Int) {
    sightings += signals.map { Sighting(point: point, signal: $0) }
    if sightings.count > Self.capacity { sightings.removeFirst(sightings.count - Self.capacity) }
  }

  /// The binding that a move belongs to: the Update that registers the care-of address of the new
  /// leg, for the home address or the prefix of the stream's source, seen at the new point where
  /// that saw it, else at the first point that did. What was signalled before the stream had left
  /// the new place the last time belongs to an earlier move.
  func binding(
    of stream: StreamKey, by leg: Leg, at point: Int, around transition: StreamPath.Transition
  ) -> Binding? {
    guard let careOf = leg.levels.first?.source else { return nil }
    let start = max(
      transition.lastBefore - Self.lead,
      transition.lastDeparture ?? Timestamp(nanoseconds: .min))
    let updates = sightings.filter { sighting in
      let message = sighting.signal.message
      return message.kind == .update && message.lifetime > 0 && message.careOfAddress == careOf
        && message.covers(stream.source)
        && sighting.signal.time >= start
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
      return Binding(update: update.signal, acknowledgement: nil)
    }
    let asked = updates.last {
      $0.point == update.point && $0.signal.time <= answer.signal.time
        && $0.signal.message.sequence == answer.signal.message.sequence
    }
    return Binding(update: (asked ?? update).signal, acknowledgement: answer.signal)
  }
}

extension BindingMessage {
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
