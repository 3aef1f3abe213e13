package import Moves
import Wire

/// A figure of a move that is looked at over many moves.
package struct Part: Sendable {
  /// The column of the moves' records.
  package let name: String
  /// In words.
  package let title: String
  /// In ms; nil for a count.
  package let isTime: Bool
  /// In ms, or a count; nil where it is not known.
  package let value: @Sendable (Move) -> Double?

  package static let all: [Part] = [
    time("receiver_gap_ms", "receiver gap") { $0.receiverGap },
    time("gap_ms", "gap between servers") { $0.gap },
    time("paused_ms", "paused") { $0.paused },
    time("held_ms", "held") { $0.held },
    time("path_change_ms", "path change") { $0.pathChange },
    time("paused_plus_path_ms", "paused and path") { $0.pausedPlusPath },
    time("residual_ms", "residual") { $0.residual },
    time("unbound_ms", "unbound") { $0.unboundTime },
    time("migration_ms", "migration in all") { $0.migration.total },
    time("downtime_ms", "hypervisor's downtime") { $0.migration.downtime },
    count("lost", "lost") { $0.lost },
    count("lost_unseen", "lost unseen") { $0.lostUnseen },
    count("lost_server", "lost in the server") { $0.lostServer },
    count("lost_behind", "lost behind") { $0.lostBehind },
    count("unbound", "sent unbound") { $0.unbound },
    count("lost_path", "lost on the path") { $0.lostPath },
  ]

  private static func time(
    _ name: String, _ title: String, _ value: @escaping @Sendable (Move) -> Duration?
  ) -> Part {
    Part(name: name, title: title, isTime: true) { value($0)?.milliseconds }
  }

  private static func count(
    _ name: String, _ title: String, _ value: @escaping @Sendable (Move) -> Int?
  ) -> Part {
    Part(name: name, title: title, isTime: false) { value($0).map(Double.init) }
  }
}

/// A part over many moves.
package struct PartSummary: Sendable {
  package let part: Part
  package let all: Distribution
  /// The first move's, and the median of those after it: a first move fills caches.
  package let first: Double?
  package let laterMedian: Double?

  /// The parts that are known of any of the moves.
  package static func summaries(of moves: [Move]) -> [PartSummary] {
    Part.all.compactMap { part in
      guard let all = Distribution(moves.compactMap(part.value)) else { return nil }
      return PartSummary(
        part: part, all: all, first: moves.first.flatMap(part.value),
        laterMedian: Distribution(moves.dropFirst().compactMap(part.value))?.median)
    }
  }
}
