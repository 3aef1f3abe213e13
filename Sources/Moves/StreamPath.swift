import Sequences
import Streams
import Wire

/// One stream's way over all points: where it was heard, with which numbers, and where it is now.
struct StreamPath: Sendable {
  /// A move that was seen, with the two visits that it joins.
  struct Transition: Sendable {
    var from: Place
    var to: Place
    var lastBefore: Timestamp
    var firstAfter: Timestamp
    /// When the stream had left the new place before, if it ever was there.
    var lastDeparture: Timestamp?
    /// From when on it was final.
    var finalTime: Timestamp
  }

  let stream: StreamKey
  private let points: [Point]
  private let options: CountingOptions
  private(set) var visits: [Place: Visit] = [:]
  private(set) var histories: [Place: NumberHistory] = [:]
  private var departures: [Place: Timestamp] = [:]
  /// Added to a place's numbers so that those of all places count in the same cycles.
  private var offsets: [Place: Int64] = [:]
  private var reference: Reference?
  /// Where the stream is: the last place of the deciding role from which it has not moved on.
  private(set) var home: Place?

  init(stream: StreamKey, points: [Point], options: CountingOptions) {
    self.stream = stream
    self.points = points
    self.options = options
  }

  /// The highest number of the newest epoch, wherever it was heard.
  private struct Reference: Sendable {
    var number: Int64
    var time: Timestamp
    var spacing: Duration?
    var epoch: Int
  }

  // MARK: Hearing

  /// Whether an activity begins a new visit of a place where the stream was before.
  func isReturn(_ activity: Activity, to place: Place) -> Bool {
    guard let visit = visits[place] else { return false }
    return activity.firstTime - visit.lastTime >= visit.leftAfter(options)
  }

  /// Takes activities in the order of their beginnings.
  mutating func take(_ activity: Activity, at place: Place) {
    let begins = visits[place]?.take(activity, options: options) ?? true
    if visits[place] == nil { visits[place] = Visit(activity) }
    for run in activity.runs { take(run, of: activity, at: place, begins: begins) }
  }

  private mutating func take(
    _ run: NumberRun, of activity: Activity, at place: Place, begins: Bool
  ) {
    if histories[place]?.epoch != activity.epoch {
      histories[place] = NumberHistory(epoch: activity.epoch)
      offsets[place] = nil
    }
    if activity.isShort, begins || offsets[place] == nil {
      align(run, at: place, epoch: activity.epoch)
    }
    let offset = offsets[place] ?? 0
    let aligned = NumberRun(
      first: run.first &+ offset, last: run.last &+ offset, firstTime: run.firstTime,
      lastTime: run.lastTime)
    histories[place]?.append(aligned, gapOver: options.gapOver)
    if reference.map({ aligned.last > $0.number || activity.epoch != $0.epoch }) ?? true {
      let span = aligned.lastTime - aligned.firstTime
      let spacing = aligned.count > 1 ? span / (aligned.count - 1) : reference?.spacing
      reference = Reference(
        number: aligned.last, time: aligned.lastTime, spacing: spacing, epoch: activity.epoch)
    }
  }

  /// Numbers of 16 bits wrap in minutes: the cycle is the one nearest to what time and rate foretell.
  private mutating func align(_ run: NumberRun, at place: Place, epoch: Int) {
    guard let reference, reference.epoch == epoch else { return }
    var expected = reference.number
    if let spacing = reference.spacing, spacing > .zero {
      let silence = Double((run.firstTime - reference.time).wholeNanoseconds)
      let steps = (silence / Double(spacing.wholeNanoseconds)).rounded()
      expected &+= Int64(max(-1e12, min(steps, 1e12)))
    }
    let cycles = (Double(expected &- run.first) / 65_536).rounded()
    offsets[place] = Int64(max(-1e12, min(cycles, 1e12))) * 65_536
  }

  // MARK: Deciding

