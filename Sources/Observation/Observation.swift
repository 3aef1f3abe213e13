package import Capture
import Foundation
package import Moves
package import Records
package import Streams
import Synchronization
import Wire

/// How sources are observed.
package struct ObservationOptions: Sendable {
  package var counting = CountingOptions()
  /// A filter expression (pcap-filter(7)) for every source that captures.
  package var filter: String?
  /// The most that is captured of a frame, in bytes.
  package var snapshotLength = 256
  /// How live interfaces are captured.
  package var captureMethod = CaptureMethod.auto
  /// A folder that gets each live point's packets as POINT.pcapng.
  package var captureFolder: String?

  package init() {}

  func captureFile(of point: Point) -> String? {
    captureFolder.map { "\($0)/\(point.name).pcapng" }
  }
}

/// Why an observation cannot begin.
package enum ObservationError: Error, Equatable, Sendable {
  case noSources
  /// Two sources have the same name.
  case samePoint(String)
  /// Two points are the same interface, whose packets would count twice.
  case sameInterface(String, points: [String])
  case cannotCapture(Source, CaptureError)
  case cannotRead(Source, RecordError)
}

/// Observes points together: opens their sources, merges their snapshots in the order of time, and
/// correlates them. Live and replayed data take the same way.
package actor Observation {
  /// In the order of the sources, and of their records.
  package nonisolated let points: [RecordedPoint]
  private let feeds: [any Feed]
  private var correlator: Correlator
  private let stopRequest = Mutex<Timestamp?>(nil)
  /// Marks that no snapshot brings: the user's.
  private let ownMarks = Mutex<[Mark]>([])
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  private let interval: Duration
  private var horizon = Timestamp(nanoseconds: .min)
  private var end: Timestamp?
  private var isFinished = false

  /// Opens every source; the first that cannot be opened is told, and none is left open.
  package init(sources: [Source], options: ObservationOptions) throws(ObservationError) {
    guard !sources.isEmpty else { throw .noSources }
    try Self.check(sources)
    try self.init(sources, options: options) { (source, wake) throws(ObservationError) in
      try Self.open(source, options: options, wake: wake)
    }
  }

  /// Observes packets that come from elsewhere, as if each point captured them live.
  ///
  /// - Parameter open: gives a point's packets; it runs on the thread that then reads them.
  package init<Packets: PacketSource & ~Copyable>(
    points: [Point], options: ObservationOptions,
    opening open: @escaping @Sendable (Point) throws(CaptureError) -> Packets
  ) throws(ObservationError) {
    try self.init(points, options: options) { (point, wake) throws(ObservationError) in
      do throws(CaptureError) {
        let capture = try LiveCapture(
          point: point, options: options.counting, keeping: options.captureFile(of: point),
          wake: wake
        ) { () throws(CaptureError) in
          try open(point)
        }
        return LiveFeed(
          point: RecordedPoint(
            point: point, source: "simulated", interval: options.counting.interval,
            bootIdentifier: bootIdentifier()),
          capture: capture)
      } catch {
        throw .cannotCapture(
          Source(point: point, kind: .interface(point.name, namespace: nil)), error)
      }
    }
  }

  private init<Origin>(
    _ origins: [Origin], options: ObservationOptions,
    opening open: (Origin, @escaping @Sendable () -> Void) throws(ObservationError) -> any Feed
  ) throws(ObservationError) {
    interval = options.counting.interval
    let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.wakes = wakes
    self.waker = waker
    var feeds: [any Feed] = []
    do throws(ObservationError) {
      for origin in origins {
        feeds.append(try open(origin) { waker.yield() })
      }
    } catch {
      for feed in feeds { feed.stop(at: .now) }
      throw error
    }
    self.feeds = feeds
    points = feeds.flatMap(\.points)
    correlator = Correlator(points: points.map(\.point), options: options.counting)
    do throws(ObservationError) {
      try Self.checkNames(points.map(\.point))
    } catch {
      for feed in feeds { feed.stop(at: .now) }
      throw error
    }
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
    let mark = Mark(time: .now, kind: .user, detail: [("text", .text(text.asLine))])
    ownMarks.withLock { $0.append(mark) }
    waker.yield()
  }

  /// What each point came to so far.
  package var reports: [(point: Point, report: PointReport)] {
    feeds.flatMap { feed in zip(feed.points, feed.reports).map { ($0.point, $1) } }
  }

  /// The next step; nil after the last.
  package func next() async -> Observed? {
    while !isFinished, !Task.isCancelled {
      passOnStop()
      for feed in feeds {
        feed.refill()
        let marks = feed.userMarks
        feed.userMarks = []
        ownMarks.withLock { $0 += marks }
      }
      catchUp()
      if let snapshots = takeStep() { return complete(correlator.take(snapshots)) }
      if let end {
        isFinished = true
        return complete(correlator.finish(at: end))
      }
      if let news = heartbeat() { return complete(news) }
      await rest()
    }
    return nil
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

  /// The snapshots of the earliest interval, once no point can add to it any more.
  private func takeStep() -> [Snapshot]? {
    guard let start = feeds.compactMap({ $0.queue.first?.start }).min() else { return nil }
    let isSettled = feeds.allSatisfy { feed in
      if let next = feed.queue.first { return next.start >= start }
      // One that ended was told how far the others are, and has handed over all up to there.
      return feed.hasEnded || feed.closedUpTo.map { $0 > start } ?? false
    }
    guard isSettled else { return nil }
    var snapshots: [Snapshot] = []
    for feed in feeds {
      while let next = feed.queue.first, next.start == start {
        snapshots.append(next)
        feed.queue.removeFirst()
      }
    }
    return snapshots
  }

  /// Lets time go on where points are silent. Before the first packet there is no time yet.
  private func heartbeat() -> Observed? {
    let bound = feeds.filter { !$0.hasEnded }.map(\.bound).min()
    let hasNews = ownMarks.withLock { !$0.isEmpty } || feeds.contains(where: \.hasNews)
    guard let bound, bound.nanoseconds > .min, bound > horizon || hasNews else { return nil }
    horizon = max(bound, horizon)
    return correlator.advance(to: horizon)
  }

  private func complete(_ observed: Observed) -> Observed {
    horizon = max(horizon, observed.upTo)
    for feed in feeds { feed.hasNews = false }
    let marks = ownMarks.withLock { marks in
      let taken = marks
      marks = []
      return taken
    }
    guard !marks.isEmpty else { return observed }
    var observed = observed
    observed.marks = (observed.marks + marks).sorted { $0.time < $1.time }
    return observed
  }

  /// Waits until a capture has something; pipes are asked again soon.
  private func rest() async {
    if feeds.contains(where: { $0 is LiveFeed }) {
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

  /// Finds out what contradicts itself before anything is opened; a recording names its own points.
  private static func check(_ sources: [Source]) throws(ObservationError) {
    try checkNames(
      sources.compactMap { source in
        if case .recording = source.kind { nil } else { source.point }
      })
    for (index, source) in sources.enumerated() {
      for other in sources[..<index] {
        if case .interface(let name, _) = source.kind, other.kind == source.kind {
          throw .sameInterface(name, points: [other.point.name, source.point.name])
        }
      }
    }
  }

  private static func open(
    _ source: Source, options: ObservationOptions, wake: @escaping @Sendable () -> Void
  ) throws(ObservationError) -> any Feed {
    switch source.kind {
    case .capture(let path):
      do throws(CaptureError) {
        return try FileFeed(
          point: source.point, path: path, filter: options.filter, options: options.counting)
      } catch {
        throw .cannotCapture(source, error)
      }
    case .interface(let name, let namespace):
      var pcap = PcapInterface.Options()
      pcap.snapshotLength = options.snapshotLength
      pcap.filter = options.filter
      let (settings, method) = (pcap, options.captureMethod)
      do throws(CaptureError) {
        let capture = try LiveCapture(
          point: source.point, options: options.counting,
          keeping: options.captureFile(of: source.point), wake: wake
        ) { () throws(CaptureError) in
          try LiveInterface(
            name: name, options: settings, networkNamespace: namespace, method: method)
        }
        let point = RecordedPoint(
          point: source.point, source: name, interval: options.counting.interval,
          bootIdentifier: bootIdentifier())
        return LiveFeed(point: point, capture: capture)
      } catch {
        throw .cannotCapture(source, error)
      }
    case .recording(let path):
      do throws(RecordError) {
        return try RecordingFeed(path: path)
      } catch {
        throw .cannotRead(source, error)
      }
    }
  }
}

/// What tells this boot of this host from every other; nil where the system does not say.
package func bootIdentifier() -> String? {
  let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
  return text?.trimmingCharacters(in: .whitespacesAndNewlines)
}
