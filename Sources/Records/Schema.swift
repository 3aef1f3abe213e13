import Moves
import Sequences
import Streams
import Wire

/// The records' one schema, from which both encodings follow.
enum Schema {
  static let meta = Table(
    kind: "meta", file: "meta.csv",
    blank: RecordedPoint(point: Point(name: ""), interval: .zero),
    columns: [
      Column("version", \.version),
      Column("interval_ms", \.length),
      Column("point", \.point.name),
      Column("role", \.point.role),
      Column("source", \.source),
      Column("boot_id", \.bootIdentifier),
    ])

  static let intervals = Table(
    kind: "interval", file: "intervals.csv",
    blank: IntervalRecord(time: .blank, point: "", interval: .blank),
    columns: [
      Column("time", \.time),
      Column("point", \.point),
      Column("stream", \.interval.stream),
      Column("source", derived: \.interval.stream.source),
      Column("source_port", derived: \.interval.stream.sourcePort),
      Column("destination", derived: \.interval.stream.destination),
      Column("destination_port", derived: \.interval.stream.destinationPort),
      Column("leg", \.interval.leg),
      Column("payload", \.interval.knownPayload),
      Column("epoch", \.interval.epoch),
      Column("packets", \.interval.packets),
      Column("ip_bytes", \.interval.ipBytes),
      Column("udp_bytes", \.interval.udpBytes),
      Column("wire_bytes", \.interval.wireBytes),
      Column("bits_per_second", derived: \.bitsPerSecond),
      Column("sequence_runs", \.interval.arrivedRuns),
      Column("lost", \.interval.lost),
      Column("skipped", \.interval.skipped),
      Column("duplicates", \.interval.duplicates),
      Column("reordered", \.interval.reordered),
      Column("max_gap_ms", \.interval.maximumGap),
      Column("jitter_ms", \.interval.jitter),
      Column("transit_min_ms", \.interval.transitMinimum),
      Column("transit_median_ms", \.interval.transitMedian),
      Column("blind", \.interval.isBlind),
      Column("sequence_runs_cut", \.interval.runsWereCut, isExtra: true),
      Column("former_epoch_runs", \.interval.formerRuns, isExtra: true),
      Column("ts_lost", \.interval.transportLost, isExtra: true),
      Column("loss_periods", \.interval.lossPeriods, isExtra: true),
      Column("loss_distances", \.interval.lossDistances, isExtra: true),
      Column("reorder_extents", \.interval.reorderExtents, isExtra: true),
      Column("late_max_ms", \.interval.latest, isExtra: true),
      Column("pdv_p50_ms", \.interval.variationP50, isExtra: true),
      Column("pdv_p95_ms", \.interval.variationP95, isExtra: true),
      Column("pdv_p99_ms", \.interval.variationP99, isExtra: true),
      Column("pdv_p999_ms", \.interval.variationP999, isExtra: true),
      Column("pdv_max_ms", \.interval.variationMaximum, isExtra: true),
      Column("first_time", \.apartFirstTime, isExtra: true),
      Column("last_time", \.apartLastTime, isExtra: true),
    ])

  static let totals = Table(
    kind: "total", file: "totals.csv",
    blank: TotalRecord(
      time: .blank, point: "", kind: nil, packets: 0, wireBytes: 0, captureDrops: 0),
    columns: [
      Column("time", \.time),
      Column("point", \.point),
      Column("protocol", \.kind),
      Column("packets", \.packets),
      Column("wire_bytes", \.wireBytes),
      Column("capture_drops", \.captureDrops),
    ])

  static let marks = Table(
    kind: "mark", file: "marks.csv",
    blank: Mark(time: .blank, kind: .user),
    columns: [
      Column("time", \.time),
      Column("point", \.point),
      Column("kind", \.kind),
      Column("stream", \.stream),
      Column("leg", \.leg),
      Column("detail", \.members),
    ])

