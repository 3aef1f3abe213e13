package import Moves
package import Streams
package import Wire

/// A line of a recording.
package enum Record: Sendable, Equatable {
  case meta(RecordedPoint)
  case interval(IntervalRecord)
  case total(TotalRecord)
  case mark(Mark)
  case move(Move)
  case answer(ClockAnswer)
  case late(LateRecord)
}

/// A point of a recording, and what has to be known to read its records: the kind `meta`, one record
/// a point, before all others.
package struct RecordedPoint: Sendable, Equatable {
  /// The schema's version.
  package static let version = 1

  package var version = Self.version
  package var point: Point
  /// What the point watched: an interface, a file.
  package var source: String
  /// Length of the intervals.
  package var interval: Duration
  /// The boot id of the host whose clock dated the packets: points of one boot id share a clock.
  package var bootIdentifier: String?

  package init(
    point: Point, source: String = "", interval: Duration, bootIdentifier: String? = nil
  ) {
    self.point = point
    self.source = source
    self.interval = interval
    self.bootIdentifier = bootIdentifier
  }
}

/// One stream on one leg at one point in one interval.
package struct IntervalRecord: Sendable, Equatable {
  /// The interval's start.
  package var time: Timestamp
  package var point: String
  /// nil where the record alone does not tell.
  package var length: Duration?
  package var interval: StreamInterval
  /// Nothing in the record tells when the packets came; the interval's times are its start.
  var isUndated = false

  package init(time: Timestamp, point: String, length: Duration? = nil, interval: StreamInterval) {
    self.time = time
    self.point = point
    self.length = length
    self.interval = interval
  }
}

/// Packets of one protocol at one point in one interval; or, without a protocol, what the capture
/// dropped. One without either says that the interval has marks only, as where streams had left.
package struct TotalRecord: Sendable, Equatable {
  /// The interval's start.
  package var time: Timestamp
  package var point: String
  package var kind: DecodedPacket.Kind?
  package var packets: Int
  package var wireBytes: Int
  package var captureDrops: Int
}

/// Stands before the records of a step that came late: everything before this moment had been told.
package struct LateRecord: Sendable, Equatable {
  package var time: Timestamp
}

extension Record {
  /// The records of one step, in the order of a recording.
  package static func records(of observed: Observed) -> [Record] {
    var records: [Record] = []
    forEach(of: observed) { records.append($0) }
    return records
  }

  /// Calls the closure for each record of one step, in the order of a recording.
  static func forEach<Failure: Error>(
    of observed: Observed, _ body: (consuming Record) throws(Failure) -> Void
  ) throws(Failure) {
    if let time = observed.lateAfter { try body(.late(LateRecord(time: time))) }
    for snapshot in observed.snapshots {
      for interval in snapshot.streams {
        let record = IntervalRecord(
          time: snapshot.start, point: snapshot.point.name, length: snapshot.length,
          interval: interval)
        try body(.interval(record))
      }
    }
    for snapshot in observed.snapshots {
      var total = TotalRecord(
        time: snapshot.start, point: snapshot.point.name, kind: nil, packets: 0, wireBytes: 0,
        captureDrops: 0)
      for count in snapshot.totals {
        (total.kind, total.packets, total.wireBytes) = (count.kind, count.packets, count.wireBytes)
        try body(.total(total))
      }
      // Also where nothing was captured: marks alone would not tell when their interval was.
      if snapshot.captureDrops > 0 || snapshot.streams.isEmpty && snapshot.totals.isEmpty {
        (total.kind, total.packets, total.wireBytes) = (nil, 0, 0)
        total.captureDrops = snapshot.captureDrops
        try body(.total(total))
      }
    }
    for mark in observed.marks { try body(.mark(mark)) }
    for move in observed.moves { try body(.move(move)) }
  }
}
