import Dashboard
import Moves
import Synchronization

/// What was observed and not yet shown: filled by a task, emptied by the thread of the terminal.
final class Inbox: Sendable {
  struct News {
    var observed: [Observed] = []
    /// Marks that others set, where they are not part of what is observed.
    var marks: [String] = []
    var hasEnded = false
    /// Names of the points whose data ended before their time.
    var endedEarly: [String] = []
    var isClosed = false
    /// Something came since the last time.
    var isNew = false
  }

  private struct Contents {
    var news = News()
    /// What is read; nil once it is all read.
    var updates: AsyncStream<Observed>?
    /// Counts how often it was read from its beginning.
    var run = 0
    /// Bytes of what waits to be taken, where there is a limit to them.
    var byteCount = 0
    var isWanted = true
  }

  private let contents: Mutex<Contents>
  /// All is taken as it comes; else only what is wanted is read.
  private let isEager: Bool
  private let demands: AsyncStream<Void>
  private let demand: AsyncStream<Void>.Continuation

  init(reading updates: AsyncStream<Observed>, isEager: Bool) {
    contents = Mutex(Contents(updates: updates))
    self.isEager = isEager
    (demands, demand) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Reads until the task is cancelled, or all is read and cannot be read again.
  ///
  /// - Parameter endedEarly: the names of the points whose data ended before their time.
  func fill(endedEarly: () async -> [String]) async {
    var demands = demands.makeAsyncIterator()
    while !Task.isCancelled {
      let (updates, run) = contents.withLock { ($0.updates, $0.run) }
      guard let updates else {
        if isEager { return }
        guard await demands.next() != nil else { return }
        continue
      }
      for await observed in updates {
        while !hasRoom(in: run) {
          guard await demands.next() != nil else { return }
        }
        guard put(observed, of: run) else { break }
      }
      end(run, early: await endedEarly())
    }
  }

  private func hasRoom(in run: Int) -> Bool {
    isEager
      || contents.withLock {
        $0.run != run || $0.isWanted && $0.byteCount < Playback.ahead
      }
  }

  /// - Returns: whether it is still that run's turn.
  private func put(_ observed: Observed, of run: Int) -> Bool {
    let byteCount = isEager ? 0 : observed.byteCount
    return contents.withLock {
      guard $0.run == run else { return false }
      $0.news.observed.append(observed)
      $0.news.isNew = true
      $0.byteCount += byteCount
      return true
    }
  }

  private func end(_ run: Int, early: [String]) {
    contents.withLock {
      guard $0.run == run else { return }
      $0.updates = nil
      $0.news.hasEnded = true
      $0.news.endedEarly = early
      $0.news.isNew = true
    }
  }

  /// Reads something else from here on: nothing more comes of what was read before.
  func read(_ updates: AsyncStream<Observed>) {
    contents.withLock {
      $0.updates = updates
      $0.run += 1
      $0.byteCount = 0
      $0.news.observed = []
      $0.news.hasEnded = false
    }
    demand.yield()
  }

  func mark(_ text: String) {
    contents.withLock {
      $0.news.marks.append(text)
      $0.news.isNew = true
    }
  }

  func close() {
    contents.withLock { $0.news.isClosed = true }
  }

  /// Takes what there is, and says whether more is wanted.
  func take(wantingMore isWanted: Bool) -> News {
    defer { demand.yield() }
    return contents.withLock { contents in
      defer {
        contents.news.observed = []
        contents.news.marks = []
        contents.news.isNew = false
        contents.byteCount = 0
        contents.isWanted = isWanted
      }
      return contents.news
    }
  }
}
