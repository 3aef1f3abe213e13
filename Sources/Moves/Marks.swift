import Streams
import Wire

extension Mark {
  init(_ event: StreamEvent, at point: Point) {
    self.init(
      time: event.time, point: point.name, kind: .appeared, stream: event.stream, leg: event.leg)
    switch event.kind {
    case .appeared:
      break
    case .left:
      kind = .left
    case .gap(let silence, let missing):
      kind = .gap
      detail = [
        ("gap_ms", .number(silence.milliseconds)),
        ("missing", missing.map(Value.integer) ?? .null),
      ]
    }
  }

  /// Every field of the message.
  init(_ signal: Signal, at point: Point) {
    let message = signal.message
    var detail: [(name: String, value: Value)] = [
      ("source", .text("\(message.source)")),
      ("destination", .text("\(message.destination)")),
      ("sequence", .integer(Int(message.sequence))),
      ("flags", .text(message.flagNames)),
      ("lifetime_s", .integer(Int(message.lifetime) * 4)),
      ("home_address", message.homeAddress.map { .text("\($0)") } ?? .null),
    ]
    switch message.kind {
    case .update:
      detail.append(
        ("alternate_care_of", message.alternateCareOfAddress.map { .text("\($0)") } ?? .null))
      detail.append(
        ("prefixes", .list(message.prefixes.map { .text("\($0.address)/\($0.length)") })))
    case .acknowledgement:
      detail.append(("status", message.status.map { .integer(Int($0)) } ?? .null))
    }
    detail.append(("checksum_right", message.checksumIsRight.map(Value.boolean) ?? .null))
    self.init(
      time: signal.time, point: point.name,
      kind: message.kind == .update ? .bindingUpdate : .bindingAcknowledgement, detail: detail)
  }

  init(_ event: CaptureEvent, at point: Point) {
    self.init(time: event.time, point: point.name, kind: .blind)
    switch event.kind {
    case .ended(let reason): detail = [("capture", .text("ended")), ("reason", .text(reason))]
    case .resumed: detail = [("capture", .text("resumed"))]
    }
  }

  /// Tells what was read of the point's clock.
  init(_ reading: ClockReading, at point: Point) {
    self.init(
      time: reading.time, point: point.name, kind: .clock,
      detail: [
        ("host", reading.host.map(Value.text) ?? .null), ("reference", .text(reading.reference)),
        ("offset_ms", .number(reading.offset.milliseconds)),
        ("bound_ms", .number(reading.bound.milliseconds)),
      ])
  }

  /// Says that packets of an interval may have been missed.
  init(blindIntervalOf snapshot: Snapshot) {
    self.init(
      time: snapshot.start, point: snapshot.point.name, kind: .blind,
      detail: [
        // No record counts more: made-up sums are limited here as there.
        ("capture_drops", .integer(min(snapshot.captureDrops, 1 << 53))),
        ("truncated", .integer(snapshot.truncated)),
      ])
  }

  /// Says that packets took less than no time from one point to another.
  init(
    clock transit: Duration, from sender: Point, to receiver: Point, offset: Clocks.Offset,
    at time: Timestamp
  ) {
    self.init(
      time: time, point: receiver.name, kind: .clock,
      detail: [
        ("sender", .text(sender.name)), ("transit_ms", .number(transit.milliseconds)),
        ("offset_ms", offset.bound == nil ? .null : .number(offset.value.milliseconds)),
        ("bound_ms", offset.bound.map { .number($0.milliseconds) } ?? .null),
      ])
  }

  init(
    _ move: Move, binding: Signalling.Binding?, announcement: HeardAnnouncement?
  ) {
    var detail: [(name: String, value: Value)] = [
      ("from", .text(move.fromPoint)), ("to", .text(move.toPoint)),
      ("gap_ms", .number(move.gap.milliseconds)),
      ("lost", move.lost.map(Value.integer) ?? .null),
    ]
    if let binding {
      detail.append(("binding_update", .integer(Int(binding.update.message.sequence))))
      let status = binding.acknowledgement?.message.status
      detail.append(("binding_ack", status.map { .integer(Int($0)) } ?? .null))
    }
    if let announcement {
      detail.append(("announcement", .text(announcement.announcement.form.rawValue)))
      detail.append(("announced", .text("\(announcement.time)")))
    }
    self.init(
      time: move.firstAfter, point: move.toPoint, kind: .moved, stream: move.stream,
      leg: move.toLeg, detail: detail)
  }
}

extension BindingMessage {
  /// The letters of the flags that are set.
  var flagNames: String {
    Self.flagLetters(of: kind).filter { flags & $0.bit != 0 }.map(\.letter).joined()
  }

  /// The flags that have letters (RFC 6275 sections 6.1.7 and 6.1.8, RFC 3963 section 4).
  static func flagLetters(of kind: Kind) -> [(bit: UInt16, letter: String)] {
    switch kind {
    case .update:
      [
        (0x8000, "A"), (0x4000, "H"), (0x2000, "L"), (0x1000, "K"), (0x0800, "M"), (0x0400, "R"),
        (0x0200, "P"), (0x0100, "F"),
      ]
    case .acknowledgement:
      [(0x80, "K"), (0x40, "R"), (0x20, "P")]
    }
  }
}