  static let moves = Table(
    kind: "move", file: "moves.csv",
    blank: Move(
      stream: .blank, fromPoint: "", fromLeg: .direct, toPoint: "", toLeg: .direct,
      lastBefore: .blank, firstAfter: .blank),
    columns: [
      Column("time", derived: \.firstAfter),
      Column("stream", \.stream),
      Column("from_point", \.fromPoint),
      Column("from_leg", \.fromLeg),
      Column("to_point", \.toPoint),
      Column("to_leg", \.toLeg),
      Column("last_before", \.lastBefore),
      Column("first_after", \.firstAfter),
      Column("gap_ms", \.recordedGap),
      Column("receiver_gap_ms", \.receiverGap),
      Column("last_number", \.lastNumber),
      Column("first_number", \.firstNumber),
      Column("lost", \.lost),
      Column("lost_unseen", \.lostUnseen),
      Column("lost_server", \.lostServer),
      Column("lost_behind", \.lostBehind),
      Column("unbound", \.unbound),
      Column("lost_path", \.lostPath),
      Column("before_ack", \.beforeAcknowledgement),
      Column("duplicates", \.duplicates),
      Column("reordered", \.reordered),
      Column("paused_ms", \.paused),
      Column("held_ms", \.held),
      Column("path_change_ms", \.pathChange),
      Column("residual_ms", \.residual),
      Column("paused_plus_path_ms", \.pausedPlusPath),
      Column("unbound_ms", \.unboundTime),
      Column("uncertainty_ms", \.uncertainty),
      Column("binding_update", \.bindingUpdate),
      Column("binding_ack", \.bindingAcknowledgement),
      Column("decided_by", \.decidedBy),
      Column("verdict", \.verdict),
      Column("migration_ms", \.migration.total),
      Column("downtime_ms", \.migration.downtime),
      Column("rounds", \.migration.rounds),
    ])

  static let late = Table(
    kind: "late", file: "", blank: LateRecord(time: .blank), columns: [Column("time", \.time)])

  /// What passes between a program that writes JSON Lines and one that reads them as they come: no
  /// part of a recording.
  static let requests = Table(
    kind: "request", file: "", blank: ClockRequest(sent: .blank),
    columns: [Column("sent", \.sent)])

  static let answers = Table(
    kind: "answer", file: "",
    blank: ClockAnswer(request: .blank, received: .blank, sent: .blank),
    columns: [
      Column("request", \.request),
      Column("received", \.received),
      Column("sent", \.sent),
      Column("up_to", \.upTo),
      Column("boot_id", \.bootIdentifier),
    ])
}

/// A length of intervals: above zero.
struct IntervalLength: RecordValue {
  var duration: Duration

  var text: String { duration.text }
  var json: JSONValue { duration.json }

  init(_ duration: Duration) {
    self.duration = duration
  }

  init?(text: String) {
    guard let duration = Duration(text: text), duration > .zero else { return nil }
    self.duration = duration
  }
}

extension RecordedPoint {
  fileprivate var length: IntervalLength {
    get { IntervalLength(interval) }
    set { interval = newValue.duration }
  }
}

extension Timestamp {
  fileprivate static let blank = Timestamp(nanoseconds: 0)
}

extension StreamKey {
  fileprivate static let blank = StreamKey(
    source: IPAddress(ipv4: 0), sourcePort: 0, destination: IPAddress(ipv4: 0), destinationPort: 0)
}

extension StreamInterval {
  fileprivate static let blank = StreamInterval(
    stream: .blank, leg: .direct, payload: .unknown, packets: 0, ipBytes: 0, udpBytes: 0,
    wireBytes: 0, firstTime: .blank, lastTime: .blank)
}

extension Mark {
  fileprivate var members: MarkDetail {
    get { MarkDetail(members: detail) }
    set { detail = newValue.members }
  }
}

extension Move {
  /// Where it is missing the two times tell it.
  fileprivate var recordedGap: Duration? {
    get { gap }
    set { gap = newValue ?? firstAfter - lastBefore }
  }
}
