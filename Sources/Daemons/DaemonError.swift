/// Why a daemon does not run, or does not answer. The commands word it.
package enum DaemonError: Error, Hashable, Sendable {
  case configuration(ConfigurationError)
  case cannotRead(path: String, reason: String)
  /// Others than its owner may read a file with a key in it.
  case keyReadable(path: String)
  /// A daemon answers at this control socket.
  case runsAlready(control: String)
  /// A daemon of this name is at work in the network namespace, wherever its control socket is.
  case servesAlready(String)
  case cannotListen(control: String, reason: String)
  /// Nobody answers at the control socket.
  case notRunning(control: String)
  case noPermission(control: String)
  /// What came back is no answer, or none came in time.
  case noAnswer(control: String)
  /// The daemon says no.
  case refused(String)
  /// What only a new start can change.
  case needsRestart(keys: [String])
}

/// What is wrong in a configuration, and where.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  package var path: String
  /// From 1; nil where it is not known.
  package var line: Int?
  package var column: Int?
  /// The way to the value, such as `guests[0].prefixes[1]`; empty for the file as a whole.
  package var key: String
  /// What was found, and what was expected.
  package var problem: String

  /// One line.
  package var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(path)\(place): \(key.isEmpty ? "" : key + ": ")\(problem)"
  }
}
