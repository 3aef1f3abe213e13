package import Wire

/// Why something cannot be done to the kernel's routing.
package enum RouterError: Error, Hashable, Sendable {
  case noPermission(doing: String)
  /// The kernel says no, and why.
  case refused(String, reason: String)
  case noSuchInterface(String)
  /// An interface that was in use is gone.
  case interfaceRemoved(String)
  /// The host does not have the address.
  case noSuchAddress(IPAddress)
  case missingProgram(String)
  /// The kernel cannot tunnel in this way.
  case noTunnels(TunnelKind)
}
