import Sequences
import Streams
import Wire

/// Two streams between the same ends in opposite directions: what one took from a point to another and
/// the other took back bounds how far the clocks of the two points are apart.
struct OppositeStreams {
  let there: StreamPath
  let back: StreamPath

  /// How many transits of each stream between two points are looked at.
  private static let kept = 32

  /// Compares the clocks of all points that both streams passed.
  func compare(_ clocks: inout Clocks) {
    let points = Set(there.histories.keys.map(\.point))
      .intersection(back.histories.keys.map(\.point)).sorted()
    for (index, point) in points.enumerated() {
      for other in points[(index + 1)...] where !clocks.areSame(point, other) {
        let one = transits(of: there, from: point, to: other)
        let two = transits(of: back, from: point, to: other)
        // By the same two clocks the stream that goes from the one point to the other takes longer
        // than the one that comes from there, whatever the clocks show.
        guard let first = one.map(\.value).min(), let second = two.map(\.value).min() else {
          continue
        }
        let (along, against) = first > second ? (one, two) : (two, one)
        for transit in along {
          clocks.note(transit.value, from: point, to: other, at: transit.time)
        }
        for transit in against {
          clocks.note(.zero - transit.value, from: other, to: point, at: transit.time)
        }
      }
    }
  }

  /// What the second point's clock said of numbers beyond the first one's, where both are exact.
  private func transits(
    of path: StreamPath, from point: Int, to other: Int
  ) -> [(value: Duration, time: Timestamp)] {
    let here = ends(of: path, at: point)
    let there = ends(of: path, at: other)
    return there.compactMap { end, time in
      here[end].map { (time - $0, time) }
    }.sorted { $0.1 < $1.1 }.suffix(Self.kept).map { ($0.0, $0.1) }
  }

  private struct End: Hashable {
    var generation: Int
    var number: Int64
  }

  /// The numbers whose times at a point are exact; of several legs the one nearest to the receiver.
  private func ends(of path: StreamPath, at point: Int) -> [End: Timestamp] {
    let places = path.histories.filter { $0.key.point == point }
    guard let nearest = places.keys.map(\.leg.depth).min() else { return [:] }
    var ends: [End: Timestamp] = [:]
    for (place, history) in places where place.leg.depth == nearest {
      for run in history.runs {
        ends[End(generation: history.generation, number: run.first)] = run.firstTime
        ends[End(generation: history.generation, number: run.last)] = run.lastTime
      }
    }
    return ends
  }
}
