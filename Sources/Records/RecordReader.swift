package import Moves
import Wire

/// Reads a recording, a file of JSON Lines or a folder of CSV files, as the steps that were written.
package final class RecordReader {
  private let steps: any RecordedSteps

  /// - Parameter path: a file, a folder, or `-` for the standard input.
  package init(path: String) throws(RecordError) {
    steps =
      RecordInput.isFolder(path) ? try FolderSteps(path: path) : try LineSteps(path: path)
  }

  /// The points of the recording. One that nothing describes has the role of its name.
  package var points: [RecordedPoint] { steps.points }

  /// The next step; nil at the end.
  package func next() throws(RecordError) -> Observed? { try steps.next() }
}

protocol RecordedSteps: AnyObject {
  var points: [RecordedPoint] { get }
  func next() throws(RecordError) -> Observed?
}

/// The steps of a file of JSON Lines.
final class LineSteps: RecordedSteps {
  private(set) var points: [RecordedPoint]
  private var input: RecordInput
  private var stream: RecordStream
  /// Steps that were read and not asked for, the latest first.
  private var waiting: [Observed] = []
  private var isAtEnd = false
  /// Why reading ended early: told once all steps before were asked for.
  private var failure: RecordError?

  init(path: String) throws(RecordError) {
    input = try RecordInput(reading: path)
    stream = RecordStream(path: path)
    points = []
    refill()
    points = stream.points
    if waiting.isEmpty, let failure { throw failure }
    guard points.isEmpty, path != "-" else { return }
    points = try Self.survey(path)
    input = try RecordInput(reading: path)
    stream = RecordStream(path: path, points: points)
    waiting = []
    isAtEnd = false
    failure = nil
  }

  func next() throws(RecordError) -> Observed? {
    refill()
    if let step = waiting.popLast() { return step }
    if let failure { throw failure }
    return nil
  }

  private func refill() {
    while waiting.isEmpty, !isAtEnd {
      var bytes: [UInt8] = []
      do throws(RecordError) { bytes = try input.read() } catch { failure = error }
      var steps = stream.take(bytes)
      failure = failure ?? stream.failure
      isAtEnd = bytes.isEmpty || failure != nil
      if isAtEnd, let last = stream.finish() { steps.append(last) }
      waiting = steps.reversed()
    }
  }

  private static func survey(_ path: String) throws(RecordError) -> [RecordedPoint] {
    let input = try RecordInput(reading: path)
    var stream = RecordStream(path: path)
    var survey = PointSurvey()
    while stream.failure == nil {
      let bytes = try input.read()
      if bytes.isEmpty { break }
      for record in stream.records(in: bytes) { survey.take(record) }
    }
    return survey.points
  }
}
