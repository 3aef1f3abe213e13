package import Streams
package import Wire

/// What a point's capture came to as a whole.
package struct PointReport: Sendable, Equatable {
  package var packets = 0
  package var malformed = 0
  /// Frames of which the snaplen cut a header that was needed.
  package var truncated = 0
  /// Packets of ESP, in which streams may be hidden.
  package var opaque = 0
  package var captureDrops = 0
  package var first: Timestamp?
  package var last: Timestamp?
  /// The file ended in the middle of a record.
  package var wasCut = false
  /// Why the capture ended before it was asked to.
  package var failure: CaptureError?
  /// Of a live capture: the last time that it saw nothing, if there was one.
  package var absence: Absence?
  /// How often that was, and for how long in all that ended.
  package var absences = 0
  package var absentTime = Duration.zero
  /// Why packets that were counted are not all kept.
  package var keepingFailure: CaptureError?

  package init() {}

  /// Since when a live capture sees nothing; nil where it does.
  package var awaySince: Timestamp? { absence.flatMap { $0.end == nil ? $0.start : nil } }

  /// Takes that nothing is seen any more, and when surely everything was for the last time.
  package mutating func beginAbsence(at time: Timestamp, _ reason: CaptureError) -> CaptureEvent {
    absence = Absence(reason: reason, start: time)
    absences += 1
    return CaptureEvent(time: time, kind: .ended(reason: reason.absenceReason))
  }

  /// Takes that it is seen again; nil where it always was.
  package mutating func endAbsence(at time: Timestamp) -> CaptureEvent? {
    guard let start = awaySince else { return nil }
    absence?.end = time
    absentTime += time - start
    return CaptureEvent(time: time, kind: .resumed)
  }
}

/// A time in which a live capture saw nothing, because its interface was away or could not be read.
package struct Absence: Sendable, Equatable {
  package let reason: CaptureError
  /// The last moment at which it surely saw everything.
  package let start: Timestamp
  /// When it saw again; nil as long as it does not.
  package fileprivate(set) var end: Timestamp?
}

/// Decodes and counts the packets of one point: a stream table, and what it came to as a whole.
package struct PointMeter: ~Copyable {
  private var losses = PointReport()
  private var packets = 0
  private var first = Int64.max
  private var last = Int64.min
  private var table: StreamTable
  private let decapsulation: Decapsulation
  /// No headers are looked for where a plain datagram has its payload.
  private let mayBePlain: Bool

  package init(point: Point, options: CountingOptions) {
    table = StreamTable(point: point, options: options)
    decapsulation = options.decapsulation
    mayBePlain = options.decapsulation.isEmpty
  }

  package var report: PointReport {
    var report = losses
    report.packets = packets
    guard packets > 0 else { return report }
    report.first = Timestamp(nanoseconds: first)
    report.last = Timestamp(nanoseconds: last)
    return report
  }

  package var closedUpTo: Timestamp? { table.closedUpTo }

  /// Decodes and counts a packet, and hands over the intervals that its time closes. One of a link
  /// type that cannot be decoded counts as `other`.
  @inline(__always)
  package mutating func count(
    _ packet: borrowing CapturedPacket, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    packets += 1
    first = min(first, packet.time.nanoseconds)
    last = max(last, packet.time.nanoseconds)
    if packet.linkType == .ethernet, !packet.mayHoldSegments, mayBePlain,
      let datagram = PlainDatagram(packet.bytes, wireBytes: packet.wireBytes)
    {
      table.count(
        datagram, bytes: packet.bytes, wireBytes: packet.wireBytes, at: packet.time,
        deliver: deliver)
      return
    }
    let decoded = DecodedPacket(
      decoding: packet.bytes, linkType: packet.linkType, wireBytes: packet.wireBytes,
      decapsulation: decapsulation)
    losses.malformed += decoded.kind == .malformed ? 1 : 0
    losses.truncated += decoded.isTruncated ? 1 : 0
    losses.opaque += decoded.kind == .esp ? 1 : 0
    table.count(
      decoded, bytes: packet.bytes, wireBytes: packet.wireBytes, at: packet.time,
      mayHoldSegments: packet.mayHoldSegments, deliver: deliver)
  }

  /// Takes the total of packets dropped so far, up to this moment where it is known.
  package mutating func noteDrops(total: Int, upTo time: Timestamp? = nil) {
    guard total > losses.captureDrops else { return }
    table.countDrops(total - losses.captureDrops, upTo: time)
    losses.captureDrops = total
  }

  /// Hands over every interval that ended by `time`.
  package mutating func advance(
    to time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    table.advance(to: time, deliver: deliver)
  }

  /// Hands over what is left: the capture ended at `time`.
  package mutating func finish(
    at time: Timestamp, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    table.finish(at: time, deliver: deliver)
  }

  package mutating func noteCut() {
    losses.wasCut = true
  }

  /// Takes that a live capture sees nothing any more, why, and when it surely saw for the last time.
  package mutating func noteAbsence(since time: Timestamp, _ reason: CaptureError) {
    table.note(losses.beginAbsence(at: time, reason))
  }

  /// Takes that it sees again.
  package mutating func noteReturn(at time: Timestamp) {
    if let event = losses.endAbsence(at: time) { table.note(event) }
  }
}

extension CaptureError {
  private static let wentAway = "interface went away"

  /// The failure of this interface that stands in marks as this.
  init(absenceReason: String, interface: String) {
    self =
      absenceReason == Self.wentAway
      ? .interfaceWentAway(interface) : .failed(interface, reason: absenceReason)
  }

  /// As it stands in marks.
  var absenceReason: String {
    switch self {
    case .interfaceWentAway: Self.wentAway
    case .failed(_, let reason), .noData(_, let reason): reason
    default: "capture failed"
    }
  }
}
