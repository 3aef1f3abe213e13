import Capture
import Moves
import Records
import Streams
import Wire

/// What a program that writes records tells of one point, over all its runs.
///
/// Pure: what happens comes in, with the time by this host's clock; snapshots come out. While it tells
/// nothing the point is blind, and time goes on without it: what it tells later of that time is late,
/// and keeps its place by its own times.
struct ProgramTrack {
  /// A program that was silent for so long, and for two intervals, no longer holds up the others.
  static let patience = Duration.seconds(3)
  /// Clocks that are further apart than this make no common time (`Correlator`).
  static let mostClockOffset = Duration.seconds(2)

  /// One run of the program.
  private struct Run {
    var stream: RecordStream
    /// What the records call the point; known with the first of them.
    var name: String?
    var exchange: ClockExchange
  }

  let point: RecordedPoint
  /// What errors name.
  private let path: String
  /// Whether the program surely tells of what happens now; else its first records show it.
  private let isSurelyLive: Bool
  private let reference: String
  private var run: Run?
  private var events: [CaptureEvent] = []
  private var readings: [ClockReading] = []
  /// What the point's clock shows beyond this host's, as far as is known.
  private var offset = Duration.zero
  private var lastHeard: Timestamp?
  private var isInTime: Bool
  private var isStopping = false
  private(set) var hasAnswered = false

  /// In the order of time.
  var snapshots: [Snapshot] = []
  var userMarks: [Mark] = []
  private(set) var closedUpTo: Timestamp?
  private(set) var report = PointReport()
  private(set) var isOver = false
  /// Why this run is of no use, and must be ended.
  private(set) var complaint: String?

  /// - Parameters:
  ///   - point: with the length of the intervals that is expected.
  ///   - reference: whose clock requests are sent by: this host's boot id.
  init(_ point: RecordedPoint, path: String, isSurelyLive: Bool, reference: String) {
    self.point = point
    self.path = path
    self.isSurelyLive = isSurelyLive
    self.reference = reference
    isInTime = isSurelyLive
  }

  private var patience: Duration { max(Self.patience, point.interval * 2) }

  mutating func take(_ event: ProgramEvent) {
    guard !isOver else { return }
    switch event {
    case .began(let now):
      lastHeard = now
      complaint = nil
      run = Run(
        stream: RecordStream(path: path), exchange: ClockExchange(reference: reference))
    case .output(let bytes, let now): read(bytes, at: now)
    case .ended(let ending, let now): end(ending, at: now)
    }
    settle()
  }

  /// Takes that it is this late, and nothing else happened.
  mutating func advance(to now: Timestamp) {
    guard !isOver else { return }
    let silence = lastHeard.map { now - $0 } ?? .zero
    if !isStopping, run != nil, isInTime || closedUpTo == nil, silence >= patience,
      report.awaySince == nil
    {
      lose(
        "it told nothing for \(Quantity.decimal(silence.milliseconds / 1000, places: 0)) s", at: now
      )
    }
    if report.awaySince != nil || closedUpTo == nil && isSurelyLive {
      close(upTo: (now + offset - point.interval).aligned(to: point.interval))
    }
    settle()
  }

  /// Takes that it was asked to end: however it does, nothing is missing then.
  mutating func stop() {
    isStopping = true
  }

  /// Takes that it will not be run again.
  mutating func finish() {
    isOver = true
    settle()
  }

  private mutating func read(_ bytes: [UInt8], at now: Timestamp) {
    guard complaint == nil, var run else { return }
    lastHeard = now
    let steps = run.stream.take(bytes)
    let answers = run.stream.answers
    run.stream.answers = []
    self.run = run
    let isNonsense = run.stream.failure != nil && steps.isEmpty && answers.isEmpty
    if !isNonsense, !run.stream.points.isEmpty || !steps.isEmpty || !answers.isEmpty {
      regain(at: now)
    }
    for answer in answers { take(answer, at: now) }
    for step in steps { take(step, at: now) }
    if let failure = run.stream.failure, complaint == nil {
      complain(failure.summary, at: now)
    }
    guard complaint == nil, let closed = run.stream.closedUpTo, isPossible(closed, at: now) else {
      return
    }
    let age = now + offset - closed
    isInTime = isInTime || age < .seconds(10) && age > .seconds(-10)
    close(upTo: closed)
  }

  /// What happens now is not in the future: everything that came afterwards would be late.
  private mutating func isPossible(_ time: Timestamp, at now: Timestamp) -> Bool {
    let lead = time - (now + offset)
    guard isInTime, lead > Self.mostClockOffset else { return true }
    let seconds = Quantity.decimal(lead.milliseconds / 1000, places: 1)
    complain(
      "its records are \(seconds) s ahead of this host's clock, which makes no common time: set them",
      at: now)
    return false
  }

