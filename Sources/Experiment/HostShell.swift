import Shuttle

/// The shell of a host, by its console: one command after the other.
actor HostShell {
  private let name: String
  private var console: GuestConsole?
  private var said: [String] = []
  private var isReady = false
  private var failure: String?
  private var waiting: CheckedContinuation<Result<String, ShuttleError>, Never>?

  init(of name: String) {
    self.name = name
  }

  func attach(_ console: GuestConsole) { self.console = console }

  /// Whether the host is up.
  ///
  /// - Throws: `ShuttleError.unreachable` where it will not be.
  func checkReadiness() throws(ShuttleError) -> Bool {
    if let failure { throw .unreachable(host: name, reason: failure) }
    return isReady
  }

  /// Runs a line, and gives what it wrote.
  ///
  /// A task that is cancelled waits no longer, and no further command can be run then.
  func run(_ line: String) async throws(ShuttleError) -> String {
    if let failure { throw .unreachable(host: name, reason: failure) }
    guard waiting == nil, let console else {
      throw .unreachable(host: name, reason: "it is busy")
    }
    said = []
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiting = continuation
        do throws(LocalSocket.Failure) {
          try console.write(line)
        } catch {
          end("its console is closed")
        }
      }
    } onCancel: {
      Task { await self.giveUp() }
    }
    return try result.get()
  }

  func take(_ line: GuestConsole.Line) {
    switch line {
    case .ready: isReady = true
    case .said(let text): said.append(text)
    case .failed(let reason): end(reason)
    case .done(let status):
      let output = said.map { $0 + "\n" }.joined()
      conclude(
        status == 0
          ? .success(output)
          : .failure(
            .commandFailed(command: name, reason: said.last ?? "exit status \(status)")))
    case .ended, .other: break
    }
  }

  /// Nothing will come any more.
  func end(_ reason: String) {
    failure = failure ?? reason
    conclude(.failure(.unreachable(host: name, reason: reason)))
  }

  private func giveUp() { conclude(.failure(.cancelled)) }

  private func conclude(_ result: Result<String, ShuttleError>) {
    waiting?.resume(returning: result)
    waiting = nil
  }
}
