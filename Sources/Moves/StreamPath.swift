import Sequences
import Streams
import Wire

/// One stream's way over all points: where it was heard, with which numbers, and where it is now.
///
/// The order of stays comes from the numbers where there are any, since clocks of two points need not
/// agree.
struct StreamPath: Sendable {
  /// A move that was seen, with the two stays that it joins.
  struct Transition: Sendable {
    var from: Place
    var to: Place
    var before: Stay
    /// As it was when the move was found; it may go on.
    var after: Stay
    /// When the stream had left the new place before, if it ever was there.
    var lastDeparture: Timestamp?
    /// From when on it was final.
    var finalTime: Timestamp
  }

  /// How many runs of numbers are kept as they were heard, at a place of a stream that was heard at
  /// several, or at one.
  private static let runsKept = (several: 512, one: 4)
  /// How many stays at a place wait to be followed by a stay elsewhere.
  private static let staysKept = (several: 64, one: 2)

  let stream: StreamKey
  private let points: [Point]
  private let options: CountingOptions
  /// The stays that the stream has not moved on from, in their order.
  private(set) var stays: [Place: [Stay]] = [:]
  private(set) var histories: [Place: NumberHistory] = [:]
  private var departures: [Place: Timestamp] = [:]
  private var generations = Generations()
  /// Where the stream is: the last place of the deciding role from which it has not moved on.
  private(set) var home: Place?

  init(stream: StreamKey, points: [Point], options: CountingOptions) {
    self.stream = stream
    self.points = points
    self.options = options
  }

  // MARK: Hearing

  /// Takes an activity; at each place they come in the order of their beginnings.
  ///
  /// - Returns: The run in the common count, and its generation.
  @discardableResult
  mutating func take(_ activity: Activity, at place: Place) -> (run: NumberRun, generation: Int)? {
    let isSole = stays.count == 1 && stays[place] != nil || stays.isEmpty
    var read: (run: NumberRun, generation: Int)?
    var numbers: Stay.Numbers?
    if let run = activity.run {
      let found = self.read(run, of: activity, at: place, isSole: isSole)
      read = found
      numbers = Stay.Numbers(
        generation: found.generation, lowest: found.run.first, highest: found.run.last)
    }
    let count = stays[place, default: []].count
    let last = stays[place]?.last
    if let last, !last.ends(before: activity, numbers: numbers, options: options) {
      stays[place]?[count - 1].take(activity, numbers: numbers)
    } else {
      stays[place, default: []].append(Stay(activity, numbers: numbers))
      if count >= (isSole ? Self.staysKept.one : Self.staysKept.several) { comeBack(to: place) }
    }
    return read
  }

  private mutating func read(
    _ run: NumberRun, of activity: Activity, at place: Place, isSole: Bool
  ) -> (run: NumberRun, generation: Int) {
    let begins =
      stays[place]?.last.map { activity.firstTime - $0.lastTime >= $0.leftAfter(options) } ?? true
    let isGuest = role(of: place) == .source
    let reading = generations.reading(
      of: run, in: activity, at: place, begins: begins, isGuest: isGuest)
    if histories[place]?.generation != reading.generation {
      histories[place] = NumberHistory(generation: reading.generation)
    }
    let aligned = NumberRun(
      first: run.first &+ reading.offset, last: run.last &+ reading.offset,
      firstTime: run.firstTime, lastTime: run.lastTime)
    if !isGuest { generations.note(aligned, of: reading.generation) }
    histories[place]?.append(
      aligned, keeping: isSole ? Self.runsKept.one : Self.runsKept.several,
      gapOver: options.gapOver)
    return (aligned, reading.generation)
  }

  // MARK: Deciding

  /// The places that a move can be between: those of the outermost role that heard the stream, and
  /// the tunnels at the home agent that come from none of them.
  private var alternatives: [Place] {
    let order: [Point.Role] = [.external, .access, .anchor, .receiver]
    let deciding = order.first { role in
      stays.keys.contains { points[$0.point].role == role }
    }
    let places = stays.keys.filter { points[$0.point].role == deciding }
    let outer = places.filter { place in
      // Of two depths at one point the deeper one tells the legs apart.
      place.leg.depth == places.filter { $0.point == place.point }.map(\.leg.depth).max()
    }
    guard deciding == .external, outer.contains(where: { $0.leg.depth > 0 }) else { return outer }
    let legs = Set(outer.map(\.leg))
    return outer
      + stays.keys.filter {
        points[$0.point].role == .anchor && $0.leg.depth > 0 && !legs.contains($0.leg)
      }
  }

