/// What became of a number that the sender consumed and the receiver did not get: how far it was
/// seen.
package enum Fate: String, Sendable, CaseIterable {
  /// Seen at no point outside the guest.
  case lostUnseen = "lost_unseen"
  /// Seen at the guest's interface on its server, not at the server's external one.
  case lostServer = "lost_server"
  /// It came out of the old server when the home agent forwarded from there no more.
  case lostBehind = "lost_behind"
  /// It came out of the new server before the home agent forwarded from there.
  case unbound
  /// Lost in any other way.
  case lostPath = "lost_path"
}
