/// Why a guest could not be moved. The commands word it.
package enum ShuttleError: Error, Equatable, Sendable {
  /// A command that a driver needs is not installed.
  case missingProgram(String)
  /// A command ended badly; `reason` is the last line of its standard error.
  case commandFailed(command: String, reason: String)
  /// A command, or a migration, took longer than it may.
  case tooSlow(command: String, limit: Duration)
  /// A host could not be asked.
  case unreachable(host: String, reason: String)
  /// What a host said makes no sense.
  case notUnderstood(host: String, said: String)
  /// A hypervisor gave up on a migration.
  case migrationFailed(from: String, to: String, reason: String)
  /// A host is not ready to take the guest in.
  case notReady(host: String, reason: String)
  /// A migration was called off as it was asked to be; the guest is where it was.
  case cancelled
  /// No host has the guest.
  case nowhere(guest: String)
  /// More than one host has the guest, and none of them is sending it.
  case onSeveralHosts([String])
  /// A migration that is under way does not come to its end.
  case stillMigrating(guest: String, limit: Duration)
  /// A migration that seemed to succeed left the guest elsewhere.
  case notArrived(expected: String, found: String)
  /// A migration failed, and afterwards the guest is on this host; nil where that is not known.
  indirect case moveFailed(number: Int, cause: ShuttleError, guestOn: String?)
  /// The state file is no such file.
  case badState(path: String, reason: String)
  case cannotWriteState(path: String, reason: String)
  /// The state file is that of another guest.
  case stateOfAnotherGuest(path: String, guest: String)
  /// Another shuttle uses the state file.
  case stateInUse(path: String)
}
