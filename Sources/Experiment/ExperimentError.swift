package import Lab

/// Why an experiment could not be carried through. The commands word it.
package enum ExperimentError: Error, Equatable, Sendable {
  /// The sender ended by itself; `saying` is the last line that it wrote.
  case senderEnded(ChildProcess.Ending, saying: String)
  /// The guest, a virtual machine, did not come up, or ended.
  case guestFailed(String)
  /// A migration failed, and the guest is where it was.
  case migrationFailed(from: Server, to: Server, reason: String)
  /// The home agent did not accept the guest's first server in time.
  case notRegistered(Server)
}
