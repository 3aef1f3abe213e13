import Foundation

/// A connection to the monitor of a QEMU, over its Unix socket, which serves one client at a time.
///
/// Its methods go on in a task that has been cancelled.
actor QMPConnection {
  private let host: MigrationHost
  private let socket: LocalSocket
  /// How long an answer may take.
  private let patience: Duration
  private var received: [UInt8] = []
  private var lastIdentifier = 0

  /// Connects, and negotiates no capabilities; nil where nobody listens: that QEMU does not run.
  init?(to host: MigrationHost, patience: Duration) async throws(ShuttleError) {
    do throws(LocalSocket.Failure) {
      socket = try LocalSocket(path: host.place)
    } catch .system(ENOENT), .system(ECONNREFUSED) {
      return nil
    } catch {
      throw Self.unreachable(host, error, patience: patience)
    }
    self.host = host
    self.patience = patience
    try await greet()
  }

  private func greet() async throws(ShuttleError) {
    let deadline = ContinuousClock.now + patience
    let (greeting, line) = try await message(until: deadline)
    guard greeting.QMP != nil else { throw notUnderstood(line) }
    try await execute("qmp_capabilities")
  }

  /// Runs a command that returns nothing of interest.
  func execute(_ command: String) async throws(ShuttleError) {
    let _: QMP.Nothing = try await execute(command, QMP.Nothing())
  }

  /// Runs a command.
  func execute<Value: Decodable & Sendable>(
    _ command: String, _ arguments: some Encodable & Sendable = QMP.Nothing()
  ) async throws(ShuttleError) -> Value {
    lastIdentifier += 1
    let deadline = ContinuousClock.now + patience
    let request = QMP.Request(execute: command, arguments: arguments, id: lastIdentifier)
    guard let data = try? JSONEncoder().encode(request) else { throw notUnderstood(Array()) }
    try await send(Array(data) + [UInt8(ascii: "\n")], until: deadline)
    while true {
      let (message, line) = try await message(until: deadline)
      guard message.event == nil, message.id == lastIdentifier else { continue }
      if let error = message.error {
        throw .commandFailed(command: "\(host): \(command)", reason: error.desc)
      }
      guard let answer = try? JSONDecoder().decode(QMP.Answer<Value>.self, from: Data(line)) else {
        throw notUnderstood(line)
      }
      return answer.return
    }
  }

  /// The next line, and what it is.
  private func message(
    until deadline: ContinuousClock.Instant
  ) async throws(ShuttleError) -> (QMP.Message, line: [UInt8]) {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(received[..<end])
        received.removeSubrange(...end)
        guard let message = try? JSONDecoder().decode(QMP.Message.self, from: Data(line)) else {
          throw notUnderstood(line)
        }
        return (message, line)
      }
      guard received.count < 1 << 20 else { throw notUnderstood(received) }
      try await attempt(until: deadline) { () throws(LocalSocket.Failure) in
        let bytes = try socket.receive()
        received += bytes
        return !bytes.isEmpty
      }
    }
  }

  /// Sends all of the bytes.
  private func send(
    _ bytes: [UInt8], until deadline: ContinuousClock.Instant
  ) async throws(ShuttleError) {
    var rest = bytes
    try await attempt(until: deadline) { () throws(LocalSocket.Failure) in
      rest.removeFirst(try socket.send(rest))
      return rest.isEmpty
    }
  }

  /// Tries again and again, until something is done.
  private func attempt(
    until deadline: ContinuousClock.Instant, _ step: () throws(LocalSocket.Failure) -> Bool
  ) async throws(ShuttleError) {
    do throws(LocalSocket.Failure) {
      while try !step() {
        guard ContinuousClock.now < deadline else { throw .timedOut }
        await pause(.milliseconds(2))
      }
    } catch {
      throw Self.unreachable(host, error, patience: patience)
    }
  }

  private func notUnderstood(_ line: [UInt8]) -> ShuttleError {
    .notUnderstood(host: host.name, said: String(decoding: line.prefix(80), as: UTF8.self))
  }

  private static func unreachable(
    _ host: MigrationHost, _ failure: LocalSocket.Failure, patience: Duration
  ) -> ShuttleError {
    let reason =
      switch failure {
      case .system(let number): "\(host.place): \(reason(of: number))"
      case .timedOut: "\(host.place): no answer within \(patience): has it another client?"
      case .closed: "\(host.place): its QEMU hung up"
      }
    return .unreachable(host: host.name, reason: reason)
  }
}

extension QMPConnection {
  func status() async throws(ShuttleError) -> QMP.Status { try await execute("query-status") }

  func progress() async throws(ShuttleError) -> QMP.Progress {
    try await execute("query-migrate")
  }
}
