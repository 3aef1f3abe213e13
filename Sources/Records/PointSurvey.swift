import Streams
import Wire

/// Finds the points of a recording that does not describe them: their names, in the order of their
/// first records, and the length of the intervals.
struct PointSurvey {
  private var names: [String] = []
  private var last: Timestamp?
  private var step: Duration?

  mutating func take(_ record: Record) {
    switch record {
    case .interval(let row): take(row.point, at: row.time)
    case .total(let row): take(row.point, at: row.time)
    case .meta, .mark, .move, .answer, .late: break
    }
  }

  private mutating func take(_ name: String, at time: Timestamp) {
    if !names.contains(name) { names.append(name) }
    if let last, last < time { step = min(step ?? time - last, time - last) }
    last = time
  }

  /// The points, each with the role of its name.
  var points: [RecordedPoint] {
    names.map { RecordedPoint(point: Point(name: $0), interval: step ?? .seconds(1)) }
  }
}
