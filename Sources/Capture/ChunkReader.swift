import Streams
import Wire

/// Reads a regular file in chunks and counts its packets on several cores at once, each of which
/// counts its share of the streams.
///
/// A core that finds a chunk read that it has not counted yet counts what is its own in it, in the
/// file's order. Else it reads one: from the file, walking its records from where the chunk before it
/// left off, and their headers. So a core that has less to count, or more time, reads more.
final class ChunkReader<Harvest: Sendable>: FileReader, @unchecked Sendable {
  private let file: PlainFile
  private let workers: [Worker<Harvest>]
  private let harvest: @Sendable (borrowing StreamTable, ClosedInterval) -> Harvest
  /// Of the core that reads the chunk whose turn it is.
  private var walk: FileWalk
  private let ledger: ChunkLedger
  /// How many chunks are done.
  private var chunkCount = 0
  /// Chunks that are read at a time: about a tenth of a second's, as each step has to begin and end.
  private var stepChunks = 256
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
    ledger = ChunkLedger(
      coreCount: workerCount, slotCount: workerCount * Worker<Harvest>.slotCount)
    workers = (0..<workerCount).map { index in
      let share = StreamTable.Share(index: index, count: workerCount)
      return Worker(
        index: index, table: StreamTable(point: point, options: options, share: share),
        size: size,
        batch: {
          PacketBatch(tableCount: workerCount, decapsulation: options.decapsulation)
        })
    }
  }

  func read() {
    guard ending == nil else { return }
    let begin = ContinuousClock.now
    let end = chunkCount + stepChunks
    onEveryCore(workers.count) { [self] in read(upTo: end, as: workers[$0]) }
    chunkCount = end
    ending = walk.ending
    let duration = ContinuousClock.now - begin
    if duration < .milliseconds(50) {
      stepChunks = min(2 * stepChunks, 4096)
    } else if duration > .milliseconds(200) {
      stepChunks = max(stepChunks / 2, 16)
    }
  }

  /// What one core does in a step.
  private func read(upTo end: Int, as worker: Worker<Harvest>) {
    var chunk = chunkCount
    while chunk < end {
      if let number = ledger.slot(of: chunk) {
        let slot = workers[number / Worker<Harvest>.slotCount].slot(number)
        worker.count(slot, harvest)
        // Once it is counted it may be read over.
        let isLast = slot.isLast
        ledger.noteCounted(chunk, by: worker.index)
        if isLast { return }
        chunk += 1
      } else if ledger.isDone(worker.nextSlot.chunk), let next = ledger.claim(before: end) {
        prepare(next, as: worker)
      } else {
        ledger.wait(for: chunk, orEndOf: worker.nextSlot.chunk, before: end)
      }
    }
  }

  /// Reads a chunk.
  private func prepare(_ chunk: Int, as worker: Worker<Harvest>) {
    let slot = worker.takeSlot()
    worker.learn(from: slot)
    slot.fill(from: file.descriptor, chunk: chunk)
    ledger.waitForTurn(of: chunk)
    slot.walk(&walk, of: file.descriptor)
    ledger.passTurn(of: chunk)
    worker.read(slot)
    ledger.noteRead(chunk, slot: slot.number)
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
    onEveryCore(workers.count) { [self] in workers[$0].finish(at: time, harvest) }
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
  /// Of one core.
  static var slotCount: Int { 4 }

  let index: Int
  private(set) var table: StreamTable
  private(set) var report = PointReport()
  private let slots: [Slot]
  private var chunksRead = 0
  private var directory = FlowDirectory()
  private var harvests: [Harvest] = []

  init(index: Int, table: consuming StreamTable, size: ChunkSize, batch: () -> PacketBatch) {
    self.index = index
    self.table = table
    slots = (0..<Self.slotCount).map { number in
      Slot(number: index * Self.slotCount + number, size: size, batch: batch())
    }
  }

  /// - Parameter number: among those of all cores.
  func slot(_ number: Int) -> Slot { slots[number % Self.slotCount] }

  /// The slot whose chunk was read longest ago: the others' bytes may still be in another core's cache.
  var nextSlot: Slot { slots[chunksRead % Self.slotCount] }

  func takeSlot() -> Slot {
    defer { chunksRead += 1 }
    return nextSlot
  }

  /// Learns where the flows lie that were not known when the slot's chunk was read.
  func learn(from slot: Slot) { slot.teach(&directory) }

  func read(_ slot: Slot) {
    slot.read(&directory)
    note(slot.batch)
  }

  private func note(_ batch: borrowing PacketBatch) {
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
  /// Among those of all cores.
  let number: Int
  /// The number of the chunk; −1 before the first one.
  private(set) var chunk = -1
  private let size: ChunkSize
  private var bytes: FileChunk
  var batch: PacketBatch
  /// Where the first record that begins in it begins in the file.
  private var start = 0
  /// No chunk that follows has records.
  private(set) var isLast = false
  private var failure: Int32 = 0

  init(number: Int, size: ChunkSize, batch: consuming PacketBatch) {
    self.number = number
    self.size = size
    self.batch = batch
    bytes = FileChunk(capacity: size.bytes + size.overlap)
  }

  func fill(from descriptor: Int32, chunk: Int) {
    self.chunk = chunk
    batch.removeAll()
    failure = bytes.fill(from: descriptor, at: chunk * size.bytes)
  }

  func walk(_ walk: inout FileWalk, of descriptor: Int32) {
    start = walk.position
    if failure != 0 { walk.fail(failure) }
    walk.walk(&bytes, limit: size.bytes, of: descriptor, into: &batch)
    isLast = walk.ending != nil
  }

  func read(_ directory: inout FlowDirectory) {
    bytes.withBytes(from: start) { batch.read($0, &directory) }
  }

  func teach(_ directory: inout FlowDirectory) {
    bytes.withBytes(from: start) { batch.teach(&directory, in: $0) }
  }

  func count(
    in table: inout StreamTable, deliver: (borrowing StreamTable, ClosedInterval) -> Void
  ) {
    bytes.withBytes(from: start) { table.count(batch, in: $0, deliver: deliver) }
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
