/// Why the laboratory could not do something. The commands word it.
package enum LabError: Error, Equatable, Sendable {
  /// Neither root nor a user namespace is to be had; `reason` is the system's.
  case noPrivateWorld(reason: String)
  /// The kernel or the account does not allow what the command needs.
  case noPermission(command: String, reason: String)
  /// A command that the laboratory needs is not installed.
  case missingProgram(String)
  /// Programs that a virtual machine needs are not installed, and the packages of Debian's that have them.
  case missingPackages(programs: [String], packages: [String])
  /// Images cannot be kept, or removed.
  case cannotKeep(path: String, reason: String)
  case commandFailed(command: String, reason: String)
  case alreadyUp(namespaces: [String])
  case notUp(namespaces: [String])
  case noSuchNamespace(path: String, reason: String)
  case cannotBind(port: UInt16, reason: String)
  case cannotStart(program: String, reason: String)
}
