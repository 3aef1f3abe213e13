import Dispatch
import Streams
import Wire

/// Reads a regular file in chunks and counts its packets on several cores at once, each of which
/// counts its share of the streams.
///
/// A round is a chunk for each core. In it a core reads a chunk from the file, walks its records from
/// where the chunk before it left off, and reads their headers; then it counts what is its own in all
/// chunks of the round, in the file's order, each as soon as it is read. Several cores read their
/// chunks of the next round before that, so that none waits for the others.
final class ChunkReader<Harvest: Sendable>: FileReader, @unchecked Sendable {
  private let file: PlainFile
  private let workers: [Worker<Harvest>]
  private let harvest: @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  /// Of the core that reads the chunk whose turn it is.
  private var walk: FileWalk
  /// The chunk that is to be walked next.
  private let turn = Milestone()
  private var looksAhead: Bool { workers.count > 1 }
  private var round = 0
  /// Rounds that are read at a time: about a tenth of a second's, as each step has to begin and end.
  private var stepRounds = 128
  private var ending: FileWalk.Ending?

  /// - Parameter workerCount: a power of two.
  init(
    _ file: PlainFile, walk: consuming FileWalk, point: Point, options: CountingOptions,
    workerCount: Int, size: ChunkSize = ChunkSize(),
    harvest: @escaping @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    self.file = file
    self.walk = walk
    self.harvest = harvest
    workers = (0..<workerCount).map { index in
      let share = StreamTable.Share(index: index, count: workerCount)
      return Worker(
        table: StreamTable(point: point, options: options, share: share), size: size,
        batch: {
          PacketBatch(tableCount: workerCount, decapsulation: options.decapsulation)
        })
    }
  }

  func read() {
    guard ending == nil else { return }
    let begin = ContinuousClock.now
    onEveryCore { [self] in read(as: $0) }
    round += stepRounds
    ending = walk.ending
    let duration = ContinuousClock.now - begin
    if duration < .milliseconds(50) {
      stepRounds = min(2 * stepRounds, 2048)
    } else if duration > .milliseconds(200) {
      stepRounds = max(stepRounds / 2, 8)
    }
  }

  /// Calls a function with the index of each core, on a thread of its own: they may wait for one
  /// another, and queues promise no threads.
  private func onEveryCore(_ body: @escaping @Sendable (Int) -> Void) {
    let ends = DispatchSemaphore(value: 0)
    for index in workers.indices.dropFirst() {
      startThread(named: "count \(index)") {
        body(index)
        ends.signal()
      }
    }
    body(0)
    for _ in workers.dropFirst() { ends.wait() }
  }

  /// What one core does in a step.
  private func read(as index: Int) {
    let worker = workers[index]
    let end = round + stepRounds
    prepare(round, as: index)
    for round in round..<end {
      if looksAhead, round + 1 < end { prepare(round + 1, as: index) }
      for other in workers {
        other.roundsRead.wait(for: round + 1)
        worker.count(other.slot(of: round), harvest)
      }
      if workers.contains(where: { $0.slot(of: round).isLast }) { return }
      if !looksAhead, round + 1 < end { prepare(round + 1, as: index) }
    }
  }

  /// Reads a core's chunk of a round.
  private func prepare(_ round: Int, as index: Int) {
    let worker = workers[index]
    let place = round * workers.count + index
    let slot = worker.slot(of: round)
    slot.fill(from: file.descriptor, place: place)
    turn.wait(for: place)
    slot.walk(&walk, of: file.descriptor)
    turn.advance()
    slot.read()
    worker.note(slot.batch)
    worker.roundsRead.advance()
  }

  var progress: FileProgress {
    var progress = FileProgress()
    progress.closedUpTo = workers[0].table.closedUpTo
    progress.hasEnded = ending != nil
    for worker in workers { progress.report.add(worker.report) }
    progress.report.captureDrops = walk.droppedPackets
    switch ending {
    case .cut: progress.report.wasCut = true
    case .failed(let error): progress.report.failure = error
    case .end, nil: break
    }
    return progress
  }

