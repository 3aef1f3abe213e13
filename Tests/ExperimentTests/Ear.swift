import Experiment
import Moves
import Observation
import Streams
import Synchronization

/// What a demo told, and what was counted in it.
final class Ear: Sendable {
  private let heard = Mutex<[Demo.Event]>([])
  var events: [Demo.Event] { heard.withLock { $0 } }
  func hear(_ event: Demo.Event) { heard.withLock { $0.append(event) } }

  private let counted = Mutex<[String: Int]>([:])
  private let marked = Mutex<[String]>([])
  func packets(at point: String) -> Int { counted.withLock { $0[point] ?? 0 } }
  var marks: [String] { marked.withLock { $0 } }

  /// Counts the stream's packets and keeps the marks of the user's.
  func watch(_ observation: Observation) async {
    for await observed in observation.updates {
      for snapshot in observed.snapshots {
        let packets = snapshot.streams.reduce(0) { $0 + $1.packets }
        counted.withLock { $0[snapshot.point.name, default: 0] += packets }
      }
      for mark in observed.marks where mark.kind == .user {
        if case .text(let text) = mark.detail.first?.value {
          marked.withLock { $0.append(text) }
        }
      }
    }
  }
}
