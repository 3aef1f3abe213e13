package import Moves
import Records

/// The moves of an earlier campaign, as `analyze --format json` told them.
package struct Baseline: Sendable {
  /// Of each part, what was known.
  private let values: [String: [Double]]

  /// - Throws: `BaselineError` where the data are none of an analysis.
  package init(_ text: [UInt8]) throws(BaselineError) {
    guard let root = JSONValue(parsing: text) else { throw .notJSON }
    guard case .array(let streams)? = root["streams"], root["parts"] != nil else {
      throw .noAnalysis
    }
    var values: [String: [Double]] = [:]
    for stream in streams {
      guard case .array(let moves)? = stream["moves"] else { throw .noAnalysis }
      for move in moves {
        for part in Part.all {
          guard case .number(let digits)? = move[part.name], let value = Double(digits) else {
            continue
          }
          values[part.name, default: []].append(value)
        }
      }
    }
    self.values = values
  }

  /// A part that got worse.
  package struct Regression: Sendable, Equatable {
    package var part: String
    package var before: Double
    package var now: Double
    /// That moves which are no worse look like this.
    package var probability: Double
  }

  /// Of all parts together, at the most so often a campaign that is no worse is said to be.
  static let significance = 0.05

  /// The parts that got significantly larger: by the ranks of all values (Mann and Whitney), with
  /// Holm's correction (1979) for looking at several parts; and what was too few moves to tell.
  package func regressions(in moves: [Move]) -> (found: [Regression], untold: [String]) {
    var tests: [Regression] = []
    var untold: [String] = []
    for part in Part.all where part.name != "residual_ms" {
      let now = moves.compactMap(part.value)
      let before = values[part.name] ?? []
      guard let nowMedian = Distribution(now)?.median,
        let beforeMedian = Distribution(before)?.median
      else { continue }
      guard now.count >= 4, before.count >= 4,
        let probability = RankTest.probability(that: now, exceed: before)
      else {
        untold.append(part.name)
        continue
      }
      tests.append(
        Regression(
          part: part.name, before: beforeMedian, now: nowMedian, probability: probability))
    }
    tests.sort { ($0.probability, $0.part) < ($1.probability, $1.part) }
    let found = tests.enumerated().prefix { index, test in
      test.probability <= Self.significance / Double(tests.count - index)
    }
    return (found.map(\.element), untold)
  }
}

package enum BaselineError: Error, Equatable, Sendable {
  case notJSON
  /// JSON, but not what `analyze --format json` prints.
  case noAnalysis
}

extension JSONValue {
  /// The member of an object.
  fileprivate subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }
}