  /// The next move that has become final by `time`, and makes its end the stream's new home.
  ///
  /// A move is final when the place it left has been silent for the time of `left`, or is in use again
  /// after a stay elsewhere; at the end of all data it is final as it stands.
  mutating func nextTransition(by time: Timestamp, isEnd: Bool) -> Transition? {
    let places = alternatives
    if home.map({ !places.contains($0) }) ?? true {
      home = places.min { isBefore($0, $1) }
    }
    while let home, let here = stays[home]?.first {
      let comeback = stays[home].flatMap { $0.count > 1 ? $0[1] : nil }
      let next = nextStay(after: here, at: home, before: comeback, among: places)
      if let comeback {
        if let next { return move(to: next, from: here, finalTime: comeback.firstTime) }
        guard isEnd || time >= comeback.firstTime + here.leftAfter(options) else { return nil }
        comeBack(to: home)
      } else {
        let finalTime = here.lastTime + here.leftAfter(options)
        guard let next, isEnd || time >= finalTime, next.stay.follows(here, options: options)
        else { return nil }
        return move(to: next, from: here, finalTime: finalTime)
      }
    }
    return nil
  }

  /// The first stay elsewhere that went on when the stream was here no more.
  private func nextStay(
    after here: Stay, at home: Place, before comeback: Stay?, among places: [Place]
  ) -> (place: Place, stay: Stay)? {
    var next: (place: Place, stay: Stay)?
    for place in places.sorted() where isAlternative(place, to: home) {
      let stay = stays[place]?.first { stay in
        stay.outlasts(here) && comeback.map { stay.begins(before: $0) } ?? true
          && !passesThrough(stay, at: place, here, home)
      }
      if let stay, next.map({ stay.begins(before: $0.stay) }) ?? true { next = (place, stay) }
    }
    return next
  }

  private mutating func move(
    to next: (place: Place, stay: Stay), from here: Stay, finalTime: Timestamp
  ) -> Transition? {
    guard let home else { return nil }
    stays[home]?.removeFirst()
    for place in alternatives where place != home {
      while let first = stays[place]?.first, first.begins(before: next.stay) {
        stays[place]?.removeFirst()
      }
    }
    departures[home] = here.lastTime
    self.home = next.place
    return Transition(
      from: home, to: next.place, before: here, after: next.stay,
      lastDeparture: departures[next.place], finalTime: finalTime)
  }

  /// Makes one stay of the first two: the stream was nowhere else.
  private mutating func comeBack(to place: Place) {
    guard let stay = stays[place]?.remove(at: 1) else { return }
    stays[place]?[0].take(stay)
  }

  /// When a move may become final, if nothing more is heard; nil where none will after this time.
  func due(after time: Timestamp) -> Timestamp? {
    guard let home, let here = stays[home]?.first else { return nil }
    let last = stays[home].flatMap { $0.count > 1 ? $0[1].firstTime : nil } ?? here.lastTime
    let finalTime = last + here.leftAfter(options)
    return finalTime > time ? finalTime : nil
  }

  private func isBefore(_ left: Place, _ right: Place) -> Bool {
    guard let first = stays[left]?.first else { return false }
    guard let second = stays[right]?.first else { return true }
    if first.begins(before: second) { return true }
    return second.begins(before: first) ? false : left < right
  }

  private func isAlternative(_ place: Place, to home: Place) -> Bool {
    if place.point == home.point { return place.leg != home.leg }
    return points[place.point].site != points[home.point].site
  }

  /// Whether the two places stand one behind the other: most numbers of one were seen at both while
  /// the stream was there.
  private func passesThrough(
    _ stay: Stay, at place: Place, _ here: Stay, _ home: Place
  ) -> Bool {
    guard place.point != home.point, let numbers = stay.numbers, let others = here.numbers,
      numbers.generation == others.generation, numbers.lowest <= others.highest,
      let seen = self.numbers(in: numbers.range, at: place, of: numbers.generation),
      let seenHere = self.numbers(in: others.range, at: home, of: numbers.generation)
    else { return false }
    return seen.intersection(seenHere).count * 2 > min(seen.count, seenHere.count)
  }

  // MARK: Numbers

  /// The numbers of a range that were seen at a place; nil where nothing is known of the generation.
  func numbers(
    in range: ClosedRange<Int64>, at place: Place, of generation: Int
  ) -> NumberSet? {
    guard let history = histories[place], history.generation == generation else { return nil }
    return history.numbers(in: range)
  }

  /// What the places of a kind saw of a generation, in the order of the places.
  func histories(
    of generation: Int, at isWanted: (_ role: Point.Role, _ place: Place) -> Bool
  ) -> [(place: Place, history: NumberHistory)] {
    histories.filter { $1.generation == generation && isWanted(points[$0.point].role, $0) }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Where numbers count as delivered, and which were.
  struct Delivery: Sendable {
    var point: Int
    /// One a leg.
    var histories: [NumberHistory]
  }

  /// What the receiver saw, else what the home agent sent on.
  func delivery(of generation: Int) -> Delivery? {
    for role in [Point.Role.receiver, .anchor] {
      let found = histories(of: generation) {
        $0 == role && (role == .receiver || $1.leg.depth == 0)
      }
      if let point = found.first?.place.point {
        return Delivery(
          point: point, histories: found.filter { $0.place.point == point }.map(\.history))
      }
    }
    return nil
  }

  /// The places of another role at the same server, where the stream was heard there.
  func places(of role: Point.Role, besides place: Place) -> [Place] {
    histories.keys.filter {
      points[$0.point].role == role && points[$0.point].site == points[place.point].site
    }.sorted()
  }

  func role(of place: Place) -> Point.Role { points[place.point].role }
}
