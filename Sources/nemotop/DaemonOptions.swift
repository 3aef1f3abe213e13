import ArgumentParser
import Daemons
import Foundation
import Synchronization

/// Where a daemon is asked.
struct ControlOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's control socket. (default: /run/nemotop/home-agent.sock, mobile-router.sock)",
      valueName: "path"))
  var control: String?

  func path(of daemon: String) -> String { control ?? "/run/nemotop/\(daemon).sock" }
}

/// Reads a configuration, and says that it is good.
func check<Configuration: DaemonConfiguration>(_ path: String, _: Configuration.Type) async throws {
  try await telling {
    let count = try Configuration(path: path).guestCount
    print("\(path) is good: \(count) \(count == 1 ? "guest" : "guests")")
  }
}

/// Runs a daemon until SIGINT or SIGTERM; SIGHUP has it read its configuration anew.
func serve<Served: Daemon>(_ path: String, control: String, _: Served.Type) async throws {
  let signals = interruptions()
  // A log that nobody reads any more ends nothing.
  signal(SIGPIPE, SIG_IGN)
  try await telling {
    let configuration = try Served.Configuration(path: path)
    let log = EventLog { lines in
      try? FileHandle.standardOutput.write(contentsOf: Data(lines))
    }
    defer { log.close() }
    let folder = (control as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The socket comes first: where another daemon has it, nothing of that one's is touched.
    let pending = Pending<Served>()
    let server = try ControlServer(at: control) { pending.answer($0) }
    defer { server.close() }
    let lock = try NamespaceLock(of: Served.name)
    defer { withExtendedLifetime(lock) {} }
    let daemon = try await Served.start(configuration, log)
    pending.daemon.withLock { $0 = daemon }
    log.append(LogRecord("started"))
    notifyManager("READY=1")
    let ending = Task { try await daemon.end() }
    let stopping = Task {
      var configuration = configuration
      for await signal in signals {
        guard signal == SIGHUP else { break }
        configuration = reload(daemon, path, configuration, log)
      }
      notifyManager("STOPPING=1")
      daemon.stop()
    }
    defer { stopping.cancel() }
    try await ending.value
    log.append(LogRecord("stopped"))
  }
}

/// What the daemon is while it is being set up.
private final class Pending<Served: Daemon>: Sendable {
  let daemon = Mutex<Served?>(nil)

  func answer(_ request: ControlRequest) -> ControlAnswer {
    daemon.withLock { $0 }?.answer(request)
      ?? ControlAnswer(error: "it is being started: ask again")
  }
}

/// Goes on with what the file says now; where that cannot be, with what there was.
private func reload<Served: Daemon>(
  _ daemon: Served, _ path: String, _ old: Served.Configuration, _ log: EventLog
) -> Served.Configuration {
  notifyManager("RELOADING=1\nMONOTONIC_USEC=\(DispatchTime.now().uptimeNanoseconds / 1000)")
  defer { notifyManager("READY=1") }
  do throws(DaemonError) {
    let configuration = try Served.Configuration(path: path)
    let keys = configuration.fixedKeys(differingFrom: old)
    guard keys.isEmpty else { throw .needsRestart(keys: keys) }
    daemon.reload(configuration)
    var record = LogRecord("reloaded")
    record.count = configuration.guestCount
    log.append(record)
    return configuration
  } catch {
    let failure = Failure(error)
    note("the configuration stays as it was: \(failure)")
    var record = LogRecord("reload-failed")
    record.reason = failure.description
    log.append(record)
    return old
  }
}
