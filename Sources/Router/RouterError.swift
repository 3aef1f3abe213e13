/// Why something cannot be done to the kernel's routing.
package enum RouterError: Error, Hashable, Sendable {
  case noPermission(doing: String)
  /// The kernel says no, and why.
  case refused(String, reason: String)
  case noSuchInterface(String)
  case missingProgram(String)
}
