import Wire

/// What happens to a program that is run again and again, dated by this host's clock.
enum ProgramEvent: Sendable, Equatable {
  case began(Timestamp)
  case output([UInt8], Timestamp)
  case ended(ProgramEnding, Timestamp)
}

/// How a run of a program ended.
enum ProgramEnding: Sendable, Equatable {
  /// With this status, and the last line that it wrote to its standard error.
  case exited(Int, said: String)
  case killed(signal: Int, said: String)
  case notStarted(String)

  /// Why there are no data any more; nil where there are none to come.
  var reason: String? {
    switch self {
    case .exited(0, _): nil
    case .exited(let status, let said): Self.join("it ended with status \(status)", said)
    case .killed(let signal, let said): Self.join("it was ended by signal \(signal)", said)
    case .notStarted(let reason): "it cannot be started: \(reason)"
    }
  }

  private static func join(_ ending: String, _ said: String) -> String {
    said.isEmpty ? ending : "\(ending): \(said)"
  }
}
