package import Streams
import Wire

/// Marks are all that a recording keeps of what changed and what was signalled at a point: from them
/// a replay has the events and signals of a snapshot back.

extension StreamEvent {
  /// The event that a mark tells of; nil for other marks.
  package init?(_ mark: Mark) {
    guard let stream = mark.stream, let leg = mark.leg else { return nil }
    let kind: Kind
    switch mark.kind {
    case .appeared: kind = .appeared
    case .left: kind = .left
    case .gap:
      guard let silence = mark["gap_ms"]?.duration else { return nil }
      kind = .gap(silence, missing: mark["missing"]?.integer)
    default: return nil
    }
    self.init(time: mark.time, stream: stream, leg: leg, kind: kind)
  }
}

extension CaptureEvent {
  /// The event that a mark tells of; nil for other marks.
  package init?(_ mark: Mark) {
    guard mark.kind == .blind else { return nil }
    switch mark["capture"]?.text {
    case "ended": self.init(time: mark.time, kind: .ended(reason: mark["reason"]?.text ?? ""))
    case "resumed": self.init(time: mark.time, kind: .resumed)
    default: return nil
    }
  }
}

extension ClockReading {
  /// The reading that a mark tells of; nil for other marks.
  package init?(_ mark: Mark) {
    guard mark.kind == .clock, let reference = mark["reference"]?.text,
      let offset = mark["offset_ms"]?.duration, let bound = mark["bound_ms"]?.duration,
      bound >= .zero
    else { return nil }
    self.init(
      time: mark.time, host: mark["host"]?.text, reference: reference, offset: offset, bound: bound)
  }
}

extension Snapshot {
  /// Takes from the mark of a blind interval what no other record of it tells.
  package mutating func takeBlindness(of mark: Mark) {
    guard mark.kind == .blind else { return }
    truncated = mark["truncated"]?.integer ?? 0
    if !isBlind { mayHaveDropped = true }
  }
}

extension Signal {
  /// The message that a mark tells of; nil for other marks.
  package init?(_ mark: Mark) {
    let kind: BindingMessage.Kind
    switch mark.kind {
    case .bindingUpdate: kind = .update
    case .bindingAcknowledgement: kind = .acknowledgement
    default: return nil
    }
    guard let source = mark["source"]?.address, let destination = mark["destination"]?.address,
      let sequence = mark["sequence"]?.integer.flatMap(UInt16.init(exactly:))
    else { return nil }
    var message = BindingMessage(
      kind: kind, source: source, destination: destination, sequence: sequence)
    let letters = mark["flags"]?.text ?? ""
    for (bit, letter) in BindingMessage.flagLetters(of: kind) where letters.contains(letter) {
      message.flags |= bit
    }
    message.lifetime = UInt16(clamping: (mark["lifetime_s"]?.integer ?? 0) / 4)
    message.status = mark["status"]?.integer.flatMap(UInt8.init(exactly:))
    message.homeAddress = mark["home_address"]?.address
    message.alternateCareOfAddress = mark["alternate_care_of"]?.address
    if case .list(let prefixes) = mark["prefixes"] {
      message.prefixes = prefixes.compactMap(\.prefix)
    }
    if case .boolean(let isRight) = mark["checksum_right"] { message.checksumIsRight = isRight }
    self.init(time: mark.time, message: message)
  }
}

extension Mark {
  /// A part of what the mark tells; nil where it does not.
  package subscript(name: String) -> Value? {
    detail.first { $0.name == name }?.value
  }
}

extension Mark.Value {
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  var integer: Int? {
    if case .integer(let number) = self { number } else { nil }
  }

  var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// Of so many milliseconds.
  fileprivate var duration: Duration? {
    double.map { .nanoseconds(Int64((max(min($0, 9e12), -9e12) * 1e6).rounded())) }
  }

  var address: IPAddress? { text.flatMap { IPAddress($0) } }

  fileprivate var prefix: BindingMessage.Prefix? {
    guard let parts = text?.split(separator: "/"), parts.count == 2,
      let address = IPAddress(String(parts[0])), let length = UInt8(parts[1])
    else { return nil }
    return BindingMessage.Prefix(address: address, length: length)
  }
}
