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
      Column("version", \.version) { $0.version = $1 },
      Column("interval_ms", \.length) { $0.length = $1 },
      Column("point", \.point.name) { $0.point.name = $1 },
      Column("role", \.point.role) { $0.point.role = $1 },
      Column("source", \.source) { $0.source = $1 },
      Column("boot_id", \.bootIdentifier) { $0.bootIdentifier = $1 },
    ])

  static let intervals = Table(
    kind: "interval", file: "intervals.csv",
    blank: IntervalRecord(time: .blank, point: "", interval: .blank),
    columns: [
      Column("time", \.time) { $0.time = $1 },
      Column("point", \.point) { $0.point = $1 },
      Column("stream", \.interval.stream) { $0.interval.stream = $1 },
      Column("source", \.interval.stream.source),
      Column("source_port", \.interval.stream.sourcePort),
      Column("destination", \.interval.stream.destination),
      Column("destination_port", \.interval.stream.destinationPort),
      Column("leg", \.interval.leg) { $0.interval.leg = $1 },
      Column("payload", \.interval.knownPayload) { $0.interval.knownPayload = $1 },
      Column("epoch", \.interval.epoch) { $0.interval.epoch = $1 },
      Column("packets", \.interval.packets) { $0.interval.packets = $1 },
      Column("ip_bytes", \.interval.ipBytes) { $0.interval.ipBytes = $1 },
      Column("udp_bytes", \.interval.udpBytes) { $0.interval.udpBytes = $1 },
      Column("wire_bytes", \.interval.wireBytes) { $0.interval.wireBytes = $1 },
      Column("bits_per_second", \.bitsPerSecond),
      Column("sequence_runs", \.interval.arrivedRuns) { $0.interval.arrivedRuns = $1 },
      Column("lost", \.interval.lost) { $0.interval.lost = $1 },
      Column("skipped", \.interval.skipped) { $0.interval.skipped = $1 },
      Column("duplicates", \.interval.duplicates) { $0.interval.duplicates = $1 },
      Column("reordered", \.interval.reordered) { $0.interval.reordered = $1 },
      Column("max_gap_ms", \.interval.maximumGap) { $0.interval.maximumGap = $1 },
      Column("jitter_ms", \.interval.jitter) { $0.interval.jitter = $1 },
      Column("transit_min_ms", \.interval.transitMinimum) { $0.interval.transitMinimum = $1 },
      Column("transit_median_ms", \.interval.transitMedian) { $0.interval.transitMedian = $1 },
      Column("blind", \.interval.isBlind) { $0.interval.isBlind = $1 },
      Column("sequence_runs_cut", \.interval.runsWereCut, isExtra: true) {
        $0.interval.runsWereCut = $1
      },
      Column("former_epoch_runs", \.interval.formerRuns, isExtra: true) {
        $0.interval.formerRuns = $1
      },
      Column("ts_lost", \.interval.transportLost, isExtra: true) { $0.interval.transportLost = $1 },
      Column("loss_periods", \.interval.lossPeriods, isExtra: true) {
        $0.interval.lossPeriods = $1
      },
      Column("loss_distances", \.interval.lossDistances, isExtra: true) {
        $0.interval.lossDistances = $1
      },
      Column("reorder_extents", \.interval.reorderExtents, isExtra: true) {
        $0.interval.reorderExtents = $1
      },
      Column("late_max_ms", \.interval.latest, isExtra: true) { $0.interval.latest = $1 },
      Column("pdv_p50_ms", \.interval.variationP50, isExtra: true) {
        $0.interval.variationP50 = $1
      },
      Column("pdv_p95_ms", \.interval.variationP95, isExtra: true) {
        $0.interval.variationP95 = $1
      },
      Column("pdv_p99_ms", \.interval.variationP99, isExtra: true) {
        $0.interval.variationP99 = $1
      },
      Column("pdv_p999_ms", \.interval.variationP999, isExtra: true) {
        $0.interval.variationP999 = $1
      },
      Column("pdv_max_ms", \.interval.variationMaximum, isExtra: true) {
        $0.interval.variationMaximum = $1
      },
      Column("first_time", \.apartFirstTime, isExtra: true) { $0.apartFirstTime = $1 },
      Column("last_time", \.apartLastTime, isExtra: true) { $0.apartLastTime = $1 },
    ])

  static let totals = Table(
    kind: "total", file: "totals.csv",
    blank: TotalRecord(
      time: .blank, point: "", kind: nil, packets: 0, wireBytes: 0, captureDrops: 0),
    columns: [
      Column("time", \.time) { $0.time = $1 },
      Column("point", \.point) { $0.point = $1 },
      Column("protocol", \.kind) { $0.kind = $1 },
      Column("packets", \.packets) { $0.packets = $1 },
      Column("wire_bytes", \.wireBytes) { $0.wireBytes = $1 },
      Column("capture_drops", \.captureDrops) { $0.captureDrops = $1 },
    ])

  static let marks = Table(
    kind: "mark", file: "marks.csv",
    blank: Mark(time: .blank, kind: .user),
    columns: [
      Column("time", \.time) { $0.time = $1 },
      Column("point", \.point) { $0.point = $1 },
      Column("kind", \.kind) { $0.kind = $1 },
      Column("stream", \.stream) { $0.stream = $1 },
      Column("leg", \.leg) { $0.leg = $1 },
      Column("detail", \.members) { $0.members = $1 },
    ])

  static let moves = Table(
    kind: "move", file: "moves.csv",
    blank: Move(
      stream: .blank, fromPoint: "", fromLeg: .direct, toPoint: "", toLeg: .direct,
      lastBefore: .blank, firstAfter: .blank),
    columns: [
      Column("time", \.firstAfter),
      Column("stream", \.stream) { $0.stream = $1 },
      Column("from_point", \.fromPoint) { $0.fromPoint = $1 },
      Column("from_leg", \.fromLeg) { $0.fromLeg = $1 },
      Column("to_point", \.toPoint) { $0.toPoint = $1 },
      Column("to_leg", \.toLeg) { $0.toLeg = $1 },
      Column("last_before", \.lastBefore) { $0.lastBefore = $1 },
      Column("first_after", \.firstAfter) { $0.firstAfter = $1 },
      Column("gap_ms", \.recordedGap) { $0.recordedGap = $1 },
      Column("receiver_gap_ms", \.receiverGap) { $0.receiverGap = $1 },
      Column("last_number", \.lastNumber) { $0.lastNumber = $1 },
      Column("first_number", \.firstNumber) { $0.firstNumber = $1 },
      Column("lost", \.lost) { $0.lost = $1 },
      Column("lost_unseen", \.lostUnseen) { $0.lostUnseen = $1 },
      Column("lost_server", \.lostServer) { $0.lostServer = $1 },
      Column("lost_behind", \.lostBehind) { $0.lostBehind = $1 },
      Column("unbound", \.unbound) { $0.unbound = $1 },
      Column("lost_path", \.lostPath) { $0.lostPath = $1 },
      Column("before_ack", \.beforeAcknowledgement) { $0.beforeAcknowledgement = $1 },
      Column("duplicates", \.duplicates) { $0.duplicates = $1 },
      Column("reordered", \.reordered) { $0.reordered = $1 },
      Column("paused_ms", \.paused) { $0.paused = $1 },
      Column("held_ms", \.held) { $0.held = $1 },
      Column("path_change_ms", \.pathChange) { $0.pathChange = $1 },
      Column("residual_ms", \.residual) { $0.residual = $1 },
      Column("paused_plus_path_ms", \.pausedPlusPath) { $0.pausedPlusPath = $1 },
      Column("unbound_ms", \.unboundTime) { $0.unboundTime = $1 },
      Column("uncertainty_ms", \.uncertainty) { $0.uncertainty = $1 },
      Column("binding_update", \.bindingUpdate) { $0.bindingUpdate = $1 },
      Column("binding_ack", \.bindingAcknowledgement) { $0.bindingAcknowledgement = $1 },
      Column("decided_by", \.decidedBy) { $0.decidedBy = $1 },
      Column("verdict", \.verdict) { $0.verdict = $1 },
      Column("migration_ms", \.migration.total) { $0.migration.total = $1 },
      Column("downtime_ms", \.migration.downtime) { $0.migration.downtime = $1 },
      Column("rounds", \.migration.rounds) { $0.migration.rounds = $1 },
    ])

  static let late = Table(
    kind: "late", file: "", blank: LateRecord(time: .blank),
    columns: [Column("time", \.time) { $0.time = $1 }])

  /// What passes between a program that writes JSON Lines and one that reads them as they come: no
  /// part of a recording.
  static let requests = Table(
    kind: "request", file: "", blank: ClockRequest(sent: .blank),
    columns: [Column("sent", \.sent) { $0.sent = $1 }])

  static let answers = Table(
    kind: "answer", file: "",
    blank: ClockAnswer(request: .blank, received: .blank, sent: .blank),
    columns: [
      Column("request", \.request) { $0.request = $1 },
      Column("received", \.received) { $0.received = $1 },
      Column("sent", \.sent) { $0.sent = $1 },
      Column("up_to", \.upTo) { $0.upTo = $1 },
      Column("boot_id", \.bootIdentifier) { $0.bootIdentifier = $1 },
    ])
}

/// A length of intervals: above zero.
struct IntervalLength: RecordValue {
  var duration: Duration

  init(_ duration: Duration) {
    self.duration = duration
  }

  init?(text: String) {
    guard let duration = Duration(text: text), duration > .zero else { return nil }
    self.duration = duration
  }

  func appendText(to line: inout [UInt8]) { duration.appendText(to: &line) }
  func appendJSON(to line: inout [UInt8]) { duration.appendJSON(to: &line) }
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
