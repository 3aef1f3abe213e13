import Synchronization

/// How far several cores are with the chunks of a file, each of which one of them reads into a slot and
/// all of them count, in the file's order.
final class ChunkLedger: Sendable {
  private final class Number: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    func set(_ value: Int) { number.store(value, ordering: .sequentiallyConsistent) }

    /// - Returns: whether it was `expected`, which is one more now.
    func advance(from expected: Int) -> Bool {
      number.compareExchange(
        expected: expected, desired: expected + 1, ordering: .sequentiallyConsistent
      ).exchanged
    }
  }

  private let bell = Bell()
  /// The chunk that nobody has claimed yet.
  private let unclaimed = Number()
  /// The chunk that is to be walked next.
  private let turn = Number()
  /// How many chunks each core has counted.
  private let counted: [Number]
  /// For the chunks that are neither unclaimed nor counted by all, which follow one another: a chunk's
  /// number plus one and its slot, once it is read.
  private let read: [Number]

  /// - Parameter slotCount: of all cores, 256 at the most.
  init(coreCount: Int, slotCount: Int) {
    counted = (0..<coreCount).map { _ in Number() }
    read = (0..<slotCount).map { _ in Number() }
  }

  /// A chunk that the caller, who has a slot for it, is to read; nil where there is none before `end`.
  func claim(before end: Int) -> Int? {
    while true {
      let chunk = unclaimed.value
      guard chunk < end else { return nil }
      if unclaimed.advance(from: chunk) { return chunk }
    }
  }

  /// Waits until all chunks before one are walked.
  func waitForTurn(of chunk: Int) {
    bell.wait { turn.value == chunk }
  }

  func passTurn(of chunk: Int) {
    turn.set(chunk + 1)
    bell.ring()
  }

  func noteRead(_ chunk: Int, slot: Int) {
    read[chunk % read.count].set((chunk + 1) << 8 | slot)
    bell.ring()
  }

  /// The slot of a chunk that is read, and that the caller has not counted; nil as long as it is not read.
  func slot(of chunk: Int) -> Int? {
    let entry = read[chunk % read.count].value
    return entry >> 8 == chunk + 1 ? entry & 0xff : nil
  }

  func noteCounted(_ chunk: Int, by core: Int) {
    counted[core].set(chunk + 1)
    bell.ring()
  }

  /// Whether all cores have counted a chunk.
  func isDone(_ chunk: Int) -> Bool { counted.allSatisfy { $0.value > chunk } }

  /// Waits until a chunk is read, or another is done while there is one to claim before `end`.
  func wait(for chunk: Int, orEndOf other: Int, before end: Int) {
    bell.wait { slot(of: chunk) != nil || unclaimed.value < end && isDone(other) }
  }
}