  func advance(to time: Timestamp) {
    for worker in workers { worker.advance(to: time, harvest) }
  }

  func finish(at time: Timestamp) {
    onEveryCore { [self] in workers[$0].finish(at: time, harvest) }
  }

  func take() -> [[Harvest]] { workers.map { $0.take() } }
}

/// How many bytes of the file belong to a chunk, and how many more it holds at first, since a record
/// may begin in the one and end in the next.
package struct ChunkSize: Sendable {
  package var bytes: Int
  package var overlap: Int

  package init(bytes: Int = 1 << 18, overlap: Int = 1 << 12) {
    self.bytes = bytes
    self.overlap = overlap
  }
}

/// One core's part in reading a file.
private final class Worker<Harvest> {
  private(set) var table: StreamTable
  private(set) var report = PointReport()
  /// Who reads a chunk has counted the round two before its own; so the others have read that, and
  /// counted the one four before: it may be read over.
  private let slots: [Slot]
  let roundsRead = Milestone()
  private var harvests: [Harvest] = []

  init(table: consuming StreamTable, size: ChunkSize, batch: () -> PacketBatch) {
    self.table = table
    slots = (0..<4).map { _ in Slot(size: size, batch: batch()) }
  }

  func slot(of round: Int) -> Slot { slots[round & 3] }

  func note(_ batch: borrowing PacketBatch) {
    guard batch.packets > 0 else { return }
    var part = PointReport()
    part.packets = batch.packets
    part.malformed = batch.malformed
    part.truncated = batch.truncated
    part.opaque = batch.opaque
    part.first = Timestamp(nanoseconds: batch.earliest)
    part.last = Timestamp(nanoseconds: batch.latest)
    report.add(part)
  }

  func count(
    _ slot: Slot, _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    slot.count(in: &table) { harvests.append(harvest($0, $1)) }
  }

  func advance(
    to time: Timestamp, _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    guard table.closedUpTo != nil else { return }
    table.advance(to: time) { harvests.append(harvest($0, $1)) }
  }

  func finish(
    at time: Timestamp, _ harvest: (borrowing StreamTable, ClosedInterval) -> Harvest
  ) {
    guard table.closedUpTo != nil else { return }
    table.finish(at: time) { harvests.append(harvest($0, $1)) }
  }

  func take() -> [Harvest] {
    let taken = harvests
    harvests = []
    return taken
  }
}

/// A chunk and what was read in it.
private final class Slot {
  private let size: ChunkSize
  private var chunk: FileChunk
  var batch: PacketBatch
  /// Where the first record that begins in it begins in the file.
  private var start = 0
  /// No chunk that follows has records.
  private(set) var isLast = false
  private var failure: Int32 = 0

  init(size: ChunkSize, batch: consuming PacketBatch) {
    self.size = size
    self.batch = batch
    chunk = FileChunk(capacity: size.bytes + size.overlap)
  }

  func fill(from descriptor: Int32, place: Int) {
    batch.removeAll()
    failure = chunk.fill(from: descriptor, at: place * size.bytes)
  }

  func walk(_ walk: inout FileWalk, of descriptor: Int32) {
    start = walk.position
    if failure != 0 { walk.fail(failure) }
    walk.walk(&chunk, limit: size.bytes, of: descriptor, into: &batch)
    isLast = walk.ending != nil
  }

  func read() { chunk.withBytes(from: start) { batch.read($0) } }

  func count(
    in table: inout StreamTable, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    chunk.withBytes(from: start) { table.count(batch, in: $0, deliver: deliver) }
  }
}

extension PointReport {
  /// Adds what another part of the point's packets came to.
  fileprivate mutating func add(_ other: Self) {
    packets += other.packets
    malformed += other.malformed
    truncated += other.truncated
    opaque += other.opaque
    first = [first, other.first].compactMap { $0 }.min()
    last = [last, other.last].compactMap { $0 }.max()
  }
}
