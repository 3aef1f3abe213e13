package import Foundation
package import Moves

/// What a shuttle does, and finds.
package enum MigrationEvent: Hashable, Sendable {
  /// At the start the guest was found on a host.
  case found(guest: String, on: MigrationHost, ShuttleState.Finding)
  /// The next move begins at this time.
  case waiting(number: Int, to: MigrationHost, until: Date)
  /// A move of this number, counted from 1, begins.
  case begins(number: Int, from: MigrationHost, to: MigrationHost)
  /// The guest is where it should go.
  case arrived(number: Int, on: MigrationHost, took: Duration, MigrationFigures)
  /// A move was called off, and the guest is where it was.
  case calledOff(number: Int, on: MigrationHost)
  /// The moves are made, or the shuttle was stopped.
  case ended(made: Int)
}

extension MigrationEvent {
  /// Whether it is one of those that are put down as marks: a move's beginning and its end.
  package var isMark: Bool {
    switch self {
    case .begins, .arrived, .calledOff: true
    case .found, .waiting, .ended: false
    }
  }
}

/// The line that tells it, and the text of its mark.
extension MigrationEvent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .found(let guest, let host, let finding): "\(guest) is on \(host)\(finding.explanation)"
    case .waiting(let number, let host, let time):
      "move \(number): to \(host) at \(time.formatted(.iso8601))"
    case .begins(let number, let source, let destination):
      "move \(number): \(source) > \(destination), begins"
    case .arrived(let number, let host, let time, let figures):
      "move \(number): on \(host), took \(milliseconds(time)) ms"
        + (figures == MigrationFigures() ? "" : " \(figures)")
    case .calledOff(let number, let host): "move \(number): called off, on \(host)"
    case .ended(let made): "ended after \(made) \(made == 1 ? "move" : "moves")"
    }
  }
}

extension ShuttleState.Finding {
  fileprivate var explanation: String {
    switch self {
    case .new, .asLeft: ""
    case .arrived(let number): ": move \(number), which was broken off, was made"
    case .notMoved(let number): ": move \(number), which was broken off, was not made"
    case .movedByOthers(let host): ": it was left on \(host), and moved since"
    }
  }
}

/// The event as an object of JSON; durations in ms.
extension MigrationEvent: Encodable {
  private enum CodingKeys: String, CodingKey {
    case event, guest, number, host, from, to, finding, at, made
    case took = "took_ms"
    case total = "total_ms"
    case downtime = "downtime_ms"
    case rounds
  }

  package func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .found(let guest, let host, let finding):
      try object.encode("found", forKey: .event)
      try object.encode(guest, forKey: .guest)
      try object.encode(host.name, forKey: .host)
      try object.encode(finding.word, forKey: .finding)
    case .waiting(let number, let host, let time):
      try object.encode("waiting", forKey: .event)
      try object.encode(number, forKey: .number)
      try object.encode(host.name, forKey: .to)
      try object.encode(time.formatted(.iso8601), forKey: .at)
    case .begins(let number, let source, let destination):
      try object.encode("begins", forKey: .event)
      try object.encode(number, forKey: .number)
      try object.encode(source.name, forKey: .from)
      try object.encode(destination.name, forKey: .to)
    case .arrived(let number, let host, let time, let figures):
      try object.encode("arrived", forKey: .event)
      try object.encode(number, forKey: .number)
      try object.encode(host.name, forKey: .host)
      try object.encode(milliseconds(time), forKey: .took)
      try object.encodeIfPresent(figures.total.map(milliseconds), forKey: .total)
      try object.encodeIfPresent(figures.downtime.map(milliseconds), forKey: .downtime)
      try object.encodeIfPresent(figures.rounds, forKey: .rounds)
    case .calledOff(let number, let host):
      try object.encode("called-off", forKey: .event)
      try object.encode(number, forKey: .number)
      try object.encode(host.name, forKey: .host)
    case .ended(let made):
      try object.encode("ended", forKey: .event)
      try object.encode(made, forKey: .made)
    }
  }
}

extension ShuttleState.Finding {
  fileprivate var word: String {
    switch self {
    case .new: "new"
    case .asLeft: "as-left"
    case .arrived: "arrived"
    case .notMoved: "not-moved"
    case .movedByOthers: "moved-by-others"
    }
  }
}

private func milliseconds(_ time: Duration) -> Int {
  Int((time / .milliseconds(1)).rounded())
}