  private mutating func end(_ ending: ProgramEnding, at now: Timestamp) {
    if complaint == nil, let last = run?.stream.finish() { take(last, at: now) }
    run = nil
    isOver = isStopping || ending.reason == nil
    guard !isStopping, let reason = ending.reason else { return }
    lose(reason, at: now)
  }

  private mutating func take(_ answer: ClockAnswer, at now: Timestamp) {
    hasAnswered = true
    guard let reading = run?.exchange.take(answer, at: now) else { return }
    let distance = max(reading.offset, .zero - reading.offset) - reading.bound
    guard distance <= Self.mostClockOffset else {
      let seconds = Quantity.decimal(abs(reading.offset.milliseconds) / 1000, places: 1)
      let side = reading.offset > .zero ? "ahead of" : "behind"
      return complain(
        "its clock is \(seconds) s \(side) this host's, which makes no common time: set them",
        at: now)
    }
    offset = reading.offset
    readings.append(reading)
  }

  private mutating func take(_ step: Observed, at now: Timestamp) {
    guard complaint == nil, let name = name(in: step, at: now) else { return }
    userMarks += step.marks.filter { $0.kind == .user }
    for var snapshot in step.snapshots where snapshot.point.name == name {
      guard snapshot.length == point.interval else {
        let (its, ours) = (snapshot.length.milliseconds, point.interval.milliseconds)
        return complain(
          "its intervals are \(Quantity.decimal(its, places: 0)) ms long, and these here "
            + "\(Quantity.decimal(ours, places: 0)) ms: give both the same --interval", at: now)
      }
      guard isPossible(snapshot.start, at: now) else { return }
      snapshot.point = point.point
      snapshot.lateAfter = nil
      report.add(snapshot)
      insert(snapshot)
    }
  }

  /// What the records call the point: as it is called here, or the only one that they are of.
  private mutating func name(in step: Observed, at now: Timestamp) -> String? {
    if let name = run?.name { return name }
    var names = run?.stream.points.map(\.point.name) ?? []
    if names.isEmpty { names = step.snapshots.map(\.point.name) }
    guard !names.isEmpty else { return nil }
    guard
      let name = names.first(where: { $0 == point.point.name })
        ?? (names.count == 1 ? names[0] : nil)
    else {
      complain(
        "its records have the points \(names.joined(separator: ", ")): name one of them", at: now)
      return nil
    }
    run?.name = name
    return name
  }

  private mutating func complain(_ reason: String, at now: Timestamp) {
    complaint = reason
    lose(reason, at: now)
  }

  /// The point is blind from what was told last.
  private mutating func lose(_ reason: String, at now: Timestamp) {
    guard report.awaySince == nil else { return }
    let time = closedUpTo ?? (now + offset).aligned(to: point.interval)
    events.append(report.beginAbsence(at: time, .noData(path, reason: reason)))
  }

  private mutating func regain(at now: Timestamp) {
    let time = max(now + offset, report.awaySince ?? Timestamp(nanoseconds: .min))
    if let event = report.endAbsence(at: time) { events.append(event) }
  }

  private mutating func close(upTo time: Timestamp) {
    closedUpTo = max(closedUpTo ?? time, time)
  }

  private mutating func insert(_ snapshot: Snapshot) {
    guard let before = snapshots.lastIndex(where: { $0.start <= snapshot.start }) else {
      return snapshots.insert(snapshot, at: 0)
    }
    if snapshots[before].start == snapshot.start {
      snapshots[before].add(snapshot)
    } else {
      snapshots.insert(snapshot, at: before + 1)
    }
  }

  /// Puts what was noticed here into the snapshots of its intervals, or into some of its own once these
  /// are over.
  private mutating func settle() {
    var (events, readings) = (events, readings)
    events.removeAll { event in put(at: event.time) { $0.captureEvents.append(event) } }
    readings.removeAll { reading in put(at: reading.time) { $0.clockReadings.append(reading) } }
    (self.events, self.readings) = (events, readings)
  }

  private mutating func put(at time: Timestamp, _ change: (inout Snapshot) -> Void) -> Bool {
    let start = time.aligned(to: point.interval)
    if let index = snapshots.firstIndex(where: { $0.start == start }) {
      change(&snapshots[index])
      return true
    }
    guard isOver || closedUpTo.map({ $0 >= start + point.interval }) ?? false else { return false }
    var snapshot = Snapshot(point: point.point, start: start, length: point.interval)
    change(&snapshot)
    insert(snapshot)
    return true
  }
}
