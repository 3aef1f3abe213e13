import Glibc
import Moves
import Records
import Streams
import Testing

/// The error that this throws.
private func error(_ body: () throws(RecordError) -> Void) -> RecordError? {
  do throws(RecordError) {
    try body()
    return nil
  } catch { return error }
}

struct `A recording that cannot be written` {
  @Test func `says that the disk is full`() {
    #expect(
      error { () throws(RecordError) in _ = try JSONLines("/dev/full", points: described) }
        == .diskFull("/dev/full"))
  }

  @Test func `says which file of a folder no longer fits`() {
    let folder = TemporaryFolder()
    let path = folder.path + "/moves.csv"
    #expect(unsafe symlink("/dev/full", path) == 0)
    #expect(
      error { () throws(RecordError) in _ = try CSVFolder(folder.path, points: described) }
        == .diskFull(path))
  }

  @Test func `says that nobody reads the pipe any more`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/pipe"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
    let writer = try JSONLines(path, points: described)
    close(reader)
    #expect(
      error { () throws(RecordError) in try writer.write(sample) } == .closedPipe(path))
  }

  @Test func `has nothing of a step that one of its files could not take`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/marks.csv"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
    let writer = try CSVFolder(folder.path, points: described)
    try writer.write(sample)
    let (intervals, totals) = (folder.text("intervals.csv"), folder.text("totals.csv"))
    close(reader)
    // So many that they do not wait for the step's end to be written.
    var next = sample
    let stream = try #require(next.snapshots.first?.streams.first)
    next.snapshots[0].streams = Array(repeating: stream, count: 10_000)
    #expect(!next.marks.isEmpty)
    #expect(error { () throws(RecordError) in try writer.write(next) } == .closedPipe(path))
    #expect(folder.text("intervals.csv") == intervals)
    #expect(folder.text("totals.csv") == totals)
  }

  @Test func `leaves a recording that is there as it is`() throws {
    let folder = TemporaryFolder()
    try CSVFolder(folder.path, points: described).write(sample)
    let before = folder.text("intervals.csv")
    #expect(
      error { () throws(RecordError) in _ = try CSVFolder(folder.path, points: described) }
        == .alreadyRecorded(folder.path + "/intervals.csv"))
    #expect(folder.text("intervals.csv") == before)
  }

  @Test func `says which folder is not there`() {
    #expect(
      error { () throws(RecordError) in _ = try JSONLines("/nonexistent/a", points: []) }
        == .noSuchFolder("/nonexistent"))
    #expect(
      error { () throws(RecordError) in _ = try CSVFolder("/nonexistent/a", points: []) }
        == .noSuchFolder("/nonexistent"))
  }
}
