package import Streams
package import Wire

/// What a point's capture came to as a whole.
package struct PointReport: Sendable, Equatable {
  package var packets = 0
  package var malformed = 0
  /// Frames of which the snaplen cut a header that was needed.
  package var truncated = 0
  package var captureDrops = 0
  package var first: Timestamp?
  package var last: Timestamp?
  /// The file ended in the middle of a record.
  package var wasCut = false
  /// Why the capture ended before it was asked to.
  package var failure: CaptureError?
  /// When a live capture failed: nothing was seen from then on.
  package var failureTime: Timestamp?
  /// Why packets that were counted are not all kept.
  package var keepingFailure: CaptureError?

  package init() {}
}

/// Decodes and counts the packets of one point: a stream table, and what it came to as a whole.
package struct PointMeter: ~Copyable {
  package private(set) var report = PointReport()
  private var table: StreamTable

  package init(point: Point, options: CountingOptions) {
    table = StreamTable(point: point, options: options)
  }

  package var closedUpTo: Timestamp? { table.closedUpTo }

  /// Decodes and counts a packet, and hands over the intervals that its time closes. One of a link
  /// type that cannot be decoded counts as `other`.
  package mutating func count(
    _ packet: borrowing CapturedPacket, deliver: (Snapshot) -> Void
  ) {
    let decoded = DecodedPacket(
      decoding: packet.bytes, linkType: packet.linkType, wireBytes: packet.wireBytes)
    report.packets += 1
    report.malformed += decoded.kind == .malformed ? 1 : 0
    report.truncated += decoded.isTruncated ? 1 : 0
    report.first = min(report.first ?? packet.time, packet.time)
    report.last = max(report.last ?? packet.time, packet.time)
    table.count(
      decoded, bytes: packet.bytes, wireBytes: packet.wireBytes, at: packet.time,
      mayHoldSegments: packet.mayHoldSegments, deliver: deliver)
  }

  /// Takes the total of packets dropped so far, up to this moment where it is known.
  package mutating func noteDrops(total: Int, upTo time: Timestamp? = nil) {
    guard total > report.captureDrops else { return }
    table.countDrops(total - report.captureDrops, upTo: time)
    report.captureDrops = total
  }

  /// Hands over every interval that ended by `time`.
  package mutating func advance(to time: Timestamp, deliver: (Snapshot) -> Void) {
    table.advance(to: time, deliver: deliver)
  }

  /// Hands over what is left: the capture ended at `time`.
  package mutating func finish(at time: Timestamp, deliver: (Snapshot) -> Void) {
    table.finish(at: time, deliver: deliver)
  }

  package mutating func noteCut() {
    report.wasCut = true
  }

  /// Takes why the capture ended too early, and when.
  package mutating func noteFailure(_ failure: CaptureError, at time: Timestamp) {
    report.failure = failure
    report.failureTime = time
  }

  /// Takes why packets are not kept any more, where that is so.
  package mutating func noteKeeping(_ failure: CaptureError?) {
    report.keepingFailure = failure
  }
}