  /// The places that a move can be between: those of the outermost role that heard the stream.
  private var alternatives: [Place] {
    let order: [Point.Role] = [.external, .access, .anchor, .receiver]
    let deciding = order.first { role in
      visits.keys.contains { points[$0.point].role == role }
    }
    let places = visits.keys.filter { points[$0.point].role == deciding }
    return places.filter { place in
      // Of two depths at one point the deeper one tells the legs apart.
      place.leg.depth == places.filter { $0.point == place.point }.map(\.leg.depth).max()
    }
  }

  /// The next move that has become final by `time`, and makes its end the stream's new home.
  ///
  /// A move is final when the place it left has been silent for the time of `left`; at the end of
  /// all data it is final as it stands.
  mutating func nextTransition(by time: Timestamp, isEnd: Bool) -> Transition? {
    let places = alternatives
    if home.map({ !places.contains($0) }) ?? true {
      home = places.min { isBefore($0, $1) }
    }
    guard let home, let old = visits[home] else { return nil }
    let finalTime = old.lastTime + old.leftAfter(options)
    guard isEnd || time >= finalTime else { return nil }
    let next = places.filter { place in
      guard let visit = visits[place], visit.lastTime > old.lastTime else { return false }
      return isAlternative(place, to: home) && !passesThrough(place, home)
    }.min { isBefore($0, $1) }
    guard let next, let new = visits[next] else { return nil }
    self.home = next
    departures[home] = old.lastTime
    return Transition(
      from: home, to: next, lastBefore: old.lastTime, firstAfter: new.firstTime,
      lastDeparture: departures[next], finalTime: finalTime)
  }

  /// When a move may become final, if nothing more is heard; nil where none will after this time.
  func due(after time: Timestamp) -> Timestamp? {
    guard let home, let old = visits[home] else { return nil }
    let finalTime = old.lastTime + old.leftAfter(options)
    return finalTime > time ? finalTime : nil
  }

  private func isBefore(_ left: Place, _ right: Place) -> Bool {
    guard let first = visits[left]?.firstTime, let second = visits[right]?.firstTime else {
      return false
    }
    if first != second { return first < second }
    return (left.point, left.leg) < (right.point, right.leg)
  }

  private func isAlternative(_ place: Place, to home: Place) -> Bool {
    if place.point == home.point { return place.leg != home.leg }
    return points[place.point].site != points[home.point].site
  }

  /// Whether the two places stand one behind the other: most numbers of one were seen at both, while
  /// the stream was there. A sender that is started anew has the same numbers at another time.
  private func passesThrough(_ place: Place, _ home: Place) -> Bool {
    guard place.point != home.point, histories[place]?.epoch == histories[home]?.epoch,
      let new = visits[place], let old = visits[home], new.firstTime <= old.lastTime,
      let here = numbers(at: place), let there = numbers(at: home)
    else { return false }
    return here.intersection(there).count * 2 > min(here.count, there.count)
  }

  // MARK: Numbers

  /// The numbers of the latest visit.
  private func numbers(at place: Place) -> NumberSet? {
    guard let visit = visits[place], let history = histories[place] else { return nil }
    return history.numbers(from: visit.firstTime, to: visit.lastTime)
  }

  /// What was delivered: seen at the receiver, else decapsulated at the anchor.
  var delivery: (point: Int, histories: [NumberHistory])? {
    for role in [Point.Role.receiver, .anchor] {
      let places = histories.keys.filter {
        points[$0.point].role == role && (role == .receiver || $0.leg.depth == 0)
      }
      if let point = places.map(\.point).min() {
        // In an order of their own: which is asked first must not be chance.
        let legs = places.filter { $0.point == point }.sorted { $0.leg < $1.leg }
        return (point, legs.compactMap { histories[$0] })
      }
    }
    return nil
  }

  /// Every number of an epoch that was seen at any point.
  func seen(in epoch: Int) -> NumberSet {
    NumberSet(
      histories.values.filter { $0.epoch == epoch }.flatMap { history in
        history.runs.map { $0.first...$0.last }
      })
  }
}
