package import Capture
package import Moves
package import Records
package import Streams
import Synchronization
import Wire

/// Observes points together: opens their sources, merges their snapshots in the order of time, and
/// correlates them. Live and replayed data take the same way.
///
/// What is told depends on the data alone, never on when they came: each step is an interval, and
/// between two of them time goes on from the end of one interval to that of another.
package actor Observation {
  /// In the order of the sources, and of their records.
  package nonisolated let points: [RecordedPoint]
  private let feeds: [any Feed]
  private var correlator: Correlator
  private let keeper: CaptureKeeper?
  private let stopRequest = Mutex<Timestamp?>(nil)
  private let ownMarks: Mutex<OwnMarks>
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  /// The shortest of the points.
  private let interval: Duration
  /// What hypervisors told of migrations, by the user's marks.
  private var migrations = MigrationMarks()
  private var horizon = Timestamp(nanoseconds: .min)
  /// The start of the latest interval that was told in time.
  private var newest: Timestamp?
  /// Marks and moves up to here were told with nothing more to come.
  private var settled = Timestamp(nanoseconds: .min)
  private var end: Timestamp?
  private var isFinished = false

  /// Opens every source; the first that cannot be opened is told, and none is left open.
  package init(sources: [Source], options: ObservationOptions) throws(ObservationError) {
    do throws(ObservationError) {
      try Self.check(sources, options: options)
      let opening = try SourceOpening(sources, options: options)
      try self.init(sources, options: options, counting: opening.counting) {
        (source, wake) throws(ObservationError) in
        try opening.open(source, wake: wake)
      }
    } catch {
      options.keeper?.discard()
      throw error
    }
  }

  /// Observes packets that come from elsewhere, as if each point captured them live.
  ///
  /// - Parameter open: gives a point's packets; it runs on the thread that then reads them.
  package init<Packets: PacketSource & ~Copyable>(
    points: [Point], options: ObservationOptions,
    opening open: @escaping @Sendable (Point) throws(CaptureError) -> Packets
  ) throws(ObservationError) {
    let counting = try options.counting()
    try self.init(points, options: options, counting: counting) {
      (point, wake) throws(ObservationError) in
      do throws(CaptureError) {
        let kept = KeptPoint(
          point: point, source: "simulated", counting: counting,
          bootIdentifier: bootIdentifier())
        return [
          try LiveFeed(kept, options: options, wake: wake) { () throws(CaptureError) in
            try open(point)
          }
        ]
      } catch {
        throw .cannotCapture(
          Source(point: point, kind: .interface(point.name, namespace: nil)), error)
      }
    }
  }

  private init<Origin>(
    _ origins: [Origin], options: ObservationOptions, counting: CountingOptions,
    opening open: (Origin, @escaping @Sendable () -> Void) throws(ObservationError) -> [any Feed]
  ) throws(ObservationError) {
    let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wakes = wakes
    self.waker = waker
    keeper = options.keeper
    var feeds: [any Feed] = []
    do throws(ObservationError) {
      for origin in origins {
        feeds += try open(origin) { waker.yield() }
      }
      try Self.checkNames(feeds.flatMap(\.points).map(\.point))
    } catch {
      for feed in feeds { feed.stop(at: .now) }
      throw error
    }
    self.feeds = feeds
    points = feeds.flatMap(\.points)
    interval = points.map(\.interval).min() ?? counting.interval
    correlator = Correlator(
      points: points.map(\.point), options: counting,
      bootIdentifiers: points.map(\.bootIdentifier), clockBound: options.clockBound,
      keepsLosses: options.keepsLosses)
    ownMarks = Mutex(OwnMarks(isLive: feeds.contains { $0.isLive }))
  }

  /// What all points saw, step by step, until every source has ended or `stop` was called.
  package nonisolated var updates: AsyncStream<Observed> {
    AsyncStream { await self.next() }
  }

  /// Ends the observation: what was seen up to now still comes.
  package nonisolated func stop() {
    stopRequest.withLock { $0 = $0 ?? .now }
    waker.yield()
  }

  /// Puts a mark of the user's at this moment.
  package nonisolated func mark(_ text: String) {
    ownMarks.withLock { $0.add(text.asLine, keeper: keeper) }
    waker.yield()
  }

  /// What each point came to so far.
  package var reports: [(point: Point, report: PointReport)] {
    feeds.flatMap { feed in zip(feed.points, feed.reports).map { ($0.point, $1) } }
  }

  /// What became of the numbers of every stream so far, where `ObservationOptions.keepsLosses`.
  package var accounts: [LossAccount] { correlator.accounts }

  /// The next step; nil after the last.
  package func next() async -> Observed? {
    keeper?.begin()
    while !isFinished, !Task.isCancelled {
      passOnStop()
      for feed in feeds {
        feed.refill { !isToEnd }
        let marks = feed.userMarks
        feed.userMarks = []
        if !marks.isEmpty { ownMarks.withLock { $0.add(marks) } }
      }
      catchUp()
      if let observed = tell() { return observed }
      await rest()
    }
    return nil
  }

  /// Whether nobody wants what a long file has in an interval that it goes on with.
  private nonisolated var isToEnd: Bool {
    stopRequest.withLock { $0 != nil } || Task.isCancelled
  }

  private func passOnStop() {
    guard let time = stopRequest.withLock({ $0 }) else { return }
    for feed in feeds where !feed.hasEnded { feed.stop(at: time) }
  }

  /// Lets the points that ended know how far the others are.
  private func catchUp() {
    let running = feeds.filter { !$0.hasEnded }
    if let bound = running.map(\.bound).min() {
      for feed in feeds where feed.hasEnded { feed.advance(to: bound + interval) }
    } else if end == nil {
      let last = feeds.compactMap(\.lastTime).max() ?? Timestamp(nanoseconds: 0)
      for feed in feeds { feed.finish(at: last) }
      end = last
    }
  }

  /// What can be told now: what is due before the next interval, then that interval.
  private func tell() -> Observed? {
    let step = settledStart
    let bound = feeds.filter { !$0.hasEnded }.map(\.bound).min()
    // Before the first packet there is no time yet; only what was recorded may be that old.
    let recorded = step.flatMap(recordedHorizon)
    guard let limit = [step, recorded].compactMap(\.self).max() ?? end ?? bound,
      step != nil || end != nil || limit.nanoseconds > .min
    else { return nil }
    while let due = nextDue(by: limit) {
      settled = max(settled, min(due, limit))
      let observed = complete(correlator.advance(to: due))
      if !observed.marks.isEmpty || !observed.moves.isEmpty { return observed }
    }
    if let step {
      let snapshots = takeSnapshots(of: step)
      guard recorded == nil, isInTime(snapshots, from: step) else {
        return complete(correlator.takeLate(snapshots, upTo: max(horizon, recorded ?? horizon)))
      }
      newest = step
      return complete(correlator.take(snapshots))
    }
    if let end {
      isFinished = true
      return complete(correlator.finish(at: end), isLast: true)
    }
    guard limit > horizon || feeds.contains(where: \.hasNews) else { return nil }
    return complete(Observed(upTo: max(limit, horizon)))
  }

  /// When the next mark or move is told, if that is before any interval from `limit` on: at the end of
  /// an interval, also where none had packets.
  private func nextDue(by limit: Timestamp) -> Timestamp? {
    let moves = correlator.due?.alignedUp(to: interval)
    let marks = ownMarks.withLock { $0.due(interval: interval) }
    guard let due = [moves, marks].compactMap(\.self).min(), due <= limit else { return nil }
    return due.nanoseconds > .min ? max(due, horizon) : max(limit, horizon)
  }

  /// The start of the earliest interval with snapshots, once no point can add to it any more.
  private var settledStart: Timestamp? {
    guard let start = feeds.compactMap({ $0.queue.first?.start }).min() else { return nil }
    let isSettled = feeds.allSatisfy { feed in
      if let next = feed.queue.first { return next.start >= start }
      // One that ended was told how far the others are, and has handed over all up to there.
      return feed.hasEnded || feed.closedUpTo.map { $0 > start } ?? false
    }
    return isSettled ? start : nil
  }

  /// Whether snapshots come before anything was told that they might have changed.
  private func isInTime(_ snapshots: [Snapshot], from start: Timestamp) -> Bool {
    newest.map { start > $0 } ?? true && snapshots.contains { $0.end > settled }
  }

  /// Of an interval that came late when it was recorded: up to where everything had been told, as far as
  /// the other sources are; nil where it came in time.
  private func recordedHorizon(of start: Timestamp) -> Timestamp? {
    guard let index = feeds.firstIndex(where: { $0.queue.first?.start == start }),
      let recorded = feeds[index].queue.first?.lateAfter
    else { return nil }
    let others = feeds.indices.filter { $0 != index && !feeds[$0].hasEnded }.map { feeds[$0].bound }
    return min(recorded, others.min() ?? recorded)
  }

  /// Those that came late when they were recorded are told apart from the others.
  private func takeSnapshots(of start: Timestamp) -> [Snapshot] {
    var snapshots: [Snapshot] = []
    for feed in feeds {
      while let next = feed.queue.first, next.start == start,
        snapshots.first.map({ $0.lateAfter == next.lateAfter }) ?? true
      {
        snapshots.append(next)
        feed.queue.removeFirst()
      }
    }
    return snapshots
  }

  /// Adds the marks whose time has come.
  private func complete(_ observed: Observed, isLast: Bool = false) -> Observed {
    horizon = max(horizon, observed.upTo)
    for feed in feeds { feed.hasNews = false }
    let marks = ownMarks.withLock { $0.take(upTo: horizon, isLast: isLast) }
    if isLast { keeper?.finish() }
    for mark in marks { migrations.take(mark) }
    var observed = observed
    observed.clocks = correlator.clockAgreement(at: horizon)
    if !marks.isEmpty { observed.marks = (observed.marks + marks).sorted { $0.time < $1.time } }
    for index in observed.moves.indices {
      let figures = migrations.figures(of: observed.moves[index])
      observed.moves[index].migration = figures ?? MigrationFigures()
    }
    return observed
  }

  /// Waits until a capture has something; pipes are asked again soon.
  private func rest() async {
    if feeds.contains(where: \.isLive) {
      var iterator = wakes.makeAsyncIterator()
      _ = await iterator.next(isolation: self)
    } else {
      await Task.yield()
    }
  }

  private static func checkNames(_ points: [Point]) throws(ObservationError) {
    let names = points.map(\.name)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw .samePoint(name)
    }
  }

  /// Finds out what contradicts itself before anything is opened; what was recorded or kept may name
  /// its own points.
  private static func check(
    _ sources: [Source], options: ObservationOptions
  ) throws(ObservationError) {
    guard !sources.isEmpty else { throw .noSources }
    try checkNames(sources.filter { $0.naming != .ownName || $0.isLive }.map(\.point))
    for (index, source) in sources.enumerated() {
      guard options.keeper == nil || source.isLive else { throw .cannotKeep(source) }
      for other in sources[..<index] { try check(other, source) }
    }
  }

  /// Finds out whether two interfaces have the same packets. Those of other namespaces are not asked.
  private static func check(_ other: Source, _ source: Source) throws(ObservationError) {
    let points = [other.point.name, source.point.name]
    guard case .interface(let name, let namespace) = source.kind,
      case .interface(let otherName, namespace) = other.kind
    else { return }
    if name == otherName { throw .sameInterface(name, points: points) }
    if namespace == nil, sharePackets(name, otherName) {
      throw .nestedInterfaces([otherName, name], points: points)
    }
  }
}
