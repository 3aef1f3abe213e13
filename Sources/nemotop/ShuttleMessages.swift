import Shuttle
import Wire

extension ShuttleError {
  /// The one line that says what was wrong with what, and how to mend it.
  var message: String {
    switch self {
    case .missingProgram(let program):
      "\(program): not found: install it, or choose another --driver"
    case .commandFailed(let command, let reason): "\(command): \(reason)"
    case .tooSlow(let command, let limit):
      "\(command): took longer than \(limit): see what holds it up, or give it a longer --timeout"
    case .unreachable(let host, let reason): "\(host) cannot be asked: \(reason)"
    case .notUnderstood(let host, let said):
      "\(host) does not speak QMP, it says '\(said.oneLine)': name the socket of -qmp"
    case .migrationFailed(let from, let to, let reason): "migration \(from) > \(to): \(reason)"
    case .notReady(let host, let reason):
      "\(host) takes no guest in: \(reason): start a QEMU there with -incoming, such as by "
        + "--before-command"
    case .cancelled: "called off"
    case .nowhere(let guest): "\(guest) is on none of the hosts: start it on one of them"
    case .onSeveralHosts(let hosts):
      "the guest is on \(hosts.joined(separator: " and ")) at once: end it on all but one"
    case .stillMigrating(let guest, let limit):
      "\(guest) is still migrating after \(limit): wait for it, then start the shuttle again"
    case .notArrived(let expected, let found): "the guest is on \(found), and not on \(expected)"
    case .moveFailed(let number, .notArrived(let expected, let found), _):
      "move \(number) failed: the guest is on \(found), and not on \(expected)"
    case .moveFailed(let number, let cause, let host):
      "move \(number) failed: \(cause.message); the guest is "
        + (host.map { "on \($0)" } ?? "on a host that is not known")
    case .badState(let path, let reason): "the state in \(path) cannot be read: \(reason)"
    case .cannotWriteState(let path, let reason): "the state cannot be kept in \(path): \(reason)"
    case .stateOfAnotherGuest(let path, let guest):
      "\(path) is the state of guest \(guest): name another --state"
    case .stateInUse(let path): "another shuttle uses \(path): end it, or name another --state"
    }
  }
}

extension String {
  fileprivate var oneLine: String {
    String(map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 })
  }
}
