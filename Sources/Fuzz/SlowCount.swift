import Sequences
import Streams
import Wire

/// Counts nemotop's own streams as the definitions say, one number after another, without regard to
/// time or memory: what `StreamTable` must agree with.
///
/// It knows packets in the order of time and numbers that are near; where a script has others, it
/// gives up.
struct SlowCount {
  private struct Place: Hashable {
    var start: Timestamp
    var row: StreamOnLeg
  }

  fileprivate struct Row: Equatable {
    var packets = 0
    var udpBytes = 0
    var wireBytes = 0
    var firstTime: Timestamp
    var lastTime: Timestamp
    /// The first copies, in the order of arrival.
    var numbers: [Int64] = []
    var lost = 0
    var skipped = 0
    var duplicates = 0
    var reordered = 0
    var maximumGap: Int64?
    var jitter: Duration?
    var transits: [Int64] = []
  }

  /// A stream at one depth.
  private struct Line {
    var seen: Set<Int64> = []
    var span: ClosedRange<Int64>?
    /// Those below the highest that did not come, and whether they were jumped within a stay.
    var missing: [Int64: Bool] = [:]
    var lastTime: Int64
    var isPresent = false
    var spacing = Spacing()
    var lastTransit: Int64?
    var jitter: Double?
    /// Its rows of the interval.
    var places: Set<Place> = []
  }

  private let point: Point
  private let options: CountingOptions
  private var isGivenUp = false
  private var lines: [StreamAtDepth: Line] = [:]
  private var rows: [Place: Row] = [:]
  private var appearances = 0

  init(point: Point, options: CountingOptions) {
    self.point = point
    self.options = options
  }

  mutating func giveUp() {
    isGivenUp = true
  }

  mutating func take(_ packet: ScriptPacket, wireBytes: Int) {
    guard !isGivenUp else { return }
    let time = Timestamp(nanoseconds: packet.time)
    let place = Place(
      start: time.aligned(to: options.interval),
      row: StreamOnLeg(stream: packet.key, leg: Leg(levels: packet.outer)))
    var row = rows[place] ?? Row(firstTime: time, lastTime: time)
    row.packets += 1
    row.udpBytes += packet.payload.count
    row.wireBytes += wireBytes
    row.lastTime = time
    let name = StreamAtDepth(stream: packet.key, depth: packet.depth)
    var line = lines[name] ?? Line(lastTime: packet.time)
    count(packet, of: &line, in: &row)
    rows[place] = row
    line.places = line.places.filter { $0.start == place.start }.union([place])
    // At the interval's end, the jitter of all its legs is that of the last packet.
    let jitter = line.jitter.map { Duration.nanoseconds(Int64($0.rounded())) }
    for place in line.places { rows[place]?.jitter = jitter }
    lines[name] = line
  }

  private mutating func count(_ packet: ScriptPacket, of line: inout Line, in row: inout Row) {
    let isDelivery = point.role == .receiver || point.role == .anchor && packet.depth == 0
    let wasSeen = !line.seen.isEmpty
    let silence = packet.time - line.lastTime
    let beat = line.spacing.nanoseconds ?? 0
    if silence >= max(options.leftAfter.wholeNanoseconds, 20 * beat) { line.isPresent = false }
    let returns = wasSeen && !line.isPresent
    if !line.isPresent { appearances += 1 }
    line.isPresent = true
    if wasSeen, !returns || isDelivery { row.maximumGap = max(row.maximumGap ?? 0, silence) }
    let isFirstBeat =
      line.spacing.nanoseconds == nil && silence < 10 * options.leftAfter.wholeNanoseconds
    if wasSeen, !returns || isFirstBeat { line.spacing.take(nanoseconds: silence) }
    line.lastTime = packet.time
    number(packet.number, isSkip: returns && !isDelivery, of: &line, in: &row)
    let delay = ScriptPacket.delay(packet.number)
    if returns { line.lastTransit = nil }
    guard row.numbers.last == packet.number, line.seen.insert(packet.number).inserted else {
      return
    }
    row.transits.append(delay)
    if let last = line.lastTransit {
      let mean = line.jitter ?? 0
      line.jitter = mean + (Double(abs(delay - last)) - mean) / 16
    }
    line.lastTransit = delay
  }

  /// Counts a number; `seen` does not have it yet.
  private func number(_ number: Int64, isSkip: Bool, of line: inout Line, in row: inout Row) {
    if line.seen.contains(number) {
      row.duplicates += 1
      return
    }
    row.numbers.append(number)
    let span = line.span ?? number...number
    line.span = min(span.lowerBound, number)...max(span.upperBound, number)
    guard line.seen.count > 0 else { return }
    let (lowest, highest) = (span.lowerBound, span.upperBound)
    if let wasLost = line.missing.removeValue(forKey: number) {
      row.reordered += 1
      row.lost -= wasLost ? 1 : 0
      row.skipped -= wasLost ? 0 : 1
    } else if number > highest {
      for jumped in highest + 1..<number { line.missing[jumped] = !isSkip }
      row.lost += isSkip ? 0 : Int(number - highest - 1)
      row.skipped += isSkip ? Int(number - highest - 1) : 0
    } else {
      for jumped in number + 1..<lowest { line.missing[jumped] = true }
      row.lost += Int(lowest - number - 1)
      row.reordered += 1
    }
  }

  /// Compares with what was counted.
  func check(_ snapshots: [Snapshot]) {
    guard !isGivenUp else { return }
    var counted: [Place: Row] = [:]
    for snapshot in snapshots {
      for stream in snapshot.streams {
        counted[Place(start: snapshot.start, row: StreamOnLeg(stream))] = Row(stream)
      }
    }
    for (place, row) in rows {
      var row = row
      row.transits = Self.quantiles(row.transits)
      let found = counted[place]
      Fuzz.check(found == row, "\(place)\ncounted \(found.map { "\($0)" } ?? "-")\nis \(row)")
    }
    Fuzz.check(counted.count == rows.count, "\(counted.count) rows instead of \(rows.count)")
    let events = snapshots.flatMap(\.events)
    let found = events.count { $0.kind == .appeared }
    Fuzz.check(found == appearances, "appeared \(found) times instead of \(appearances)")
    let left = events.count { $0.kind == .left }
    let present = lines.values.count(where: \.isPresent)
    Fuzz.check(
      left <= appearances && left >= appearances - present, "left \(left) times of \(appearances)")
  }

  /// The minimum and the lower median.
  private static func quantiles(_ values: [Int64]) -> [Int64] {
    let sorted = values.sorted()
    return sorted.isEmpty ? [] : [sorted[0], sorted[(sorted.count - 1) / 2]]
  }
}

extension SlowCount.Row {
  fileprivate init(_ stream: StreamInterval) {
    self.init(
      packets: stream.packets, udpBytes: stream.udpBytes, wireBytes: stream.wireBytes,
      firstTime: stream.firstTime, lastTime: stream.lastTime)
    maximumGap = stream.maximumGap?.wholeNanoseconds
    jitter = stream.jitter
    transits = [stream.transitMinimum, stream.transitMedian].compactMap { $0?.wholeNanoseconds }
    guard let figures = stream.sequence else { return }
    numbers = figures.runs.flatMap { Array($0.first...$0.last) }
    lost = figures.lost ?? .min
    skipped = figures.skipped ?? .min
    duplicates = figures.duplicates
    reordered = figures.reordered
  }
}
