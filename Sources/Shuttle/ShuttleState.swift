package import Foundation

/// How far a shuttle has come: all that it needs to go on after it was ended in whatever way.
package struct ShuttleState: Codable, Hashable, Sendable {
  /// A move that was begun and has not been seen to end.
  package struct Begun: Codable, Hashable, Sendable {
    package var number: Int
    package var from: String
    package var to: String
  }

  /// What is found when a shuttle starts.
  package enum Finding: Hashable, Sendable {
    /// Nothing is known of earlier moves.
    case new
    /// The guest is where it was left.
    case asLeft
    /// The move that was broken off did take place.
    case arrived(number: Int)
    /// The move that was broken off did not take place.
    case notMoved(number: Int)
    /// Somebody else moved the guest.
    case movedByOthers(from: String)
  }

  package private(set) var guest: String
  /// Where the guest was last seen; nil before it was looked for.
  package private(set) var host: String?
  /// How many moves were made.
  package private(set) var moves = 0
  /// What random intervals come from.
  package var seed: UInt64
  /// When the last move was begun; nil before the first.
  package private(set) var lastBegun: Date?
  package private(set) var begun: Begun?

  package init(guest: String, seed: UInt64) {
    self.guest = guest
    self.seed = seed
  }

  /// Whether a shuttle could have come so far: as many moves as can be counted, the last of them not after a day
  /// from now, since clocks are set back.
  var isPossible: Bool {
    (0...1_000_000_000).contains(moves)
      && lastBegun.map { (Date.distantPast...Date(timeIntervalSinceNow: 86_400)).contains($0) }
        ?? true
  }

  /// Notes that the next move begins, before it does.
  package mutating func begin(
    from source: MigrationHost, to destination: MigrationHost, at time: Date
  ) {
    begun = Begun(number: moves + 1, from: source.name, to: destination.name)
    lastBegun = time
  }

  /// Notes where the guest was seen while no migration was under way, and tells what that means.
  package mutating func settle(on found: MigrationHost) -> Finding {
    defer {
      host = found.name
      begun = nil
    }
    if let begun {
      switch found.name {
      case begun.to:
        moves += 1
        return .arrived(number: begun.number)
      case begun.from: return .notMoved(number: begun.number)
      default: return .movedByOthers(from: begun.from)
      }
    }
    guard let host else { return .new }
    return host == found.name ? .asLeft : .movedByOthers(from: host)
  }
}
