import Moves
import Streams
import Testing
import Wire

struct MigrationFiguresTests {
  private static let whole = MigrationFigures(
    total: .milliseconds(277), downtime: .milliseconds(11), rounds: 3)

  @Test(arguments: [
    ("move 1: on xen2 (total 277 ms, downtime 11 ms, 3 rounds)", whole),
    ("move 1: on xen2, took 300 ms (total 277 ms, downtime 11 ms, 3 rounds)", whole),
    ("(1 round)", MigrationFigures(rounds: 1)),
    ("move 9: on b (downtime 0 ms)", MigrationFigures(downtime: .zero)),
  ])
  func `are read from the end of a mark's text`(text: String, figures: MigrationFigures) {
    #expect(MigrationFigures(markText: text) == figures)
  }

  @Test(arguments: [
    "", ")", "()", "move 1: on xen2", "coffee (large)", "(total -1 ms)", "(total 1 s)",
    "(total 99999999999999999999 ms)", "(total 1 ms, and more)", "(total 1 ms) again",
    "(3 rounds of coffee)", "(x rounds)", "(total ms)",
  ])
  func `are none in other texts`(text: String) {
    #expect(MigrationFigures(markText: text) == nil)
  }

  @Test func `are what they are written as`() {
    #expect("\(Self.whole)" == "(total 277 ms, downtime 11 ms, 3 rounds)")
    #expect(MigrationFigures(markText: "\(Self.whole)") == Self.whole)
    #expect("\(MigrationFigures())".isEmpty)
  }

  @Test func `belong to the move that went before their mark`() {
    func time(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }
    func mark(_ seconds: Int64, _ text: String) -> Mark {
      Mark(time: time(seconds), kind: .user, detail: [("text", .text(text))])
    }
    let stream = StreamKey(
      source: IPAddress(high: 1, low: 1), sourcePort: 53, destination: IPAddress(high: 1, low: 2),
      destinationPort: 9)
    let move = Move(
      stream: stream, fromPoint: "a", fromLeg: .direct, toPoint: "b", toLeg: .direct,
      lastBefore: time(10), firstAfter: time(11))
    var marks = MigrationMarks()
    #expect(marks.figures(of: move) == nil)
    marks.take(mark(9, "an earlier one (1 round)"))
    marks.take(mark(11, "nothing about it"))
    marks.take(mark(12, "its own (2 rounds)"))
    marks.take(mark(20, "a later one (3 rounds)"))
    #expect(marks.figures(of: move) == MigrationFigures(rounds: 2))

    // What came too late for a move that had been told is still its own, but for the next one's.
    var next = move
    (next.lastBefore, next.firstAfter) = (time(19), time(21))
    var known = move
    known.migration = MigrationFigures(rounds: 9)
    let late = [mark(18, "late (4 rounds)"), mark(22, "its own (5 rounds)")]
    var moves = [move, next]
    moves.completeMigrations(by: late)
    #expect(moves.map(\.migration.rounds) == [4, 5])
    moves = [known, next]
    moves.completeMigrations(by: [late[0]])
    #expect(moves.map(\.migration.rounds) == [9, nil])
  }
}
