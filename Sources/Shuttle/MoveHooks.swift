/// Commands of the user's around each move, such as those that make a host ready for the guest.
package struct MoveHooks: Sendable {
  private let before: ShellTemplate?
  private let after: ShellTemplate?

  /// - Parameters:
  ///   - before: a line for the shell, run before a move; with `{guest}`, `{from}` and `{to}`, or the
  ///     variables `NEMOTOP_GUEST`, `NEMOTOP_FROM` and `NEMOTOP_TO`.
  ///   - after: one that is run once the guest has arrived.
  package init(before: String? = nil, after: String? = nil) {
    self.before = before.map(ShellTemplate.init)
    self.after = after.map(ShellTemplate.init)
  }

  /// The command before a move.
  func preparation(
    of guest: String, from source: MigrationHost, to destination: MigrationHost
  ) -> Command? {
    before?.command(guest: guest, from: source, to: destination)
  }

  /// The command after a move.
  func conclusion(
    of guest: String, from source: MigrationHost, to destination: MigrationHost
  ) -> Command? {
    after?.command(guest: guest, from: source, to: destination)
  }
}
