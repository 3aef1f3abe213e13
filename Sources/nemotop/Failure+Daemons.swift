import Daemons

extension Failure {
  init(_ error: DaemonError) {
    switch error {
    case .configuration(let error): self.init(error.description)
    case .cannotRead(let path, let reason): self.init("cannot read \(path): \(reason)")
    case .keyReadable(let path):
      self.init("\(path) holds a key that others may read: chmod go= '\(path)'")
    case .runsAlready(let control):
      self.init("a daemon answers at \(control) already: stop it, or name another with --control")
    case .servesAlready(let name):
      self.init(
        "a \(name) is at work in this network namespace already: stop it, or run this one in "
          + "another, such as by 'ip netns exec'")
    case .cannotListen(let control, let reason):
      self.init("cannot listen at \(control): \(reason); name another place with --control")
    case .notRunning(let control):
      self.init("no daemon answers at \(control): start it, or name its socket with --control")
    case .noPermission(let control):
      self.init("no permission for \(control): ask as the user that runs the daemon")
    case .noAnswer(let control): self.init("the daemon at \(control) gives no answer: see its log")
    case .refused(let reason): self.init(reason)
    case .needsRestart(let keys):
      self.init("\(keys.joined(separator: ", ")) cannot change while it runs: restart it")
    }
  }
}
